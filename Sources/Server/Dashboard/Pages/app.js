// The frame of the dashboard: signing in, the way from page to page, light and dark.
import { h, show, announce, field } from "./dom.js";
import { session, signIn, signOut } from "./api.js";
import { fleet, machine } from "./fleet.js";
import { jobs } from "./jobs.js";
import { job } from "./job.js";
import { write } from "./write.js";
import { usage } from "./usage.js";
import { admin } from "./admin.js";

const PAGES = [
  { path: /^#\/fleet$/, title: "Fleet", link: "#/fleet", page: fleet },
  { path: /^#\/fleet\/(.+)$/, title: "Machine", page: machine },
  { path: /^#\/write$/, title: "Write and run", link: "#/write", page: write },
  { path: /^#\/jobs$/, title: "Jobs", link: "#/jobs", page: jobs },
  { path: /^#\/jobs\/(.+)$/, title: "Job", page: job },
  { path: /^#\/usage$/, title: "Usage", link: "#/usage", page: usage },
  { path: /^#\/admin$/, title: "Administration", link: "#/admin", page: admin, admins: true },
];

let caller = null;
// What the page on show has to give up when it goes: timers, streams.
let leave = [];

function isAdmin() { return caller.abilities.includes("admin") && caller.user.grants.some(grant => grant.role === "admin"); }

function header(current) {
  const theme = h("button", { type: "button", onclick: turnTheme }, "Light or dark");
  show(document.getElementById("header"), h("div", { class: "bar" },
    h("a", { class: "brand", href: "#/fleet" }, h("img", { src: "/dashboard/icon.svg", alt: "" }), "Kelvin"),
    caller && h("nav", { "aria-label": "Pages" }, h("ul", {}, PAGES.filter(entry => entry.link && (!entry.admins || isAdmin())).map(entry =>
      h("li", {}, h("a", { href: entry.link, "aria-current": current?.link === entry.link || current?.title === { Fleet: "Machine", Jobs: "Job" }[entry.title] ? "page" : undefined }, entry.title))))),
    h("div", { class: "who" }, caller && h("span", {}, caller.user.user), theme,
      caller && h("button", { type: "button", onclick: async () => { await signOut(); caller = null; route(); } }, "Sign out"))));
}

function turnTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  try { localStorage.setItem("theme", root.dataset.theme); } catch { /* the page remembers it, then */ }
}

function problem(error) {
  if (error.status === undefined) console.error(error);
  return h("div", { class: "panel problem", role: "alert" }, h("p", {}, error.message), error.cure && h("p", { class: "soft" }, "Cure: " + error.cure));
}

function signInPage(reason) {
  const token = h("input", { type: "password", autocomplete: "current-password", required: true, size: "50", spellcheck: "false" });
  const said = h("div", {}, reason && problem(reason));
  const form = h("form", { class: "panel", onsubmit: async event => {
    event.preventDefault();
    try {
      caller = await signIn(token.value.trim());
      route();
    } catch (error) {
      show(said, problem(error));
      token.focus();
    }
  } }, field("Token", token, "An operator makes one for you; the first administrator's lies in admin.token in the service's directory."), h("p", {}, h("button", { class: "main", type: "submit" }, "Sign in")), said);
  return [h("h1", {}, "Sign in"), form];
}

async function route() {
  leave.splice(0).forEach(end => end());
  const main = document.getElementById("main");
  if (!caller) {
    header();
    document.title = "Sign in · Kelvin";
    return show(main, signInPage());
  }
  if (!location.hash) location.replace("#/fleet");
  const entry = PAGES.find(page => page.path.test(location.hash || "#/fleet"));
  header(entry);
  if (!entry) return show(main, h("h1", {}, "There is no such page"), h("p", {}, h("a", { href: "#/fleet" }, "To the fleet")));
  const argument = decodeURIComponent((location.hash || "#/fleet").match(entry.path)[1] ?? "");
  document.title = (argument ? argument + " · " : "") + entry.title + " · Kelvin";
  const mine = leave;
  try {
    // A page that was left while it loaded must not come over the next one.
    const content = await entry.page({ argument, caller, atEnd: end => (mine === leave ? mine.push(end) : end()), problem });
    if (mine === leave) { show(main, content); announce(document.title); }
  } catch (error) {
    if (error.status === 401) { caller = null; header(); return show(main, signInPage(error)); }
    if (mine === leave) show(main, h("h1", {}, entry.title), problem(error));
  }
}

window.addEventListener("hashchange", () => { leave.splice(0).forEach(end => end()); leave = []; route().then(() => document.getElementById("main").focus()); });
try { const theme = localStorage.getItem("theme"); if (theme) document.documentElement.dataset.theme = theme; } catch { /* as the system has it */ }
session().then(found => { caller = found; route(); }).catch(error => { header(); show(document.getElementById("main"), problem(error)); });
