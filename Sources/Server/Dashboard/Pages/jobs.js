// The jobs that the caller may see.
import { h, show, field, table, moment, duration, status } from "./dom.js";
import { get } from "./api.js";

const STATES = ["created", "validated", "queued", "compiling", "running", "mitigating", "completed", "failed", "cancelled", "paused"];

export async function jobs({ caller, problem }) {
  const state = h("select", {}, h("option", { value: "" }, "all"), STATES.map(word => h("option", { value: word }, word)));
  const device = h("input", { size: "16", placeholder: "heron-133" }), tag = h("input", { size: "12" });
  const mine = h("input", { type: "checkbox" });
  const project = h("input", { size: "20", value: caller.project ?? "" });
  const list = h("div", {}), more = h("p", {});
  let rows = [];
  const load = async path => {
    try {
      const page = await get(path);
      rows = rows.concat(page.jobs);
      show(list, rows.length === 0 ? h("p", { class: "panel" }, "No jobs. ", h("a", { href: "#/write" }, "Write and run a program.")) : table(`${rows.length} jobs, the newest first`, ["Job", "Name", "Status", "Device", "Project", "User", "Submitted", { name: "Machine time", number: true }], rows.map(job => [
        h("a", { href: `#/jobs/${job.id}` }, job.id), job.name, status(job.status), job.device, job.project, job.user, moment(job.submitted), duration(job.machineSeconds)])));
      show(more, page.next && h("button", { type: "button", onclick: () => load(page.next) }, "More"));
    } catch (error) {
      show(list, problem(error));
    }
  };
  const filtered = () => {
    const query = new URLSearchParams({ limit: "50" });
    if (state.value) query.set("state", state.value);
    if (device.value.trim()) query.set("device", device.value.trim());
    if (tag.value.trim()) query.set("tag", tag.value.trim());
    if (project.value.trim()) query.set("project", project.value.trim());
    if (mine.checked) { query.set("mine", "true"); if (!project.value.trim()) query.set("project", ownProject(caller)); }
    rows = [];
    return load("/v1/jobs?" + query);
  };
  await filtered();
  return [h("h1", {}, "Jobs"),
    h("form", { class: "panel row", "aria-label": "Filter", onsubmit: event => { event.preventDefault(); filtered(); } },
      field("Status", state), field("Device", device), field("Project", project), field("Tag", tag), field("Only mine", mine), h("button", { class: "main", type: "submit" }, "Show")),
    list, more];
}

/** The project that a caller's jobs go to, where there is one. */
export function ownProject(caller) {
  return caller.project ?? caller.user.grants.map(grant => grant.scope).find(scope => scope.includes("/")) ?? "";
}
