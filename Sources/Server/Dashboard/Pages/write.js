// A program from the first line to its outcome.
import { h, show, announce, facts, field, percent, duration } from "./dom.js";
import { get, post, follow } from "./api.js";
import { progress } from "./job.js";
import { histogram } from "./charts.js";

const FIRST = `OPENQASM 3.0;
include "stdgates.inc";

// Two qubits that agree, whatever they say.
qubit[2] q;
bit[2] c;

h q[0];
cx q[0], q[1];
c = measure q;
`;
/** Milliseconds after the last key before the program is looked at. */
const PAUSE = 350;

export async function write({ atEnd, problem }) {
  const devices = await get("/v1/devices");
  let kept = FIRST;
  try { kept = sessionStorage.getItem("program") ?? FIRST; } catch { /* nothing is kept, then */ }
  const text = h("textarea", { rows: "18", spellcheck: "false", autocapitalize: "off", autocomplete: "off", value: kept });
  const device = h("select", {}, devices.map(d => h("option", { value: d.id, selected: d.isDefault }, d.id + (d.emulated ? " (emulated)" : ""))));
  const shots = h("input", { type: "number", min: "1", max: "10000000", value: "1024" });
  const seed = h("input", { size: "12", inputmode: "numeric", pattern: "[0-9]*" });
  const name = h("input", { size: "16", value: "program", required: true });
  const findings = h("div", { "aria-live": "polite" }), picture = h("div", {}), offer = h("div", { "aria-live": "polite" }), run = h("div", {}, h("p", { class: "soft" }, "Nothing has run yet."));
  let turn = 0, timer;

  const asked = () => ({ program: text.value, name: name.value || "program", device: device.value, shots: Number(shots.value) || 1024, ...(seed.value.trim() ? { seed: Number(seed.value) } : {}) });
  const look = async () => {
    const mine = ++turn;
    try { sessionStorage.setItem("program", text.value); } catch { /* as above */ }
    try {
      const answer = await post("/v1/diagnosis", { program: text.value });
      if (mine !== turn) return;
      show(findings, diagnostics(answer.diagnosis.diagnostics, text));
      show(picture, answer.circuit?.drawing ? h("pre", { tabindex: "0", role: "img", "aria-label": `Circuit: ${answer.circuit.qubits} qubits, ${answer.circuit.instructions} instructions` }, answer.circuit.drawing)
        : h("p", { class: "soft" }, answer.circuit ? "The circuit is too large to be drawn here." : "The circuit is drawn when the program is right."));
      if (!answer.circuit) return show(offer, h("p", { class: "soft" }, "The dry run waits for a program without errors."));
      const dry = await post("/v1/check", asked());
      if (mine === turn) show(offer, offers(dry));
    } catch (error) {
      if (mine === turn) show(offer, problem(error));
    }
  };
  const soon = () => { clearTimeout(timer); timer = setTimeout(look, PAUSE); };
  for (const control of [text, device, shots, seed]) control.addEventListener("input", soon);
  text.addEventListener("keydown", event => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); start(); }
  });
  atEnd(() => clearTimeout(timer));

  const start = async () => {
    try {
      const job = await post("/v1/jobs", asked());
      const state = h("div", {}), outcome = h("div", {});
      show(run, h("h2", {}, "Run: ", h("a", { href: `#/jobs/${job.id}` }, job.id)), state, outcome);
      show(state, progress(job.status));
      atEnd(follow(job.id, async word => {
        show(state, progress(word));
        announce(`${job.id}: ${word}`);
        try {
          if (word === "completed") show(outcome, await brief(job.id));
          if (word === "failed") { const end = await get(`/v1/jobs/${job.id}`); show(outcome, problem({ status: 0, message: end.failure?.message ?? end.reason ?? "it failed", cure: end.failure?.cure })); }
        } catch (error) { show(outcome, problem(error)); }
      }));
    } catch (error) {
      show(run, problem(error));
    }
  };
  await look();
  return [h("h1", {}, "Write and run"), h("div", { class: "two" },
    h("form", { class: "panel", onsubmit: event => { event.preventDefault(); start(); } },
      field("OpenQASM program", text, "Looked at while you write. Control and Enter runs it."), findings,
      h("div", { class: "row" }, field("Device", device), field("Shots", shots), field("Seed", seed), field("Name", name)),
      h("p", {}, h("button", { class: "main", type: "submit" }, "Run"))),
    h("div", {}, h("section", { class: "panel", "aria-label": "Circuit" }, h("h2", {}, "Circuit"), picture), h("section", { class: "panel", "aria-label": "Dry run" }, h("h2", {}, "Dry run"), offer), h("section", { class: "panel", "aria-label": "Run" }, run)))];
}

function diagnostics(list, text) {
  if (list.length === 0) return h("p", { class: "good" }, "No errors.");
  return h("ul", { class: "diagnostics" }, list.map(entry => h("li", {},
    h("button", { type: "button", onclick: () => goTo(text, entry.range) }, entry.range ? `line ${entry.range.start.line}, column ${entry.range.start.column}` : "program"), " ",
    h("span", { class: entry.severity === "error" ? "bad" : "warn" }, `${entry.severity} ${entry.code}: `), entry.message,
    entry.cause && h("div", { class: "soft" }, "Cause: " + entry.cause), entry.cure && h("div", { class: "soft" }, "Cure: " + entry.cure))));
}

function goTo(text, range) {
  if (!range) return text.focus();
  const lines = text.value.split("\n"), at = place => lines.slice(0, place.line - 1).reduce((sum, line) => sum + line.length + 1, 0) + place.utf16;
  text.focus();
  text.setSelectionRange(at(range.start), Math.max(at(range.end), at(range.start) + 1));
}

function offers(dry) {
  return [
    dry.offers.map(entry => facts([["device", entry.device], ["success of a shot, estimated", percent(entry.successProbability)], ["machine time", duration(entry.machineSeconds)], ["price", String(entry.price)], ["wait", duration(entry.waitSeconds)], ["coherence used at most", percent(entry.coherenceUse)], ...(entry.hindrance ? [["waits, because", entry.hindrance]] : [])])),
    dry.shortage && h("p", { class: "bad" }, dry.shortage), dry.hindrance && h("p", { class: "bad" }, dry.hindrance),
    dry.refusals.map(entry => h("p", { class: "bad" }, `${entry.device}: ${entry.reason}`, entry.cure && h("span", { class: "soft" }, ` Cure: ${entry.cure}`))),
    dry.offers.length + dry.refusals.length === 0 && h("p", { class: "soft" }, "It takes the whole machine, so that nothing is chosen."),
  ];
}

async function brief(job) {
  const result = await get(`/v1/jobs/${job}/result`);
  return [h("p", {}, h("strong", {}, result.trust?.grade ?? ""), " ", (result.trust?.sentences ?? []).join("; "), " ", result.device.emulated && h("span", { class: "tag" }, "emulated")),
    result.results.flatMap(part => part.samples ?? []).map(sample => histogram(sample.counts, "outcomes")), h("p", {}, h("a", { href: `#/jobs/${job}` }, "All of it"))];
}
