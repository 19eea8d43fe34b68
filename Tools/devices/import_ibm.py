#!/usr/bin/env python3
"""Makes Kelvin device files from the IBM snapshots that qiskit-ibm-runtime ships.

    pip download --no-deps qiskit-ibm-runtime==0.51.0
    python3 Tools/devices/import_ibm.py qiskit_ibm_runtime-0.51.0-py3-none-any.whl torino heron-133 \
        > Sources/Drivers/Devices/heron-133.json
    python3 Tools/devices/import_ibm.py qiskit_ibm_runtime-0.51.0-py3-none-any.whl boston heron-156 \
        > Sources/Drivers/Devices/heron-156.json
    python3 Tools/devices/import_ibm.py qiskit_ibm_runtime-0.51.0-py3-none-any.whl nighthawk nighthawk-120 \
        > Sources/Drivers/Devices/nighthawk-120.json

The first argument is the wheel or the directory it was unpacked to. The output is a function of the input alone; the
format is described in Docs/device-file.md. Needs nothing but Python 3.9.
"""

import json
import pathlib
import re
import sys
import zipfile
from datetime import datetime, timezone
from decimal import Decimal
from statistics import mean

from device_file import text

SCALE = {"s": 0, "ms": -3, "us": -6, "µs": -6, "ns": -9, "Hz": 0, "kHz": 3, "MHz": 6, "GHz": 9, "": 0}

# Gates of the snapshot's `properties` that are native only when asked for (fractional gates), with the angles the
# machine accepts: IBM documents rzz(θ) for 0 ≤ θ ≤ π/2 and rx for any θ.
FRACTIONAL = {"rx": [None], "rzz": [[0, 1.5707963267948966]]}
VIRTUAL = {"rz"}

FEEDBACK_LATENCY = 6.5e-07


def scaled(value, unit):
    """`value` in SI units, rounded once: 32 ns is 3.2e-08 and not 3.2000000000000005e-08."""
    return float(Decimal(repr(value)).scaleb(SCALE[unit]))


