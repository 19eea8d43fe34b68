"""Circuits that Kelvin compiled and wrote as QPY, read by Qiskit: every version, gates and decisions."""

import io

import pytest
from qiskit import QuantumCircuit, qpy
from qiskit.quantum_info import Operator

from peers import branches, circuits, command, equivalence
from test_qpy import without_idling
from test_sampling import spelled

# Five hundred circuits, each in every version: bound, open and dynamic ones.
BOUND, OPEN, DYNAMIC = range(380), range(380, 440), range(60)
REFUSED = []


def compiled(directory, circuit, version, device, flags=()):
    source, output = directory / "source.qpy", directory / "compiled.qpy"
    source.write_bytes(circuits.stored(circuit, 17))
    report = command.json.loads(
        command.kelvin(
            "compile", source, "--device", device, "--seed", 1, "--report", "json", "--to", "qpy", "--qpy-version",
            version, "--output", output, *flags))
    stored = output.read_bytes()
    assert stored[6] == version
    (result,) = qpy.load(io.BytesIO(stored))
    return command.Compiled(result, report["initialLayout"], report["finalLayout"], report, "")


@pytest.mark.parametrize("version", circuits.VERSIONS)
@pytest.mark.parametrize("seed", BOUND)
def test_compiled_gates_keep_their_meaning(seed, version, tmp_path):
    circuit, values = circuits.gates(seed)
    meaning = Operator(without_idling(circuit.assign_parameters(values))).data
    flags = [flag for p, value in values.items() for flag in ("--input", f"{p.name}={value!r}")]
    result = compiled(tmp_path, circuit, version, ["heron-133", "heron-156", "garnet-20"][seed % 3], flags)
    assert equivalence.distance(meaning, result) < equivalence.TOLERANCE, circuit
    # Written by Qiskit again, it is the same.
    again = io.BytesIO()
    qpy.dump(result.circuit, again, version=version)
    again.seek(0)
    assert qpy.load(again)[0] == result.circuit


@pytest.mark.parametrize("version", circuits.VERSIONS)
@pytest.mark.parametrize("seed", OPEN)
def test_parameters_stay_symbols(seed, version, tmp_path):
    circuit, values = circuits.gates(seed)
    meaning = Operator(without_idling(circuit.assign_parameters(values))).data
    result = compiled(tmp_path, circuit, version, "heron-133")
    names = {p.name: value for p, value in values.items()}
    assert {p.name for p in result.circuit.parameters} <= set(names)
    result.circuit = result.circuit.assign_parameters({p: names[p.name] for p in result.circuit.parameters})
    assert equivalence.distance(meaning, result) < equivalence.TOLERANCE, circuit


@pytest.mark.parametrize("version", circuits.VERSIONS)
@pytest.mark.parametrize("seed", DYNAMIC)
def test_decisions_keep_their_probabilities(seed, version, tmp_path):
    circuit = circuits.dynamic(seed, boxes=version >= 14)
    try:
        result = compiled(tmp_path, circuit, version, "ideal")
    except command.KelvinError as refused:
        # What Qiskit's format has no place for is said.
        assert f"version {version} of QPY cannot say" in refused.message, refused.message
        REFUSED.append((seed, version))
        assert len(REFUSED) <= len(DYNAMIC), "too many programs are refused"
        return
    written, order = compact(result.circuit), [register.name for register in circuit.cregs]
    found, expected = named(written, order), named(circuit, order)
    for outcome in set(found) | set(expected):
        assert abs(found.get(outcome, 0) - expected.get(outcome, 0)) < 1e-9, (outcome, circuit)


def compact(circuit):
    """The circuit on the qubits that it uses."""
    used = {qubit for instruction in circuit.data for qubit in instruction.qubits}
    small = QuantumCircuit([qubit for qubit in circuit.qubits if qubit in used], *circuit.cregs)
    for variable in circuit.iter_declared_vars():
        small.add_uninitialized_var(variable)
    for instruction in circuit.data:
        small.append(instruction)
    return small


def named(circuit, order):
    """The distribution of a circuit's outcomes, exactly."""
    result = {}
    for outcome, probability in branches.outcomes(circuit).items():
        bits = {k: int(b) for k, b in enumerate(reversed(outcome))}
        name = spelled(circuit, bits, order)
        result[name] = result.get(name, 0) + probability
    return result
