// Pictures of numbers. Each has its numbers as a table below, for who cannot see it and who wants to copy them.
import { h, s, table, percent, duration } from "./dom.js";

const details = (title, content) => h("details", {}, h("summary", {}, title), content);

/** Shares of outcomes, the most frequent first. */
export function histogram(counts, name) {
  const entries = Object.entries(counts).sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const shots = entries.reduce((sum, [, n]) => sum + n, 0);
  const shown = entries.slice(0, 32).sort((a, b) => (a[0] < b[0] ? -1 : 1));
  const most = Math.max(...shown.map(([, n]) => n), 1);
  const height = 18, left = 12 + 7 * Math.max(...shown.map(([word]) => word.length), 1), width = left + 420;
  const picture = s("svg", { viewBox: `0 0 ${width} ${shown.length * height + 4}`, role: "img", width, "aria-label": `Histogram of ${name}: ${entries.length} outcomes in ${shots} shots, most often ${entries[0]?.[0]}` },
    shown.map(([word, n], k) => {
      const length = 300 * n / most, top = k * height;
      return [
        s("text", { x: left - 8, y: top + 13, "text-anchor": "end" }, word),
        s("rect", { class: "mark", x: left, y: top + 3, width: Math.max(length, 0.5), height: height - 5, rx: 2 }),
        s("text", { x: left + length + 6, y: top + 13 }, `${n}  ${percent(n / shots)}`),
      ];
    }));
  const rest = entries.length - shown.length;
  return h("div", {}, h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Histogram of ${name}` }, picture),
    rest > 0 && h("p", { class: "soft" }, `… and ${rest} more outcomes`),
    details(`${name} in numbers`, table(`${name}: ${entries.length} outcomes in ${shots} shots`, ["Outcome", { name: "Count", number: true }, { name: "Share", number: true }],
      entries.slice(0, 1024).map(([word, n]) => [h("code", {}, word), String(n), percent(n / shots)]))));
}

/** A figure over time: points {time: milliseconds, value}. */
export function history(points, name, format) {
  const width = 460, height = 150, left = 62, bottom = 22, top = 8, right = 10;
  const known = points.filter(point => point.value !== undefined && point.value !== null);
  if (known.length === 0) return h("p", { class: "soft" }, `${name}: no figures`);
  const times = known.map(p => p.time), values = known.map(p => p.value);
  const t0 = Math.min(...times), t1 = Math.max(...times), v0 = Math.min(...values), v1 = Math.max(...values);
  const pad = (v1 - v0) * 0.1 || Math.abs(v1) * 0.1 || 1;
  const x = t => t1 === t0 ? left + (width - left - right) / 2 : left + (width - left - right) * (t - t0) / (t1 - t0);
  const y = v => height - bottom - (height - bottom - top) * (v - v0 + pad) / (v1 - v0 + 2 * pad);
  const day = t => new Date(t).toISOString().slice(0, 10);
  return h("figure", {}, h("figcaption", {}, name),
    s("svg", { viewBox: `0 0 ${width} ${height}`, width, role: "img", "aria-label": `${name}: ${known.length} versions, last ${format(values[values.length - 1])}` },
      s("line", { class: "axis", x1: left, x2: width - right, y1: height - bottom, y2: height - bottom }),
      [...new Set([v0, v1])].map(v => [s("text", { x: left - 6, y: y(v) + 4, "text-anchor": "end" }, format(v)), s("line", { class: "axis", x1: left, x2: width - right, y1: y(v), y2: y(v) })]),
      s("text", { x: left, y: height - 6 }, day(t0)), t1 > t0 && s("text", { x: width - right, y: height - 6, "text-anchor": "end" }, day(t1)),
      s("polyline", { class: "curve", points: known.map(p => `${x(p.time)},${y(p.value)}`).join(" ") }),
      known.map(p => s("circle", { class: "mark", cx: x(p.time), cy: y(p.value), r: 3.2 }, s("title", {}, `${day(p.time)}: ${format(p.value)}`)))));
}

/** The seven steps with what each took. */
export function timeline(steps) {
  const longest = Math.max(...steps.map(step => step.busySeconds), 1e-9);
  return table("The seven steps", ["Step", "Began", { name: "Busy", number: true }, "To scale", "What was done"], steps.map(step => [
    step.step, step.start.slice(11, 23), duration(step.busySeconds),
    s("svg", { viewBox: "0 0 100 12", width: 100, "aria-hidden": "true" }, s("rect", { class: "mark", y: 2, height: 8, width: Math.max(1, 100 * step.busySeconds / longest) })),
    step.detail ?? "",
  ]));
}
