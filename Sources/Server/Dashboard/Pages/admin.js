// Organisations, projects, users, tokens, budgets and the audit trail.
import { h, show, announce, field, table, moment, duration } from "./dom.js";
import { ask, get, post } from "./api.js";
import { projects } from "./usage.js";

export async function admin({ caller, problem }) {
  const organisations = await get("/v1/organisations");
  const said = h("div", {}), secret = h("div", {});
  const attempt = async (action, done) => {
    show(said);
    try { const answer = await action(); announce(done); await fill(); return answer; } catch (error) { show(said, problem(error)); }
  };
  const chosen = h("select", { onchange: () => fill() }, organisations.map(o => h("option", { value: o.name }, o.name)));
  const users = h("div", {}), trail = h("div", {}), budgets = h("div", {});
  const base = () => `/v1/organisations/${encodeURIComponent(chosen.value)}`;
  const short = path => path.split("/").pop();

  const fill = async () => {
    const [people, found] = await Promise.all([get(base() + "/users"), projects(caller)]);
    show(users, table(`Users of ${chosen.value}`, ["User", "Roles", "Since", "State", "Change"], people.map(user => [
      user.user, user.grants.map(grant => `${grant.role} of ${grant.scope}`).join(", "), moment(user.created), user.disabled ? "disabled" : "in force",
      h("div", { class: "row" },
        h("button", { type: "button", onclick: async () => {
          const token = await attempt(() => post(`${base()}/users/${encodeURIComponent(short(user.user))}/tokens`, { name: "made in the dashboard" }), "a token was made");
          if (token?.secret) show(secret, h("div", { class: "panel note" }, h("p", {}, `The token of ${user.user}. It is shown now and never again:`), h("pre", { tabindex: "0" }, token.secret)));
        } }, "New token"),
        h("button", { type: "button", onclick: () => attempt(() => ask("PATCH", `${base()}/users/${encodeURIComponent(short(user.user))}`, { disabled: !user.disabled }), "the user was changed") }, user.disabled ? "Enable" : "Disable"))])));
    show(budgets, await Promise.all(found.filter(path => path.startsWith(chosen.value + "/")).map(async path => {
      const state = await get(`/v1/projects/${path}/usage`).catch(() => ({}));
      const seconds = h("input", { type: "number", min: "0", step: "any", value: state.budgetSeconds ?? "" });
      return h("form", { class: "row", onsubmit: event => {
        event.preventDefault();
        attempt(() => ask("PUT", `/v1/projects/${path}/budget`, { machineSeconds: seconds.value === "" ? null : Number(seconds.value) }), "the budget was set");
      } }, field(`Budget of ${path}, seconds`, seconds, `used: ${duration(state.usedSeconds)}; empty for none`), h("button", { type: "submit" }, "Set"));
    })));
    const page = await get("/v1/audit?limit=25").catch(() => ({ entries: [] }));
    show(trail, table("The last 25 entries of the audit trail", ["When", "Who", "What", "On", { name: "Status", number: true }], page.entries.map(entry => [moment(entry.time), entry.user || "–", entry.action, entry.target, String(entry.status)])));
  };
  const user = h("input", { required: true, size: "16" }), scope = h("input", { required: true, size: "20", placeholder: "local/main" });
  const role = h("select", {}, ["viewer", "member", "operator", "admin"].map(word => h("option", { value: word, selected: word === "member" }, word)));
  const project = h("input", { required: true, size: "16" });
  await fill();
  return [h("h1", {}, "Administration"), said, secret,
    h("div", { class: "panel" }, field("Organisation", chosen)),
    h("section", { class: "panel", "aria-label": "Users" }, h("h2", {}, "Users"), users,
      h("form", { class: "row", onsubmit: event => { event.preventDefault(); attempt(() => post(base() + "/users", { name: user.value, grants: [{ role: role.value, scope: scope.value }] }), "the user was made"); } },
        field("New user", user), field("Role", role), field("In", scope, "a project, an organisation, or *"), h("button", { type: "submit" }, "Make"))),
    h("section", { class: "panel", "aria-label": "Projects and budgets" }, h("h2", {}, "Projects and budgets"), budgets,
      h("form", { class: "row", onsubmit: event => { event.preventDefault(); attempt(() => post(base() + "/projects", { name: project.value }), "the project was made"); } }, field("New project", project), h("button", { type: "submit" }, "Make"))),
    h("section", { class: "panel", "aria-label": "Audit trail" }, h("h2", {}, "Audit trail"), trail)];
}
