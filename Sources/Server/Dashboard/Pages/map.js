// A machine from above: its sites and couplers, coloured by their errors.
import { h, s, percent, duration } from "./dom.js";
import { layout } from "./layout.js";

// From good to bad; light and dark pages alike, and told apart by who sees no red.
const SCALE = ["#2166ac", "#4393c3", "#92c5de", "#f4a582", "#d6604d", "#b2182b"];

export function couplingMap(file, { wide = false } = {}) {
  const count = file.siteCount, sites = file.calibration.sites ?? [];
  const places = layout(file);
  const gates = (file.calibration.gates ?? []).filter(gate => (gate.figures ?? []).some(f => f.sites.length === 2));
  // The gate that couples most pairs; both directions are one line, the better counts.
  gates.sort((a, b) => b.figures.length - a.figures.length);
  const errors = new Map();
  for (const figure of gates[0]?.figures ?? []) {
    const key = [...figure.sites].sort((a, b) => a - b).join("-");
    errors.set(key, Math.min(errors.get(key) ?? 1, figure.error ?? 0));
  }
  const living = [...errors.values()].filter(error => error < 1);
  const color = ranked(living), readouts = sites.map(site => site.readout ? (site.readout.falseOne + site.readout.falseZero) / 2 : undefined);
  const siteColor = ranked(readouts.filter(value => value !== undefined));
  const xs = places.map(p => p[0]), ys = places.map(p => p[1]);
  const [x0, y0] = [Math.min(...xs), Math.min(...ys)], spread = Math.max(Math.max(...xs) - x0, Math.max(...ys) - y0, 1);
  const near = Math.min(...places.map((p, k) => Math.min(...places.map((q, j) => (j === k ? Infinity : Math.hypot(p[0] - q[0], p[1] - q[1]))))));
  const unit = (wide ? 900 : 300) / spread, edge = Math.max(6, Math.min(16, unit * 0.6));
  const at = k => [edge + (xs[k] - x0) * unit, edge + (ys[k] - y0) * unit];
  const width = (Math.max(...xs) - x0) * unit + 2 * edge, height = (Math.max(...ys) - y0) * unit + 2 * edge;
  const radius = Math.max(1.2, Math.min(unit * 0.32, unit * near * 0.42, 12));
  const lines = [...errors].map(([key, error]) => {
    const [a, b] = key.split("-").map(Number), [xa, ya] = at(a), [xb, yb] = at(b), dead = error >= 1;
    return s("line", { x1: xa, y1: ya, x2: xb, y2: yb, class: dead ? "dead" : undefined, stroke: dead ? undefined : color(error), "stroke-width": Math.max(1.6, radius * 0.55) },
      s("title", {}, `${gates[0].gate} ${a}–${b}: ${dead ? "dead" : percent(error)}`));
  });
  const dots = places.map((_, k) => {
    const [x, y] = at(k), site = sites.find(entry => entry.site === k) ?? {}, dead = site.operational === false;
    const readout = site.readout ? (site.readout.falseOne + site.readout.falseZero) / 2 : undefined;
    return s("g", {}, s("circle", { cx: x, cy: y, r: radius, class: dead ? "dead" : "site", fill: dead ? undefined : readout === undefined ? "#8a949b" : siteColor(readout) },
      s("title", {}, `site ${k}: ${dead ? "dead" : `readout ${percent(readout)}, T1 ${duration(site.t1)}, T2 ${duration(site.t2)}`}`)));
  });
  const worst = living.length ? `two-qubit errors from ${percent(Math.min(...living))} to ${percent(Math.max(...living))}` : "every pair is coupled";
  return h("div", {},
    s("svg", { viewBox: `0 0 ${width} ${height}`, width, role: "img", "aria-label": `Map of ${file.name}: ${count} sites, ${errors.size} couplers, ${worst}` }, lines, dots),
    h("p", { class: "legend" }, "few errors", s("svg", { viewBox: "0 0 120 10", "aria-hidden": "true" }, SCALE.map((fill, k) => s("rect", { x: k * 20, width: 20, height: 10, fill }))), "many, ranked on this machine"));
}

/** A colour by rank: errors of one machine differ by orders of magnitude. */
function ranked(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return value => {
    let below = 0;
    while (below < sorted.length && sorted[below] < value) below += 1;
    return SCALE[Math.min(SCALE.length - 1, Math.floor(SCALE.length * below / Math.max(sorted.length, 1)))];
  };
}
