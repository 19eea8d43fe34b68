"""IQM's own emulator of Garnet (iqm-client), with the same figures, on the circuits that Kelvin compiles for it."""

import json
import sys
from pathlib import Path

import pytest
from iqm.qiskit_iqm.fake_backends.fake_garnet import IQMFakeGarnet
from qiskit import QuantumCircuit
from qiskit.circuit import Delay
from qiskit.circuit.library import RGate
from qiskit.quantum_info import SuperOp, average_gate_fidelity
from qiskit_aer import AerSimulator
from qiskit_aer.noise import RelaxationNoisePass

import compiled

sys.path.append(str(Path(__file__).parents[1]))
from peers import statistics, workloads  # noqa: E402

SHOTS = 20_000
# Up to five qubits: ten programs of all kinds.
PROGRAMS = [seed for seed in range(5000, 5020) if seed % 7 < 4][:10]
THRESHOLD = 0.001 / len(PROGRAMS)
BACKEND = IQMFakeGarnet()
PROFILE = BACKEND.error_profile


def site(name):
    return int(name.removeprefix("QB")) - 1


@pytest.fixture(scope="module")
def device(tmp_path_factory):
    """Kelvin's Garnet with the figures of theirs; a gate's error is the infidelity of their channel."""
    document = json.loads((compiled.DEVICES / "garnet-20.json").read_text())
    record = document["calibration"]
    # Their emulator knows no neighbours.
    record.pop("environment", None)
    for name, readout in PROFILE.readout_errors.items():
        entry = record["sites"][site(name)]
        entry.update(t1=PROFILE.t1s[name] * 1e-9, t2=PROFILE.t2s[name] * 1e-9)
        entry["readout"].update(falseOne=readout["0"], falseZero=readout["1"])
    errors = {}
    for (instruction, sites), channel in channels().items():
        errors[instruction, sites] = 1 - average_gate_fidelity(SuperOp(channel))
    durations = {"r": PROFILE.single_qubit_gate_durations["prx"], "cz": PROFILE.two_qubit_gate_durations["cz"]}
    record["gates"] = [
        {"gate": gate, "figures": [
            {"sites": list(sites), "error": error, "duration": durations[gate] * 1e-9}
            for (name, sites), error in sorted(errors.items()) if name == gate]}
        for gate in ("cz", "r")]  # fmt: skip
    document["connectivity"] = [list(sites) for name, sites in sorted(errors) if name == "cz"]
    document["id"] = "fake-garnet"
    document["source"] = {"text": "iqm-client, IQMFakeGarnet", "figures": []}
    path = tmp_path_factory.mktemp("devices") / "fake-garnet.json"
    path.write_text(json.dumps(document))
    return path


def channels():
    return {
        (name, tuple(sites)): error
        for name, local in BACKEND.noise_model._local_quantum_errors.items() for sites, error in local.items()
    }  # fmt: skip


def theirs(steps, idle):
    """Counts of their noise model. It knows no waiting: `idle` adds relaxation in the gaps, by Aer's own pass."""
    bits = 1 + max(s.values[0] for s in steps if s.name == "measure")
    circuit = QuantumCircuit(20, bits)
    for step in sorted(steps, key=lambda s: s.name == "measure"):
        if step.name == "r":
            circuit.append(RGate(*step.values), step.sites)
        elif step.name == "rz":
            circuit.rz(step.values[0], step.sites[0])
        elif step.name == "cz":
            circuit.cz(*step.sites)
        elif step.name == "delay" and idle:
            for place in step.sites:
                circuit.delay(round(step.values[0]), place, unit="ns")
        elif step.name == "measure":
            circuit.measure(step.sites[0], step.values[0])
    if idle:
        names = [f"QB{k + 1}" for k in range(20)]
        relaxation = RelaxationNoisePass(
            [PROFILE.t1s[n] * 1e-9 for n in names], [PROFILE.t2s[n] * 1e-9 for n in names], dt=1e-9, op_types=Delay)
        circuit = relaxation(circuit)
    simulator = AerSimulator(method="density_matrix", noise_model=BACKEND.noise_model, seed_simulator=1)
    return simulator.run(circuit, shots=SHOTS).result().get_counts()


@pytest.mark.parametrize("seed", PROGRAMS)
def test_outcomes_agree(seed, device, tmp_path):
    source = tmp_path / "program.qasm"
    source.write_text(workloads.program(seed))
    steps = compiled.steps(source, device, seed)
    ours = compiled.counts(source, device, SHOTS, seed)
    p = statistics.homogeneity(ours, theirs(steps, idle=True))
    found, chance = compiled.distance(ours, theirs(steps, idle=False))
    print(f"program {seed}: p = {p:.3g}; without waiting {found:.4f} apart, by chance {chance:.4f}")
    assert p > THRESHOLD