def utc(text):
    moment = datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Package:
    """The wheel, or a directory with its contents."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.archive = zipfile.ZipFile(self.path) if self.path.is_file() else None
        names = self.archive.namelist() if self.archive else [p.name + "/" for p in self.path.iterdir()]
        found = [m.group(1) for n in names if (m := re.match(r"qiskit_ibm_runtime-([^/-]+)\.dist-info/", n))]
        self.version = found[0] if found else sys.exit(f"{path}: not qiskit-ibm-runtime")

    def read(self, name):
        data = self.archive.read(name) if self.archive else (self.path / name).read_bytes()
        return json.loads(data)


def figure(parameters, name):
    for item in parameters:
        if item["name"] == name:
            return scaled(item["value"], item["unit"])
    return None


def couplings_while_driven(general, coupling_map):
    """The ZZ rates that the snapshot lists as `zz_<a><b>`; the digits are told apart by the couplings there are."""
    names = {}
    for a, b in coupling_map:
        names.setdefault(f"zz_{a}{b}", set()).add((min(a, b), max(a, b)))
    found = {}
    for item in general:
        pairs = names.get(item["name"], set())
        if len(pairs) == 1 and item["value"] != 0:
            found[next(iter(pairs))] = scaled(item["value"], item["unit"])
    return [{"sites": list(pair), "zz": found[pair]} for pair in sorted(found)]


def pulse_channels(channels):
    """The lines for pulses that the snapshot names; those between qubits are called control here."""
    kinds = {"drive", "measure", "acquire"}
    rows = [
        {
            "name": name,
            "kind": channel["purpose"] if channel["purpose"] in kinds else "control",
            "sites": channel["operates"]["qubits"],
        }
        for name, channel in channels.items()
    ]
    return sorted(rows, key=lambda row: (row["kind"], row["sites"], row["name"]))


def site_entry(index, parameters, resets, frequency):
    false_zero, false_one = figure(parameters, "prob_meas0_prep1"), figure(parameters, "prob_meas1_prep0")
    entry = {"site": index, "t1": figure(parameters, "T1"), "t2": figure(parameters, "T2")}
    if frequency is not None:
        entry["frequency"] = frequency
    entry["readout"] = {
        "falseOne": false_one,
        "falseZero": false_zero,
        "duration": figure(parameters, "readout_length"),
    }
    if index in resets:
        entry["reset"] = {"error": mean([false_one, false_zero]), "duration": resets[index]}
    return entry


def device(package, name, identifier):
    folder = f"qiskit_ibm_runtime/fake_provider/backends/{name}"
    conf, props = package.read(f"{folder}/conf_{name}.json"), package.read(f"{folder}/props_{name}.json")
    count = conf["n_qubits"]

    by_gate, resets = {}, {}
    for gate in props["gates"]:
        if gate["gate"] == "reset":
            resets[gate["qubits"][0]] = figure(gate["parameters"], "gate_length")
        else:
            by_gate.setdefault(gate["gate"], []).append(gate)

    # A machine has all fractional gates or none of them.
    offered = list(conf["basis_gates"])
    living = [any(figure(g["parameters"], "gate_error") < 1 for g in by_gate.get(gate, [])) for gate in FRACTIONAL]
    if all(living):
        offered += [gate for gate in FRACTIONAL if gate not in offered]

    gates, figures = [], []
    for gate in sorted(offered):
        native = {"gate": gate}
        if gate in FRACTIONAL and any(FRACTIONAL[gate]):
            native["angles"] = FRACTIONAL[gate]
        if gate in VIRTUAL:
            native["virtual"] = True
        gates.append(native)
        if gate not in VIRTUAL:
            rows = [
                {
                    "sites": g["qubits"],
                    "error": figure(g["parameters"], "gate_error"),
                    "duration": figure(g["parameters"], "gate_length"),
                }
                for g in by_gate[gate]
            ]
            figures.append({"gate": gate, "figures": sorted(rows, key=lambda row: row["sites"])})

    ranges = conf.get("qubit_lo_range")
    frequency = [scaled(round((low + high) / 2, 9), "GHz") for low, high in ranges] if ranges else [None] * count
    notes = [
        {
            "figure": "timing.feedbackLatency",
            "source": "assumed: not published in the snapshot; of the order reported for dynamic circuits on "
            "machines of this kind",
        },
        {
            "figure": "calibration.sites.reset.error",
            "source": "assumed equal to the mean readout error of the site: a reset is a measurement and a "
            "conditional x; the snapshot gives its duration only",
        },
    ]
    if ranges:
        notes.append(
            {"figure": "calibration.sites.frequency", "source": f"middle of qubit_lo_range in conf_{name}.json"}
        )
    if "rzz" in offered:
        notes.append(
            {
                "figure": "gates.rzz.angles",
                "source": "IBM documentation of fractional gates: rzz(θ) for 0 ≤ θ ≤ π/2; rx for any angle",
            }
        )
    rates = couplings_while_driven(props["general"], conf["coupling_map"])
    if rates:
        notes.append(
            {
                "figure": "calibration.environment.crosstalk.pairs.zz",
                "source": f"zz_* in props_{name}.json: the coupling of the idle pair, taken to act while one of the two "
                "is driven",
            }
        )
    channels = pulse_channels(conf.get("channels") or {})
    published = f"ibm_{name}"
    family = conf["processor_type"]
    timing = conf["timing_constraints"]
    snapshot = utc(props["last_update_date"])
    return {
        "format": "kelvin-device",
        "version": 2 if rates or channels else 1,
        "units": {"time": "s", "frequency": "Hz", "angle": "rad"},
        "id": identifier,
        "name": f"IBM {family['family']} r{family['revision']}, {count} qubits ({published})",
        "vendor": "IBM",
        "modality": "superconducting",
        "driver": "emulated",
        "source": {
            "text": f"qiskit-ibm-runtime {package.version} (Apache-2.0), fake_provider/backends/{name}/"
            f"conf_{name}.json and props_{name}.json: {conf['backend_name']} {conf['backend_version']}, "
            f"snapshot of {snapshot}",
            "figures": notes,
        },
        "siteCount": count,
        "coordinates": [[row - 1, column - 1] for column, row in conf["coords"]],
        "gates": gates,
        "connectivity": sorted(conf["coupling_map"]),
        **({"pulseChannels": channels} if channels else {}),
        "timing": {
            "dt": scaled(conf["dt"], "ns"),
            "granularity": timing["granularity"],
            "acquireAlignment": timing["acquire_alignment"],
            "feedbackLatency": FEEDBACK_LATENCY,
            "repetitionDelay": scaled(conf["default_rep_delay"], "us"),
        },
        "abilities": {
            "midCircuitMeasurement": True,
            "feedForward": "if_else" in conf["supported_instructions"],
            "reset": "reset" in conf["supported_instructions"],
            "maxShots": conf["max_shots"],
        },
        "calibration": {
            "timestamp": snapshot,
            "sites": [site_entry(k, q, resets, frequency[k]) for k, q in enumerate(props["qubits"])],
            "gates": figures,
            **({"environment": {"crosstalk": {"pairs": rates}}} if rates else {}),
        },
    }


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    package, name, identifier = sys.argv[1:]
    print(text(device(Package(package), name, identifier)))


main()
