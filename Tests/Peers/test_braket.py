"""Braket's dialect against Braket's own simulator."""

import random

import numpy as np
import pytest
from qiskit.quantum_info import Statevector

from peers import braket, command, equivalence, statistics

SHOTS = 20000
NOISES = [
    ("bit_flip", 1, 1), ("phase_flip", 1, 1), ("depolarizing", 1, 1), ("amplitude_damping", 1, 1),
    ("phase_damping", 1, 1), ("generalized_amplitude_damping", 2, 1), ("pauli_channel", 3, 1),
    ("two_qubit_depolarizing", 1, 2), ("two_qubit_dephasing", 1, 2),
]  # fmt: skip


@pytest.mark.parametrize("seed", range(150))
def test_programs_mean_what_braket_says(seed, tmp_path):
    text = braket.program(seed)
    theirs = braket.state(text)
    language = "qasm2" if seed % 3 == 0 else "qasm3"
    result = command.compiled(tmp_path, text, "ideal", language, seed=seed, flags=["--dialect", "braket"])
    small, sites = equivalence.compact(result.circuit, result.final)
    assert sites == result.final
    ours = Statevector(small).data
    assert abs(abs(np.vdot(theirs, ours)) - 1) < 1e-7, text


@pytest.mark.parametrize("seed", range(27))
def test_noise_is_what_braket_says(seed, tmp_path):
    rng = random.Random(seed)
    name, count, width = NOISES[seed % len(NOISES)]
    values = ", ".join(f"{rng.uniform(0.05, 0.3):.3f}" for _ in range(count))
    operands = ", ".join(f"q[{k}]" for k in rng.sample(range(3), width))
    lines = ["OPENQASM 3.0;", "qubit[3] q;"]
    lines += [f"U({rng.uniform(0, 3)}, {rng.uniform(-3, 3)}, 0.4) q[{k}];" for k in range(3)]
    lines += ["cnot q[0], q[1];", f"#pragma braket noise {name}({values}) {operands}", "cnot q[1], q[2];"]
    # A basis in which phases show.
    lines += [f"rx({rng.uniform(0.5, 2)}) q[{k}];" for k in range(3)]
    text = "\n".join(lines) + "\n"
    probabilities = np.real(np.diag(braket.density(text)))
    source = tmp_path / "source.qasm"
    source.write_text(text + "#pragma braket result probability\n")
    document = command.result(source, "--dialect", "braket", device="ideal", shots=SHOTS, seed=seed)
    counts, _ = command.outcomes(document)
    # The first qubit is the leftmost bit.
    expected = {format(k, "03b")[::-1]: p for k, p in enumerate(probabilities)}
    assert statistics.against_probabilities(counts, expected) > 0.001 / 27, text


def test_expectations_are_what_braket_says(tmp_path):
    from braket.devices import LocalSimulator
    from braket.ir.openqasm import Program

    for seed in range(10):
        text = braket.program(seed, length=8).replace("#pragma braket unitary", "// ")
        rng = random.Random(seed)
        for _ in range(3):
            qubits = rng.sample(range(3), 2)
            factors = " @ ".join(f"{rng.choice('xyz')}(q[{k}])" for k in qubits)
            text += f"#pragma braket result expectation {factors}\n"
        theirs = LocalSimulator().run(Program(source=text), shots=0).result().values
        source = tmp_path / f"{seed}.qasm"
        source.write_text(text)
        document = command.result(source, "--dialect", "braket", device="ideal", shots=1000, seed=seed)
        ours = [estimate["value"] for block in document["results"] for estimate in block["estimates"]]
        assert np.allclose(ours, theirs, atol=1e-7), text
