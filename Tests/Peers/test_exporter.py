"""Qiskit's exporters: what they write of random circuits, read in their dialect, is what Qiskit's algebra says it was.

OQTOPUS reads with Qiskit's importer after renaming the inverses of S and T; its dialect is judged by that importer.
"""

import random

import pytest
from qiskit import qasm2, qasm3
from qiskit.circuit.random import random_circuit
from qiskit.quantum_info import Operator

from peers import command, equivalence

TOLERANCE = equivalence.TOLERANCE


def circuit(seed):
    rng = random.Random(seed)
    return random_circuit(rng.randint(1, 5), rng.randint(2, 9), max_operands=4, seed=seed)


@pytest.mark.parametrize("seed", range(120))
def test_openqasm3_exporter(seed, tmp_path):
    program = circuit(seed)
    text = qasm3.dumps(program, allow_aliasing=seed % 2 == 0)
    result = command.compiled(tmp_path, text, "ideal", seed=seed, flags=["--dialect", "qiskit"])
    assert equivalence.distance(Operator(program).data, result) < TOLERANCE, text


@pytest.mark.parametrize("seed", range(1000, 1040))
def test_openqasm2_exporter(seed, tmp_path):
    program = circuit(seed)
    text = qasm2.dumps(program)
    dialect = ["qiskit", "ibm"][seed % 2]
    result = command.compiled(tmp_path, text, "ideal", "qasm2", seed=seed, flags=["--dialect", dialect])
    assert equivalence.distance(Operator(program).data, result) < TOLERANCE, text


@pytest.mark.parametrize("seed", range(2000, 2040))
def test_oqtopus(seed, tmp_path):
    """The gates that QURI Parts writes for OQTOPUS."""
    rng = random.Random(seed)
    lines = ["OPENQASM 3;", 'include "stdgates.inc";', "qubit[4] q;"]
    gates = [("h", 0, 1), ("x", 0, 1), ("sx", 0, 1), ("s", 0, 1), ("sdag", 0, 1), ("t", 0, 1), ("tdag", 0, 1), ("rx", 1, 1),
             ("ry", 1, 1), ("rz", 1, 1), ("u1", 1, 1), ("u2", 2, 1), ("u3", 3, 1), ("U", 3, 1), ("cx", 0, 2), ("cz", 0, 2),
             ("swap", 0, 2), ("ccx", 0, 3)]  # fmt: skip
    for _ in range(25):
        name, parameters, width = rng.choice(gates)
        values = ", ".join(str(rng.uniform(-6, 6)) for _ in range(parameters))
        operands = ", ".join(f"q[{k}]" for k in rng.sample(range(4), width))
        lines.append(f"{name}{f'({values})' if values else ''} {operands};")
    text = "\n".join(lines) + "\n"
    meaning = Operator(qasm3.loads(text.replace("sdag ", "sdg ").replace("tdag ", "tdg "))).data
    result = command.compiled(tmp_path, text, "ideal", seed=seed, flags=["--dialect", "oqtopus"])
    assert equivalence.distance(meaning, result) < TOLERANCE, text
