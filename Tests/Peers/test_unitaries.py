"""What Kelvin reads and writes, against Qiskit's reading of the same text."""

import pytest
from qiskit.quantum_info import Operator

from peers import command, equivalence, qasm2, qasm3

TOLERANCE = equivalence.TOLERANCE


@pytest.mark.parametrize("seed", range(140))
def test_openqasm3_programs_keep_their_meaning(seed, tmp_path):
    program = qasm3.program(seed)
    meaning = Operator(program.meaning).data
    if program.is_for_importer:
        # Two readings that agree: the generator's and Qiskit's.
        assert Operator(command.load(program.text)).equiv(Operator(program.meaning)), program.text
    result = command.compiled(tmp_path, program.text, "ideal", "qasm3", seed=seed)
    assert equivalence.distance(meaning, result) < TOLERANCE, program.text + "\n" + result.text


@pytest.mark.parametrize("seed", range(1000, 1140))
def test_openqasm2_programs_keep_their_meaning(seed, tmp_path):
    text = qasm2.program(seed)
    meaning = Operator(command.load(text)).data
    language = "qasm2" if seed % 2 == 0 else "qasm3"
    result = command.compiled(tmp_path, text, "ideal", language, seed=seed)
    assert equivalence.distance(meaning, result) < TOLERANCE, text + "\n" + result.text


def test_importer_judges_enough_programs():
    assert sum(qasm3.program(seed).is_for_importer for seed in range(140)) >= 50
