"""Outcomes of the ideal device against exact probabilities, and of feed-forward against Aer."""

import pytest
from qiskit import transpile
from qiskit.quantum_info import Statevector
from qiskit_aer import AerSimulator

from peers import command, qasm2, statistics, workloads

SHOTS = 20000
SAMPLED = range(3000, 3040)
DYNAMIC = range(3100, 3120)


def spelled(circuit, value_of_bit, order):
    """An outcome in Kelvin's spelling: a bit string a register, in `order`."""
    parts = []
    for name in order:
        register = next(r for r in circuit.cregs if r.name == name)
        bits = [value_of_bit[circuit.find_bit(b).index] for b in register]
        parts.append("".join(str(b) for b in reversed(bits)))
    return " ".join(parts)


@pytest.mark.parametrize("seed", SAMPLED)
def test_ideal_outcomes_follow_exact_probabilities(seed, tmp_path):
    text = qasm2.program(seed, most=5, measured=True)
    source = tmp_path / "source.qasm"
    source.write_text(text)
    counts, order = command.outcomes(command.result(source, device="ideal", shots=SHOTS, seed=seed))
    assert sum(counts.values()) == SHOTS
    circuit = command.load(text)
    measured = [
        (circuit.find_bit(i.qubits[0]).index, circuit.find_bit(i.clbits[0]).index)
        for i in circuit.data
        if i.operation.name == "measure"
    ]
    state = Statevector(circuit.remove_final_measurements(inplace=False))
    probabilities = {}
    for index, probability in enumerate(state.probabilities()):
        bits = {bit: (index >> qubit) & 1 for qubit, bit in measured}
        outcome = spelled(circuit, bits, order)
        probabilities[outcome] = probabilities.get(outcome, 0) + probability
    assert statistics.against_probabilities(counts, probabilities) > 0.001 / len(SAMPLED), text


@pytest.mark.parametrize("seed", DYNAMIC)
def test_feed_forward_agrees_with_aer(seed, tmp_path):
    text = workloads.dynamic(seed)
    source = tmp_path / "source.qasm"
    source.write_text(text)
    counts, order = command.outcomes(command.result(source, device="ideal", shots=SHOTS, seed=seed))
    circuit = command.load(text)
    simulator = AerSimulator(method="statevector", seed_simulator=seed)
    aer = simulator.run(transpile(circuit, simulator, optimization_level=0), shots=SHOTS).result().get_counts()
    theirs = {}
    for outcome, count in aer.items():
        bits = {k: int(b) for k, b in enumerate(reversed(outcome.replace(" ", "")))}
        outcome = spelled(circuit, bits, order)
        theirs[outcome] = theirs.get(outcome, 0) + count
    assert statistics.homogeneity(counts, theirs) > 0.001 / len(DYNAMIC), text
