// One job, from the seven steps to the outcome.
import { h, show, announce, facts, table, percent, duration, moment, status } from "./dom.js";
import { get, post, follow } from "./api.js";
import { histogram, timeline } from "./charts.js";

const STEPS = [
  ["submit", ["created", "validated"]], ["schedule", ["queued"]], ["compile", ["compiling"]], ["map", ["compiling"]],
  ["execute", ["running"]], ["handle errors", ["mitigating"]], ["deliver", ["completed", "failed", "cancelled"]],
];
const ORDER = ["created", "validated", "queued", "compiling", "running", "mitigating", "completed"];
const ENDS = ["completed", "failed", "cancelled"];

/** The way of a job, as far as it has come. */
export function progress(state) {
  const reached = ORDER.indexOf(state);
  return h("ol", { class: "steps", "aria-label": "The seven steps" }, STEPS.map(([name, states], k) => {
    const now = states.includes(state), last = ORDER.indexOf(states[states.length - 1]);
    const word = now && ENDS.includes(state) ? state : now ? "now" : reached > last && last >= 0 ? "done" : "ahead";
    return h("li", { "data-state": word === "now" ? "now" : word === "ahead" ? "ahead" : "done" }, h("span", {}, `${k + 1}. ${name}`), h("span", {}, word));
  }));
}

export async function job({ argument, atEnd, problem }) {
  const place = `/v1/jobs/${encodeURIComponent(argument)}`;
  const body = h("div", {}), said = h("div", {});
  const act = (verb, label) => h("button", { type: "button", onclick: async () => {
    try { await post(`${place}/${verb}`); await fill(); } catch (error) { show(said, problem(error)); }
  } }, label);
  const fill = async () => {
    const summary = await get(place);
    const isOver = ENDS.includes(summary.status);
    announce(`${argument}: ${summary.status}`);
    show(body,
      h("div", { class: "panel" }, facts([["status", status(summary.status)], ["name", summary.name], ["device", h("a", { href: `#/fleet/${encodeURIComponent(summary.device)}` }, summary.device)], ["project", summary.project], ["user", summary.user], ["submitted", moment(summary.submitted)], ["parts", summary.parts ? `${summary.finishedParts} of ${summary.parts}` : null], ["machine time", duration(summary.machineSeconds)], ["place in the queue", summary.position], ["starts in", summary.outlook?.startsInSeconds === undefined ? null : `${duration(summary.outlook.earliestSeconds)} to ${duration(summary.outlook.latestSeconds)} (${percent(summary.outlook.coverage)} of all waits)`], ["waits because", summary.outlook?.hindrance], ["tags", summary.tags.join(", ")]]),
        !isOver && h("p", { class: "row" }, act("cancel", "Cancel"), summary.status === "paused" ? act("resume", "Resume") : act("pause", "Pause"))),
      summary.failure && h("div", { class: "panel problem" }, h("p", {}, summary.failure.message ?? summary.reason), summary.failure.cure && h("p", { class: "soft" }, "Cure: " + summary.failure.cure)),
      summary.status === "completed" ? await outcome(place) : h("section", { class: "panel", "aria-label": "Progress" }, h("h2", {}, "The seven steps"), progress(summary.status), summary.progress !== undefined && h("progress", { max: 1, value: summary.progress, "aria-label": "Finished parts" })));
    return isOver;
  };
  if (!await fill()) {
    // One look after the other: what comes late must not overwrite what came since.
    let chain = Promise.resolve();
    atEnd(follow(argument, () => { chain = chain.then(fill).catch(error => show(said, problem(error))); }));
  }
  return [h("h1", {}, argument), said, body];
}

async function outcome(place) {
  const result = await get(place + "/result");
  const program = result.programs?.[0], trust = result.trust;
  return [
    h("section", { class: "panel " + (trust?.likelyNoise ? "note" : ""), "aria-label": "Trust" }, h("h2", {}, "Trust"),
      h("p", {}, h("strong", {}, trust?.grade ?? ""), result.device.emulated && [" ", h("span", { class: "tag" }, "emulated")]), (trust?.sentences ?? []).map(text => h("p", {}, text)),
      facts([["success of a shot, estimated", percent(trust?.successProbability)], ["age of the calibration", duration(result.timing?.calibrationAgeSeconds)], ["method", program?.method], ["coherence used at most", percent(Math.max(0, ...(trust?.coherence ?? []).map(entry => entry.used)))]])),
    h("section", { class: "panel", "aria-label": "Result" }, h("h2", {}, "Result"), result.results.map(part => part.kind === "estimates"
      ? table("Expectation values with standard errors", ["Observable", { name: "Value", number: true }, { name: "±", number: true }, { name: "Uncorrected", number: true }], part.estimates.map(e => [h("code", {}, e.observable), e.value.toFixed(5), e.standardError.toFixed(5), e.uncorrectedValue?.toFixed(5) ?? "–"]))
      : (part.samples ?? []).map((sample, k) => h("div", {}, (part.samples.length > 1) && h("h3", {}, `Inputs ${k + 1}`), histogram(sample.counts, "outcomes"))))),
    h("section", { class: "panel", "aria-label": "Timeline" }, h("h2", {}, "The seven steps"), timeline(result.timing?.steps ?? [])),
    h("section", { class: "panel", "aria-label": "Error handling" }, h("h2", {}, "Error handling"), facts([["mitigation", result.mitigation], ["shots", String((result.programs ?? []).reduce((sum, p) => sum + (p.shots ?? 0), 0))], ["machine time", duration((result.programs ?? []).reduce((sum, p) => sum + (p.deviceSeconds ?? 0), 0))], ["price", result.price === undefined ? null : String(result.price)]]), (result.notes ?? []).length > 0 && h("ul", {}, result.notes.map(note => h("li", {}, note)))),
    h("section", { class: "panel", "aria-label": "Provenance" }, h("h2", {}, "Provenance"), facts([["Kelvin", result.kelvin], ["seed", String(result.seed)], ["device", result.device.name], ["calibration", h("code", {}, result.device.calibration)], ["of", moment(result.device.calibrationTime)], ["sites at first", program?.initialLayout?.join(" ")], ["sites at last", program?.finalLayout?.join(" ")], ["gates", program && `${program.gates}, ${program.twoQubitGates} of them on two qubits, depth ${program.depth}`]]),
      await drawn("Circuit", result.source?.text), program && await drawn("Compiled circuit", program.compiled),
      h("details", {}, h("summary", {}, "Program"), h("pre", { tabindex: "0" }, result.source?.text ?? "")),
      program && h("details", {}, h("summary", {}, "Compiled program"), h("pre", { tabindex: "0" }, program.compiled))),
  ];
}

/** The picture of a program, where it has one. */
async function drawn(title, text) {
  if (!text) return null;
  const answer = await post("/v1/diagnosis", { program: text }).catch(() => null);
  const drawing = answer?.circuit?.drawing;
  return drawing && h("details", { open: title === "Circuit" }, h("summary", {}, title), h("pre", { tabindex: "0", role: "img", "aria-label": `${title}: ${answer.circuit.qubits} qubits, ${answer.circuit.instructions} instructions` }, drawing));
}
