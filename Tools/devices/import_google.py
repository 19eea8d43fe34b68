#!/usr/bin/env python3
"""Makes the Kelvin device file of Google's Willow from the calibration that cirq-google ships.

    pip download --no-deps cirq-google==1.7.0
    python3 Tools/devices/import_google.py cirq_google-1.7.0-py3-none-any.whl willow-105 \
        > Sources/Drivers/Devices/willow-105.json

The output is a function of the input alone; the format is described in Docs/device-file.md. Needs Python 3.9 alone.
"""

import json
import re
import sys
import zipfile

from device_file import assumed, cited, head, text

NAME = "willow_pink_d7v1-2024_08_16"
# cirq_google/engine/virtual_engine_factory.py: 1723795877630 ms since 1970.
MOMENT = "2024-08-16T08:11:17Z"


def digits(value):
    """Ten significant digits: what follows is rounding of the conversions here."""
    return float(f"{value:.10g}")


def durations(specification):
    found = {}
    for time, body in re.findall(r"gate_duration_picos: (\d+)\s+(\w+) \{", specification):
        found[body] = int(time) * 1e-12
    return {name: digits(value) for name, value in found.items()}


def device(calibration, specification, identifier, version):
    metrics = {}
    for metric in calibration["metrics"]["metrics"]:
        metrics.setdefault(metric["name"], {})[tuple(metric["targets"])] = metric["values"][0]["doubleVal"]
    times = durations(specification)
    names = sorted(
        (q[0] for q in metrics["single_qubit_idle_t1_micros"]), key=lambda q: tuple(int(c) for c in q.split("_"))
    )
    site = {name: k for k, name in enumerate(names)}
    sites = []
    for name in names:
        t1 = metrics["single_qubit_idle_t1_micros"][(name,)] * 1e-6
        # As cirq_google's noise properties have it: what the incoherent error of a pulse leaves beside relaxation.
        dephasing = metrics["single_qubit_rb_incoherent_error_per_gate"][(name,)] - times["phased_xz"] / (3 * t1)
        rate = 1 / (2 * t1) + (3 * dephasing / times["phased_xz"] if dephasing > 0 else 0)
        sites.append(
            {
                "site": site[name],
                "t1": digits(t1),
                "t2": digits(1 / rate),
                "readout": {
                    "falseOne": metrics["single_qubit_p00_error"][(name,)],
                    "falseZero": metrics["single_qubit_p11_error"][(name,)],
                    "duration": times["meas"],
                },
                "reset": {
                    "error": digits(
                        (metrics["single_qubit_p00_error"][(name,)] + metrics["single_qubit_p11_error"][(name,)]) / 2
                    ),
                    "duration": times["reset"],
                },
            }
        )
    # A Pauli error p of k qubits is an average infidelity of p·d/(d + 1), d = 2^k.
    prx = [
        {
            "sites": [site[name]],
            "error": digits(metrics["single_qubit_rb_pauli_error_per_gate"][(name,)] * 2 / 3),
            "duration": times["phased_xz"],
        }
        for name in names
    ]
    cz = []
    for (a, b), error in metrics["two_qubit_parallel_cz_gate_xeb_pauli_error_per_cycle"].items():
        for pair in ([site[a], site[b]], [site[b], site[a]]):
            cz.append({"sites": pair, "error": digits(error * 4 / 5), "duration": times["cz"]})
    cz.sort(key=lambda row: row["sites"])
    rows = [[int(c) for c in name.split("_")] for name in names]
    return {
        **head(2),
        "id": identifier,
        "name": f"Google Willow, {len(names)} qubits",
        "vendor": "Google",
        "modality": "superconducting",
        "driver": "emulated",
        "source": {
            "text": f"cirq-google {version} (Apache-2.0), devices/calibrations/{NAME}_calibration.json and "
            f"devices/specifications/{NAME}_device_spec_for_grid_device.proto.txt; site k is the k-th qubit by row and column",
            "figures": [
                cited("gates.r", "a phased X; with the virtual rz it makes the machine's phased XZ"),
                cited("calibration.sites.t2", "computed as cirq_google.engine.calibration_to_noise_properties does: from the incoherent error of a pulse and T1"),
                cited("calibration.gates.r.error", "single_qubit_rb_pauli_error_per_gate · 2/3"),
                cited("calibration.gates.cz.error", "two_qubit_parallel_cz_gate_xeb_pauli_error_per_cycle · 4/5: measured with all pairs at work, so that it holds the crosstalk of a full machine"),
                assumed("calibration.sites.reset.error", "the mean readout error of the site"),
                assumed("calibration.environment.crosstalk.default.zz", "couplers are tunable and the published errors are those of parallel gates: a remainder"),
                assumed("timing.repetitionDelay", "not published with the calibration"),
                assumed("abilities.feedForward", "not offered by the published interface"),
            ],
        },
        "siteCount": len(names),
        "coordinates": rows,
        "gates": [{"gate": "cz"}, {"gate": "r"}, {"gate": "rz", "virtual": True}],
        "connectivity": [row["sites"] for row in cz],
        "timing": {"dt": 0, "granularity": 1, "acquireAlignment": 1, "feedbackLatency": 0, "repetitionDelay": 0.0001},
        "abilities": {"midCircuitMeasurement": True, "feedForward": False, "reset": True, "maxShots": 1000000},
        "calibration": {
            "timestamp": MOMENT,
            "sites": sites,
            "gates": [{"gate": "cz", "figures": cz}, {"gate": "r", "figures": prx}],
            "environment": {"crosstalk": {"default": {"zz": 500}}},
        },
    }


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    path, identifier = sys.argv[1:]
    archive = zipfile.ZipFile(path)
    version = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA")).split("-")[1].split(".dist")[0]
    folder = "cirq_google/devices"
    calibration = json.loads(archive.read(f"{folder}/calibrations/{NAME}_calibration.json"))
    specification = archive.read(f"{folder}/specifications/{NAME}_device_spec_for_grid_device.proto.txt").decode()
    print(text(device(calibration, specification, identifier, version)))


main()
