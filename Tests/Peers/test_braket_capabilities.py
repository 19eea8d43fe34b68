"""Capabilities of machines as Braket's own classes write them: every figure arrives."""

import json
import random

import pytest
from braket.device_schema.aqt.aqt_device_capabilities_v1 import AqtDeviceCapabilities
from braket.device_schema.ionq.ionq_device_capabilities_v1 import IonqDeviceCapabilities
from braket.device_schema.iqm.iqm_device_capabilities_v1 import IqmDeviceCapabilities
from braket.device_schema.oqc.oqc_device_capabilities_v1 import OqcDeviceCapabilities
from braket.device_schema.rigetti.rigetti_device_capabilities_v1 import RigettiDeviceCapabilities

from peers.command import kelvin
from test_device_import import close, imported

PREFIX = "braket.device_schema."
STANDARD = PREFIX + "standardized_gate_model_qpu_device_properties"


def capabilities(vendor, count, natives, connectivity, **parts):
    """What `GetDevice` answers, without a vendor's figures."""
    return {
        "braketSchemaHeader": {"name": f"{PREFIX}{vendor}.{vendor}_device_capabilities", "version": "1"},
        "service": {
            "braketSchemaHeader": {"name": PREFIX + "device_service_properties", "version": "1"},
            "executionWindows": [],
            "shotsRange": [1, 7_777],
            "updatedAt": "2026-03-01T12:00:00",
        },
        "action": {
            "braket.ir.openqasm.program": {
                "actionType": "braket.ir.openqasm.program",
                "version": ["1"],
                "supportedOperations": ["h"],
                "supportedResultTypes": [],
            }
        },
        "deviceParameters": {},
        "paradigm": {
            "braketSchemaHeader": {"name": PREFIX + "gate_model_qpu_paradigm_properties", "version": "1"},
            "qubitCount": count,
            "nativeGateSet": natives,
            "connectivity": connectivity,
        },
        **parts,
    }


def benchmarked(fidelity, kind="RANDOMIZED_BENCHMARKING"):
    return {"fidelityType": {"name": kind}, "fidelity": fidelity, "standardError": 0.001}


class Published:
    """A line of qubits with random figures, numbered as vendors number them: from `first`, one number left out."""

    def __init__(self, seed, first, gate):
        dice = random.Random(seed)
        self.numbers = [first, first + 1, first + 3, first + 4, first + 5]
        self.pairs = list(zip(self.numbers, self.numbers[1:]))
        self.sites = {
            n: dict(t1=dice.uniform(10, 90), t2=dice.uniform(5, 20), gate=dice.uniform(0.99, 0.9999), readout=dice.uniform(0.9, 0.99))
            for n in self.numbers
        }  # fmt: skip
        self.gates = {pair: dice.uniform(0.9, 0.999) for pair in self.pairs}
        self.gate = gate

    def graph(self):
        graph = {str(n): [] for n in self.numbers}
        for a, b in self.pairs:
            graph[str(a)].append(str(b))
        return {"fullyConnected": False, "connectivityGraph": graph}

    def standardized(self, unit, scale):
        return {
            "braketSchemaHeader": {"name": STANDARD, "version": "1"},
            "oneQubitProperties": {
                str(n): {
                    "T1": {"value": s["t1"] * scale, "standardError": 0.1 * scale, "unit": unit},
                    "T2": {"value": s["t2"] * scale, "unit": unit},
                    "oneQubitFidelity": [benchmarked(s["readout"], "READOUT"), benchmarked(s["gate"])],
                }
                for n, s in self.sites.items()
            },
            "twoQubitProperties": {
                f"{a}-{b}": {
                    "twoQubitGateFidelity": [
                        benchmarked(f, "INTERLEAVED_RANDOMIZED_BENCHMARKING")
                        | {"gateName": self.gate, "direction": {"control": a, "target": b}}
                    ]
                }
                for (a, b), f in self.gates.items()
            },
        }


LINES = [
    (IqmDeviceCapabilities, "iqm", ["cz", "prx"], "CZ", "cz", "S", 1e-6),
    (IqmDeviceCapabilities, "iqm", ["cz", "prx"], "CZ", "cz", "us", 1),
    (RigettiDeviceCapabilities, "rigetti", ["rx", "rz", "iswap"], "ISwap", "iswap", "S", 1e-6),
    (RigettiDeviceCapabilities, "rigetti", ["rx", "rz", "cz"], "CZ", "cz", "ns", 1e3),
    (OqcDeviceCapabilities, "oqc", ["ecr", "rz", "v", "x"], "ECR", "ecr", "us", 1),
]


