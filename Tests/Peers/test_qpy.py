"""Circuits that Qiskit stored, read by Kelvin without Qiskit's help: every version of the format, every kind of content."""

import pytest
from qiskit.quantum_info import Operator

from peers import branches, circuits, command, equivalence, statistics
from test_sampling import spelled

SHOTS = 8000
# Five hundred circuits, each in every version.
GATES = range(400)
DYNAMIC = range(100)


def compiled(directory, circuit, version, values):
    source = directory / "source.qpy"
    source.write_bytes(circuits.stored(circuit, version))
    inputs = [flag for p, value in values.items() for flag in ("--input", f"{p.name}={value!r}")]
    output = directory / "compiled.qasm"
    report = command.json.loads(
        command.kelvin(
            "compile", source, "--device", "heron-133", "--seed", 1, "--report", "json", "--output", output, *inputs))
    # What is left of bound inputs: declarations that nothing uses, and that Qiskit's reader does not know.
    text = "".join(line for line in output.open() if not line.startswith("float[64] "))
    return command.Compiled(command.load(text), report["initialLayout"], report["finalLayout"], report, text)


@pytest.mark.parametrize("version", circuits.VERSIONS)
@pytest.mark.parametrize("seed", GATES)
def test_gates_keep_their_meaning(seed, version, tmp_path):
    circuit, values = circuits.gates(seed)
    meaning = Operator(without_idling(circuit.assign_parameters(values))).data
    result = compiled(tmp_path, circuit, version, values)
    assert equivalence.distance(meaning, result) < equivalence.TOLERANCE, circuit


def without_idling(circuit):
    bare = circuit.copy_empty_like()
    for instruction in circuit.data:
        if instruction.operation.name not in ("delay", "barrier"):
            bare.append(instruction)
    return bare


@pytest.mark.parametrize("version", circuits.VERSIONS)
@pytest.mark.parametrize("seed", DYNAMIC)
def test_decisions_have_their_probabilities(seed, version, tmp_path):
    circuit = circuits.dynamic(seed, boxes=version >= 14)
    source = tmp_path / "source.qpy"
    source.write_bytes(circuits.stored(circuit, version))
    counts, order = command.outcomes(command.result(source, device="ideal", shots=SHOTS, seed=seed))
    probabilities = {}
    for outcome, probability in branches.outcomes(circuit).items():
        bits = {k: int(b) for k, b in enumerate(reversed(outcome))}
        name = spelled(circuit, bits, order)
        probabilities[name] = probabilities.get(name, 0) + probability
    tests = len(DYNAMIC) * len(circuits.VERSIONS)
    assert statistics.against_probabilities(counts, probabilities) > 0.001 / tests, circuit
