"""Circuits that Kelvin compiled and wrote as QPY, read by Qiskit: every version, gates and decisions."""

import io

import pytest
from qiskit import qpy, transpile
from qiskit.quantum_info import Operator
from qiskit_aer import AerSimulator

from peers import branches, circuits, command, equivalence, statistics
from test_qpy import without_idling
from test_sampling import spelled

SHOTS = 8000


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
@pytest.mark.parametrize("seed", range(84))
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
@pytest.mark.parametrize("seed", range(84, 100))
def test_parameters_stay_symbols(seed, version, tmp_path):
    circuit, values = circuits.gates(seed)
    meaning = Operator(without_idling(circuit.assign_parameters(values))).data
    result = compiled(tmp_path, circuit, version, "heron-133")
    names = {p.name: value for p, value in values.items()}
    assert {p.name for p in result.circuit.parameters} <= set(names)
    result.circuit = result.circuit.assign_parameters({p: names[p.name] for p in result.circuit.parameters})
    assert equivalence.distance(meaning, result) < equivalence.TOLERANCE, circuit


@pytest.mark.parametrize("version", circuits.VERSIONS)
@pytest.mark.parametrize("seed", range(12))
def test_decisions_keep_their_probabilities(seed, version, tmp_path):
    circuit = circuits.dynamic(seed, boxes=version >= 14)
    try:
        result = compiled(tmp_path, circuit, version, "garnet-20")
    except command.KelvinError as refused:
        # What Qiskit's format has no place for is said.
        assert f"version {version} of QPY cannot say" in refused.message, refused.message
        return
    small = equivalence.compact(result.circuit)[0] if not any(
        i.operation.name in ("if_else", "switch_case", "for_loop", "while_loop", "box") for i in result.circuit.data
    ) else result.circuit
    counts = AerSimulator(method="automatic").run(transpile(small, AerSimulator()), shots=SHOTS).result().get_counts()
    probabilities = branches.outcomes(circuit)
    flat = {}
    for outcome, probability in probabilities.items():
        flat[outcome.replace(" ", "")] = flat.get(outcome.replace(" ", ""), 0) + probability
    found = {outcome.replace(" ", ""): count for outcome, count in counts.items()}
    assert statistics.against_probabilities(found, flat) > 0.001 / 72, circuit
