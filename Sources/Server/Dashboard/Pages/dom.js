// Elements and texts. Everything that comes from elsewhere becomes text nodes: no markup is ever parsed.

/** An element: h("a", {href: "…", class: "…", onclick: f}, "text", child, [children]). */
export function h(name, properties = {}, ...children) {
  return filled(document.createElement(name), properties, children);
}

/** The same for SVG. */
export function s(name, properties = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), properties, children);
}

function filled(element, properties, children) {
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value") element.value = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== undefined && child !== null && child !== false) element.append(child);
  }
  return element;
}

export function show(place, ...children) {
  place.replaceChildren(...children.flat(Infinity).filter(child => child !== undefined && child !== null && child !== false));
}

/** Says something to who cannot see it. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}

export function facts(pairs) {
  return h("dl", { class: "facts" }, pairs.filter(([, value]) => value !== undefined && value !== null && value !== "")
    .map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

export function table(caption, heads, rows) {
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, h("table", {},
    h("caption", {}, caption),
    h("thead", {}, h("tr", {}, heads.map(head => h("th", { scope: "col", class: head.number ? "number" : undefined }, head.name ?? head)))),
    h("tbody", {}, rows.map(row => h("tr", {}, row.map((cell, k) => h("td", { class: heads[k].number ? "number" : undefined }, cell)))))));
}

export function field(label, control, hint) {
  const id = control.id || (control.id = "f" + Math.random().toString(36).slice(2));
  if (hint) control.setAttribute("aria-describedby", id + "-hint");
  return h("div", {}, h("label", { for: id }, label), control, hint && h("div", { id: id + "-hint", class: "soft" }, hint));
}

// Numbers as people read them.

export const percent = value => value === undefined || value === null ? "–" : Number((value * 100).toPrecision(3)) + " %";

export function duration(seconds) {
  if (seconds === undefined || seconds === null) return "–";
  if (seconds === 0) return "0 s";
  for (const [unit, size] of [["d", 86400], ["h", 3600], ["min", 60], ["s", 1], ["ms", 1e-3], ["µs", 1e-6]]) {
    if (Math.abs(seconds) >= size) return Number((seconds / size).toPrecision(3)) + " " + unit;
  }
  return Number((seconds * 1e9).toPrecision(3)) + " ns";
}

export function moment(text) {
  return text ? h("time", { datetime: text }, text.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC")) : "–";
}

export function status(word) {
  const mood = { completed: "good", online: "good", failed: "bad", error: "bad", offline: "bad", cancelled: "warn", paused: "warn", maintenance: "warn" }[word];
  return h("span", { class: mood ?? "soft" }, word);
}