@pytest.mark.parametrize("case", LINES, ids=lambda c: f"{c[1]}-{c[4]}-{c[5]}")
def test_figures_by_place(case, tmp_path):
    schema, vendor, natives, name, gate, unit, scale = case
    published = Published(f"{case[1:]}", first=1, gate=name)
    document = capabilities(
        vendor, 5, natives, published.graph(), standardized=published.standardized(unit, scale))  # fmt: skip
    source = tmp_path / "machine.json"
    source.write_text(schema.parse_obj(document).json())
    device, _ = imported(tmp_path, source)
    assert device["siteCount"] == 5 and device["abilities"]["maxShots"] == 7_777
    record = device["calibration"]
    for site, (number, figures) in zip(record["sites"], published.sites.items()):
        assert close(site["t1"], figures["t1"] * 1e-6) and close(site["t2"], figures["t2"] * 1e-6)
        assert close(site["readout"]["falseOne"], 1 - figures["readout"])
    errors = {
        tuple(f["sites"]): f["error"] for g in record["gates"] if g["gate"] == gate for f in g["figures"] if "error" in f
    }  # fmt: skip
    for k, pair in enumerate(published.pairs):
        assert close(errors[(k, k + 1)], 1 - published.gates[pair])
    # A program finds its way through the machine that was read.
    program = tmp_path / "ghz.qasm"
    program.write_text(
        'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[5] q;\nbit[5] c;\nh q[0];\n'
        "cx q[0], q[1];\ncx q[1], q[2];\ncx q[2], q[3];\ncx q[3], q[4];\nc = measure q;\n")  # fmt: skip
    counts = json.loads(
        kelvin("run", program, "--device", tmp_path / "device.json", "--shots", 4_000, "--seed", 1, "--format", "json"))  # fmt: skip
    assert "emulated" in json.dumps(counts)


def test_ions_by_their_means(tmp_path):
    provider = {
        "braketSchemaHeader": {"name": PREFIX + "ionq.ionq_provider_properties", "version": "1"},
        "fidelity": {"1Q": {"mean": 0.9981}, "2Q": {"mean": 0.9712}, "spam": {"mean": 0.9934}},
        "timing": {"T1": 100.0, "T2": 0.9, "1Q": 1.35e-4, "2Q": 6e-4, "readout": 3e-4, "reset": 2e-5},
    }
    document = capabilities(
        "ionq", 11, ["GPI", "GPI2", "MS"], {"fullyConnected": True, "connectivityGraph": {}}, provider=provider)  # fmt: skip
    source = tmp_path / "aria.json"
    source.write_text(IonqDeviceCapabilities.parse_obj(document).json())
    device, _ = imported(tmp_path, source)
    text = json.dumps(device)
    assert device["siteCount"] == 11 and device["connectivity"] == "all" and device["modality"] == "trappedIon"
    for figure in [1 - 0.9981, 1 - 0.9712, 1 - 0.9934, 6e-4, 3e-4, 2e-5]:
        assert repr(figure) in text or f"{figure:g}" in text


def test_a_chain_by_its_standard_figures(tmp_path):
    """Schema 3: figures of the machine as a whole, and of single qubits where they differ."""
    time = lambda value: {"value": value, "standardError": value / 10, "unit": "s"}
    standardized = {
        "braketSchemaHeader": {"name": STANDARD, "version": "3"},
        "oneQubitProperties": {
            str(n): {"oneQubitFidelity": [benchmarked(0.9981 + n * 1e-4) | {"unit": "fraction"}]} for n in range(4)
        },
        "T1": time(50.0),
        "T2": time(30.0),
        "readoutFidelity": [{"fidelity": 0.995, "standardError": 0.001, "unit": "fraction"}],
        "readoutDuration": time(0.00035),
        "singleQubitGateDuration": time(0.00002),
        "singleQubitFidelity": [benchmarked(0.995) | {"median": 0.995, "unit": "fraction"}],
        "twoQubitGateFidelity": [benchmarked(0.9871) | {"unit": "fraction"}],
        "twoQubitGateDuration": time(0.0002),
        "activeResetDuration": time(0.0001),
        "updatedAt": "2026-02-22T12:29:03Z",
    }
    provider = {
        "braketSchemaHeader": {"name": PREFIX + "aqt.aqt_provider_properties", "version": "1"},
        "properties": {
            "single_qubit_gate_fidelity": {str(n): {"value": 99.8, "uncertainty": 0.1} for n in range(4)},
            "mean_two_qubit_gate_fidelity": {"value": 98.7, "uncertainty": 0.2},
            "spam_fidelity_lower_bound": 99.5,
            "t2_coherence_time_s": {"value": 0.5, "uncertainty": 0.1},
            "t1_s": {"value": 1.1, "uncertainty": 0.1},
            "readout_time_micros": 350,
            "single_qubit_gate_duration_micros": 20,
            "two_qubit_gate_duration_micros": 200,
            "updated_at": "2026-02-22T12:29:03Z",
        },
    }
    document = capabilities(
        "aqt", 4, ["prx", "xx"], {"fullyConnected": True, "connectivityGraph": {}}, standardized=standardized,
        provider=provider)  # fmt: skip
    source = tmp_path / "chain.json"
    source.write_text(AqtDeviceCapabilities.parse_obj(document).json())
    device, _ = imported(tmp_path, source)
    record = device["calibration"]
    assert all(site["t1"] == 50 and site["t2"] == 30 for site in record["sites"])
    text = json.dumps(device)
    for figure in [0.00035, 0.0002, 0.00002]:
        assert repr(figure) in text or f"{figure:g}" in text
    one = [f["error"] for g in record["gates"] if g["gate"] == "r" for f in g["figures"]]
    assert len(one) == 4 and all(close(e, 1 - (0.9981 + n * 1e-4)) for n, e in enumerate(one))
