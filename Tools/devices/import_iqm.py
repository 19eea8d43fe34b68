#!/usr/bin/env python3
"""Makes Kelvin device files of IQM's machines from the calibrations that mqt-core ships.

    pip download --no-deps mqt-core==4.1.1
    python3 Tools/devices/import_iqm.py mqt_core-4.1.1-*.whl iqm-garnet garnet-20 \
        > Sources/Drivers/Devices/garnet-20.json
    python3 Tools/devices/import_iqm.py mqt_core-4.1.1-*.whl iqm-emerald emerald-54 \
        > Sources/Drivers/Devices/emerald-54.json

The output is a function of the input alone; the format is described in Docs/device-file.md. Needs Python 3.9 alone.
"""

import json
import sys
import zipfile
from decimal import Decimal

from device_file import assumed, cited, head, text

# The day of the calibrations in mqt-core 4.1.1.
MOMENT = "2026-08-02T00:00:00Z"
PRX_TIME, CZ_TIME, READOUT_TIME = 2e-08, 4e-08, 1.5e-06
ZZ = 3e3


def seconds(value, unit):
    scale = {"s": 0, "ms": -3, "us": -6, "ns": -9}[unit["unit"]]
    return float(Decimal(repr(value)) * Decimal(repr(unit["scaleFactor"])).scaleb(scale))


def infidelity(fidelity):
    return float(1 - Decimal(repr(fidelity)))


def coupler_error(fidelities, pair):
    """A coupler without a figure has no calibrated gate: it is dead."""
    fidelity = fidelities.get(pair, fidelities.get(pair[::-1]))
    return 1 if fidelity is None else infidelity(fidelity)


def device(model, name, identifier, version):
    count = model["numQubits"]
    unit = model["durationUnit"]
    operations = {op["name"]: {tuple(s["sites"]): s["fidelity"] for s in op["siteOverrides"]} for op in model["operations"]}
    figures = {q["qubit"]: q for q in model["qubitProperties"]["overrides"]}
    sites = []
    for k in range(count):
        error = infidelity(operations["measure"][(k,)])
        sites.append(
            {
                "site": k,
                # The calibration has no time for a site on which the fit failed.
                **{t: seconds(figures[k][t], unit) for t in ("t1", "t2") if t in figures.get(k, {})},
                "readout": {"falseOne": error, "falseZero": error, "duration": READOUT_TIME},
            }
        )
    pairs = sorted(tuple(p) for a, b in model["couplings"] for p in ((a, b), (b, a)))
    cz = [
        {"sites": list(p), "error": coupler_error(operations["cz"], p), "duration": CZ_TIME}
        for p in pairs
    ]
    prx = [{"sites": [k], "error": infidelity(operations["r"][(k,)]), "duration": PRX_TIME} for k in range(count)]
    return {
        **head(2),
        "id": identifier,
        "name": f"{model['name']}, {count} qubits",
        "vendor": "IQM",
        "modality": "superconducting",
        "driver": "emulated",
        "source": {
            "text": f"mqt-core {version} (MIT), mqt/core/lib64/{name}.json: calibration of {model['name']} of {MOMENT[:10]}",
            "figures": [
                cited("calibration.gates.duration", "iqm-client 36.0.0, qiskit_iqm/fake_backends/fake_garnet.py: prx 20 ns, cz 40 ns"),
                cited("gates.rz", "a change of frame: the phase of the prx gates that follow"),
                cited("calibration.gates.cz.error", "1 - fidelity; couplers without one in the calibration are given as dead"),
                assumed("calibration.sites.readout.duration", "not published with the calibration"),
                cited("calibration.sites.readout.falseOne", "the published readout error, taken to be the same for both outcomes"),
                assumed("calibration.environment.crosstalk.default.zz", "of the order of machines with tunable couplers"),
                assumed("timing.repetitionDelay", "not published with the calibration"),
                assumed("abilities", "as documented for circuits run through IQM's client without conditional gates"),
            ],
        },
        "siteCount": count,
        "gates": [{"gate": "cz"}, {"gate": "r"}, {"gate": "rz", "virtual": True}],
        "connectivity": [list(p) for p in pairs],
        "timing": {"dt": 0, "granularity": 1, "acquireAlignment": 1, "feedbackLatency": 0, "repetitionDelay": 0.0003},
        "abilities": {"midCircuitMeasurement": True, "feedForward": False, "reset": False, "maxShots": 20000},
        "calibration": {
            "timestamp": MOMENT,
            "sites": sites,
            "gates": [{"gate": "cz", "figures": cz}, {"gate": "r", "figures": prx}],
            "environment": {"crosstalk": {"default": {"zz": ZZ}}},
        },
    }


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    path, name, identifier = sys.argv[1:]
    archive = zipfile.ZipFile(path)
    version = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA")).split("-")[1].split(".dist")[0]
    print(text(device(json.loads(archive.read(f"mqt/core/lib64/{name}.json")), name, identifier, version)))


main()
