// What projects have used, and their shares.
import { h, table, percent, duration } from "./dom.js";
import { get } from "./api.js";

/** Projects that the caller may look at. */
export async function projects(caller) {
  const found = new Set(caller.user.grants.map(grant => grant.scope).filter(scope => scope.includes("/")));
  const organisations = await get("/v1/organisations").catch(() => []);
  for (const organisation of organisations) {
    for (const project of await get(`/v1/organisations/${encodeURIComponent(organisation.name)}/projects`).catch(() => [])) found.add(project.project);
  }
  return [...found].sort();
}

export async function usage({ caller }) {
  const rows = [];
  for (const project of await projects(caller)) {
    rows.push(await get(`/v1/projects/${project}/usage`).catch(() => ({ project })));
  }
  const total = rows.reduce((sum, row) => sum + (row.usedSeconds ?? 0), 0);
  return [h("h1", {}, "Usage"), h("div", { class: "panel" }, table("Machine time by project", ["Project", { name: "Used", number: true }, { name: "Budget", number: true }, "Of the budget", { name: "Share of all shown", number: true }], rows.map(row => [
    row.project, duration(row.usedSeconds), row.budgetSeconds === undefined ? "none" : duration(row.budgetSeconds),
    row.budgetSeconds ? h("meter", { min: 0, max: row.budgetSeconds, high: row.budgetSeconds * 0.9, value: row.usedSeconds, "aria-label": `${row.project}: ${percent(row.usedSeconds / row.budgetSeconds)} of the budget` }) : "–",
    total > 0 && row.usedSeconds !== undefined ? percent(row.usedSeconds / total) : "–"]))),
    h("p", { class: "soft" }, "Who has used less than the share that is due comes first: Docs/scheduling.md.")];
}
