"""The OpenQASM specification's own material: its examples, the sources of its grammar's tests, its invalid statements.

No package ships them. KELVIN_OPENQASM_SPEC names a checkout of github.com/openqasm/openqasm.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

from peers import command

PLACE = os.environ.get("KELVIN_OPENQASM_SPEC")
ROOT = Path(PLACE) if PLACE else None
GRAMMAR = Path("source") / "grammar" / "tests"

pytestmark = pytest.mark.skipif(
    ROOT is None, reason="KELVIN_OPENQASM_SPEC names no checkout of github.com/openqasm/openqasm"
)

# Examples that are no valid programs: place and code of each error, and why it is one.
REFUSED = {
    "arrays.qasm": (["76:16 QASM0202"], "declares first_dimension a second time"),
    "cphase.qasm": (["4:3 QASM0201", "6:3 QASM0201"], "CX comes from no include; q is not declared either"),
    "dd.qasm": (["25:3 QASM0201"], "u is no gate of stdgates.inc"),
    "msd.qasm": (
        [
            "48:14 QASM0401",
            "80:3 QASM0201",
            "81:10 QASM0201",
            "115:5 QASM0203",
            "156:1 QASM0203",
            "161:1 QASM0203",
            "164:1 QASM0203",
        ],
        "takes element 3 of 3 qubits, assigns to a name that nothing declares, and calls subroutines like gates",
    ),
    "scqec.qasm": (["53:3 QASM0203", "76:3 QASM0203"], "calls a subroutine like a gate"),
    "varteleport.qasm": (["31:3 QASM0203"], "calls a subroutine like a gate"),
    "vqe.qasm": (
        ["25:47 QASM0405", "65:5 QASM0203"],
        "a gate indexes its operand as if it were a register; calls a subroutine like a gate",
    ),
}


def check(path, *flags):
    done = subprocess.run(
        [command.BINARY, "check", *flags, path], capture_output=True, text=True, timeout=60, cwd=Path(path).parent
    )
    return done.returncode, done.stdout + done.stderr


def errors(output):
    return [f"{line}:{column} {code}" for line, column, code in re.findall(r":(\d+):(\d+): error\[(\w+)\]", output)]


def examples():
    return sorted((ROOT / "examples").glob("*.qasm")) if ROOT else []


def references():
    return sorted((ROOT / GRAMMAR / "reference").rglob("*.yaml")) if ROOT else []


def source_of(reference):
    """The block scalar `source` of a reference file."""
    lines = reference.read_text().splitlines()
    start = lines.index("source: |") + 1
    body = []
    for line in lines[start:]:
        if line and not line.startswith(" "):
            break
        body.append(line[2:])
    return "\n".join(body) + "\n"


def invalid_statements():
    if not ROOT:
        return []
    cases = []
    for file in sorted((ROOT / GRAMMAR / "invalid" / "statements").glob("*.qasm")):
        for number, line in enumerate(file.read_text().splitlines(), 1):
            line = line.strip()
            if line and not line.startswith("//"):
                cases.append(pytest.param(line, id=f"{file.name}:{number}"))
    return cases


@pytest.mark.parametrize("example", examples(), ids=lambda path: path.name)
def test_examples_keep_the_grammar(example):
    status, output = check(example, "--syntax")
    assert status == 0, output


@pytest.mark.parametrize("reference", references(), ids=lambda path: path.stem)
def test_references_keep_the_grammar(reference, tmp_path):
    program = tmp_path / "reference.qasm"
    program.write_text(source_of(reference))
    status, output = check(program, "--syntax")
    assert status == 0, output


@pytest.mark.parametrize("statement", invalid_statements())
def test_invalid_statements_are_refused(statement, tmp_path):
    program = tmp_path / "invalid.qasm"
    program.write_text(statement)
    status, output = check(program, "--syntax")
    assert status != 0, statement
    assert errors(output), output


@pytest.mark.parametrize("example", examples(), ids=lambda path: path.name)
def test_examples_are_programs_or_refused_for_a_reason(example):
    status, output = check(example)
    expected, reason = REFUSED.get(example.name, ([], "nothing is wrong with it"))
    assert errors(output) == expected, f"{reason}\n{output}"
    assert (status == 0) == (not expected), output
