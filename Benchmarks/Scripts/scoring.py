"""The same judge for every compiler: figures of a compiled OpenQASM 2 text on a device file's machine."""

import math


def score(circuit, device):
    """Two-qubit gates, their depth, log10 of the estimated success probability (gates and readouts), and what should not
    be: gates on dead couplers or sites (left out of the estimate), off the coupling map, or not native."""
    depth = [0] * circuit.num_qubits
    entangling, dead, alien, logarithm = 0, 0, 0, 0.0
    place = {bit: k for k, bit in enumerate(circuit.qubits)}
    for instruction in circuit.data:
        name = instruction.operation.name
        sites = [place[q] for q in instruction.qubits]
        if name in ("barrier", "delay"):
            continue
        if name == "measure":
            readout = device.sites[sites[0]].get("readout")
            error = (readout["falseOne"] + readout["falseZero"]) / 2 if readout else 1.0
        elif name == "reset":
            error = device.sites[sites[0]].get("reset", {}).get("error", 0.0)
        elif name in device.virtual:
            continue
        else:
            figures = device.figures.get((name, tuple(sites)), device.defaults.get(name))
            if name not in device.native or figures is None:
                alien += 1
                continue
            error = figures[0]
        if len(sites) == 2:
            entangling += 1
            level = max(depth[s] for s in sites) + 1
            for s in sites:
                depth[s] = level
        if error >= 0.999:
            dead += 1
        else:
            logarithm += math.log10(1 - error)
    return {"gates": entangling, "depth": max(depth, default=0), "esp": logarithm, "dead": dead, "alien": alien}
