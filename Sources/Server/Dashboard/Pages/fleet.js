// All machines, and one of them.
import { h, show, facts, table, percent, duration, moment, status } from "./dom.js";
import { get } from "./api.js";
import { couplingMap } from "./map.js";
import { history } from "./charts.js";

/** Seconds between two looks at the queues. */
const PULSE = 5;

export async function fleet({ atEnd }) {
  const devices = await get("/v1/devices");
  const queues = new Map(devices.map(device => [device.id, h("p", { class: "soft" }, "queue: –")]));
  const maps = new Map(devices.map(device => [device.id, h("div", {})]));
  const look = async () => {
    const [machines, jobs] = await Promise.all([
      get("/v1/fleet").catch(() => []),
      get("/v1/jobs?limit=200&state=queued&state=running&state=compiling&state=created&state=validated").catch(() => ({ jobs: [] })),
    ]);
    for (const [id, place] of queues) {
      const machine = machines.find(entry => entry.device === id), own = jobs.jobs.filter(job => job.device === id);
      const running = machine?.running ?? own.filter(job => job.status === "running").length;
      const waiting = machine?.waiting ?? own.length - own.filter(job => job.status === "running").length;
      show(place, `queue: ${running} running, ${waiting} waiting` + (machine ? `, ${machine.sitesInUse} of ${machine.sites} sites in use` : ""));
    }
  };
  const timer = setInterval(look, PULSE * 1000);
  atEnd(() => clearInterval(timer));
  look();
  // Maps come one after the other: each is a file of its own.
  (async () => {
    for (const device of devices) {
      if (device.modality === "simulator") continue;
      const answer = await get(`/v1/devices/${encodeURIComponent(device.id)}`).catch(() => null);
      if (answer) show(maps.get(device.id), couplingMap(answer.device));
    }
  })();
  return [h("h1", {}, "Fleet"), h("ul", { class: "cards" }, devices.map(device => h("li", { class: "card" },
    h("h2", {}, h("a", { href: `#/fleet/${encodeURIComponent(device.id)}` }, device.id)),
    h("p", {}, device.name, " ", device.emulated && h("span", { class: "tag" }, "emulated")),
    facts([["status", status(device.status ?? "online")], ["sites", String(device.sites ?? "")], ["two-qubit error", percent(device.medianTwoQubitError ?? twoQubit(device))], ["readout error", percent(device.medianReadoutError)], ["calibrated", moment(device.calibrationTime)]]),
    queues.get(device.id), maps.get(device.id))))];
}

function twoQubit(device) {
  return (device.nativeGates ?? []).filter(gate => gate.qubits === 2 || ["cz", "ecr", "rzz", "rxx", "cx", "iswap"].includes(gate.name)).map(gate => gate.medianError).find(error => error !== undefined);
}

export async function machine({ argument }) {
  const place = `/v1/devices/${encodeURIComponent(argument)}`;
  const [answer, versions] = await Promise.all([get(place), get(place + "/calibrations")]);
  const { device: file, summary } = answer;
  const curve = (key, name, format) => history(versions.versions.map(v => ({ time: Date.parse(v.time), value: v[key] })), name, format);
  const gates = summary.nativeGates ?? [];
  return [
    h("h1", {}, argument, " ", summary.emulated && h("span", { class: "tag" }, "emulated")),
    h("p", {}, summary.name),
    h("div", { class: "panel" }, h("h2", {}, "Map"), summary.modality === "simulator" ? h("p", { class: "soft" }, "Every qubit reaches every other, without errors.") : couplingMap(file, { wide: true })),
    h("div", { class: "two" },
      h("section", { class: "panel", "aria-label": "Figures" }, h("h2", {}, "Figures"), facts([
        ["status", h("span", {}, status(answer.status), answer.reason && ": " + answer.reason)], ["modality", summary.modality], ["sites", String(summary.sites ?? file.siteCount)],
        ["dead sites", (summary.deadSites ?? []).join(", ")], ["T1, median", duration(summary.medianT1Seconds)], ["T2, median", duration(summary.medianT2Seconds)],
        ["readout error, median", percent(summary.medianReadoutError)], ["shots at most", String(summary.maxShots)], ["calibration", h("code", {}, summary.calibration)], ["of", moment(summary.calibrationTime)], ["source", summary.source]]),
        table("Native gates, medians", ["Gate", { name: "Error", number: true }, { name: "Time", number: true }], gates.map(gate => [h("code", {}, gate.name), gate.isVirtual ? "in software" : percent(gate.medianError), duration(gate.medianSeconds)])),
        (summary.warnings ?? []).length > 0 && h("details", {}, h("summary", {}, `${summary.warnings.length} warnings`), h("ul", {}, summary.warnings.map(text => h("li", {}, text))))),
      h("section", { class: "panel", "aria-label": "Calibration history" }, h("h2", {}, "Calibration history"),
        curve("medianTwoQubitError", "Two-qubit error, median", percent), curve("medianReadoutError", "Readout error, median", percent), curve("medianT1Seconds", "T1, median", duration), curve("medianT2Seconds", "T2, median", duration),
        table("Versions", ["Version", "Of", { name: "Figures changed", number: true }], [...versions.versions].reverse().map(version => [h("code", {}, version.id), moment(version.time), version.changed === undefined ? "–" : String(version.changed)])))),
  ];
}
