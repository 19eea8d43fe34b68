"""The programs that other packages test themselves with: what their readers say of them against what Kelvin says.

No wheel ships them. KELVIN_PEER_SOURCES names a folder with checkouts of openqasm, pyqasm, qiskit-qasm3-import, qiskit and
amazon-braket-default-simulator-python under these names, and of OQTOPUS's repositories in a folder oqtopus. Each program
goes to the package's own reader, uncorrected; every disagreement has to have its reason below, with what the specification
says. What a checkout that is not there would have to say is skipped.
"""

import logging
import os
import re
import signal
import subprocess
import warnings
from pathlib import Path

import pytest

from peers import command, shipped

PLACE = os.environ.get("KELVIN_PEER_SOURCES")
ROOT = Path(PLACE) if PLACE else None

pytestmark = pytest.mark.skipif(ROOT is None, reason="KELVIN_PEER_SOURCES names no folder of checkouts")

# How many programs of each package have to be found, and on how many both have to agree.
LEAST = {"openqasm3": (50, 45), "pyqasm": (700, 500), "qiskit-qasm3-import": (70, 60), "braket": (320, 270), "oqtopus": (25, 23),
         "qiskit-qasm2": (200, 190)}

# By package: Kelvin refuses with this what the package takes. The first word of each reason is the page.
KELVIN_REFUSES = {
    "qiskit-qasm2": [
        (r"QASM0105 a barrier on all qubits", "arXiv:1707.03429: a barrier names its qubits; Qiskit's strict mode refuses it too"),
        (r"QASM0201 gate 'u0?' is not declared", "arXiv:1707.03429: other gates than U and CX come from an include"),
        (r"QASM0101.*found ';'", "arXiv:1707.03429 has no empty statements and no empty places in lists; as above"),
    ],
    "pyqasm": [
        (r"QASM0201.*gate '\w+' is not declared", "standard_library.rst: gates other than U and gphase come from an include"),
        (r"QASM0201.*'(abs|\w+)' is not declared", "types.rst: the table of built-in functions has no such function"),
        (r"QASM0106", "comments.rst: the file lies elsewhere in the package's own tests"),
        (r"QASM0302.*index must be known", "no machine selects qubits at run time: documented in Docs/openqasm.md"),
        (r"QASM0406", "types.rst: physical and virtual qubits in one program; refused, documented in Docs/openqasm.md"),
        (r"QASM0403", "gates.rst: a gate is applied to as many operands as it declares, registers broadcast"),
        (r"QASM0401.*single (qu)?bit", "types.rst: 'qubit q;' is a scalar, which has no elements"),
        (r"QASM0401.*lies outside", "types.rst: an index outside its register or array is an error"),
        (r"QASM0301.*not bool", "types.rst, Allowed casts: bool to angle is 'No'"),
        (r"QASM0301.*float\[\d+\] does not become", "types.rst: float to int is no implicit promotion for constants"),
        (r"QASM0301.*(becomes?|cannot be cast).*", "types.rst: casts between bits and numbers keep the width, and are explicit"),
        (r"QASM0301.*'\*' is not defined between duration", "delays.rst: durations are multiplied by numbers only"),
        (r"QASM0301.*stretch cannot stand here", "types.rst: a const has a value, a stretch is resolved later"),
        (r"QASM0301.*array is not indexed by a set", "types.rst: index sets select from registers"),
        (r"QASM0301.*range of a loop", "classical.rst: 'All three values must be of integer or unsigned-integer types'"),
        (r"QASM0303.*has no value", "types.rst: the function is not defined for this argument"),
        (r"QASM0303.*does not fit", "types.rst: a constant that its type cannot hold"),
        (r"QASM0202", "scope.rst: a name is declared once in a scope"),
        (r"QASM0305", "types.rst: a register has at least one element"),
        (r"QASM0105", "a statement of version 3 in a program that declares version 2"),
        (r"QASM0107", "openpulse.rst: 'defcal' stands at the top level"),
        (r"QASM0501", "documented in Docs/openqasm.md: what Kelvin cannot execute"),
    ],
    "braket": [
        (r"QASM0303.*does not fit", "types.rst: a constant that its type cannot hold"),
        (r"QASM0301.*bit\[\d+\] does not become", "types.rst: bits become integers by an explicit cast"),
        (r"QASM0301.*float\[\d+\] does not become", "types.rst: 'cannot be implicitly promoted', for constants"),
        (r"QASM0301.*array", "types.rst, Arrays: arrays do not convert, and are indexed by integers and ranges"),
        (r"QASM0301.*popcount", "types.rst: popcount takes bit registers"),
        (r"QASM0301.*condition is a truth value", "types.rst: '!' takes a bool; 'bool(…)' makes one of a register"),
        (r"QASM0301.*returned from a subroutine without", "subroutines.rst: the type of the value is declared"),
        (r"QASM0301.*bits are no elements", "types.rst: arrays have no 'bit' elements"),
        (r"QASM0201.*cannot be seen inside", "scope.rst: only const variables are visible in gates and subroutines"),
        (r"QASM0201.*gate '(measure_ff|cc_prx)'", "experimental capabilities of one machine, no part of the dialect"),
        (r"QASM0202", "scope.rst: a name is declared once in a scope"),
        (r"QASM0203.*not a gate", "scope.rst: variables and gates share their names"),
        (r"QASM0403.*gphase", "gates.rst: gphase acts on no qubit"),
        (r"QASM0405.*verbatim", "Braket's developer guide: verbatim boxes name physical qubits"),
        (r"QASM0101.*(type, found 'const'|should end here|'\"' is expected)", "grammar: 'const' types no parameter, '#' ends no line"),
        (r"QASM0302.*index must be known", "no machine selects qubits at run time: documented in Docs/openqasm.md"),
    ],
}  # fmt: skip

# By package: it refuses with this what Kelvin takes.
PACKAGE_REFUSES = {
    "openqasm3": [
        (r"^QASM3ParsingError: ?$", "pulses.rst: the body of a defcal belongs to its grammar, '...' is for it to judge"),
        (r"'return' statement outside subroutine", "judged when names are: 'check' without '--syntax' refuses it"),
    ],
    "pyqasm": [
        (r"openpulse|[Ww]aveform|[Ff]rame|amplitude|Standard deviation|phase|factor|KeyError|Return Variable|return type"
         r"|Variable '?\w+'? is (not|already) de|is constant, cannot be re|is not defined|Qubit register|Unsupported statement"
         r"|OpenPulse|is already defined|Invalid function call|in '(drag|sine|gaussian\w*|sech|constant)'", "pulses.rst: calibrations are kept opaque"),
        (r"Unsupported OpenQASM version: None", "comments.rst: the version statement is optional"),
        (r"Invalid initialization value", "types.rst: the value converts to the type"),
        (r"Unsupported|Power modifier argument must be an integer", "gates.rst: says itself that it does not support this"),
        (r"Assignment to 'stretch'|doesn't support 'Casting'|cannot have duration value", "delays.rst allows it"),
        (r"Index 1 out of range for register of size 1", "subroutines.rst: the operand is a qubit of the caller's register"),
        (r"must have atleast one", "delays.rst: an empty box is a box"),
        (r"must be a constant to use it in a local scope", "scope.rst: boxes see what stands around them"),
        (r"already included", "comments.rst: as if the file's text stood there; declared once is enough"),
    ],
    "qiskit-qasm3-import": [
        (r"(not|are|is) supported|already inserted|must save their result|only (ranges|global)|no attribute 'payload'",
         "says itself that it does not support this; 'p' is a name that no one has declared before"),
    ],
    "braket": [
        (r"unsized integer", "types.rst: 'int' has a width, chosen by the implementation, and bits"),
        (r"has no attribute|Undefined key|must be global|not initialized|Invalid operator|Slowness|Must assign Array|Fixed-bit"
         r"|No such file", "a fault of the simulator: the statements are classical.rst's and types.rst's"),
    ],
}  # fmt: skip


class Slowness(Exception):
    """The judge took too long."""


def readers():
    import openqasm3
    import pyqasm
    import qiskit_qasm3_import
    import qiskit.qasm3
    from qiskit import qasm2
    from braket.default_simulator.openqasm.interpreter import Interpreter

    return {
        "openqasm3": (openqasm3.parse, ["--syntax"]),
        "pyqasm": (lambda text: pyqasm.loads(text).validate(), []),
        "qiskit-qasm3-import": (qiskit_qasm3_import.parse, []),
        # As `QuantumCircuit.from_qasm_str` reads.
        "qiskit-qasm2": (
            lambda text: qasm2.loads(
                text,
                include_path=qasm2.LEGACY_INCLUDE_PATH,
                custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS,
                custom_classical=qasm2.LEGACY_CUSTOM_CLASSICAL,
            ),
            ["--dialect", "ibm"],
        ),
        "braket": (lambda text: Interpreter().build_circuit(source=text), ["--dialect", "braket"]),
        # The importer that OQTOPUS's engine reads with.
        "oqtopus": (qiskit.qasm3.loads, ["--dialect", "oqtopus"]),
    }


def refusal(reader, text):
    """What a package has against a program; nothing if it takes it."""

    def give_up(*_):
        raise Slowness

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(20)
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader(text)
    except Exception as error:  # noqa: BLE001 – each package has errors of its own.
        return f"{type(error).__name__}: {error}"
    finally:
        signal.alarm(0)
        logging.disable(logging.NOTSET)
    return None


def errors(flags, path):
    """Kelvin's errors; a crash is none of them."""
    done = subprocess.run([command.BINARY, "check", *flags, path], capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 1, 2), f"{path.read_text()}\n{done.stderr[-2000:]}"
    found = re.findall(r":\d+:\d+: error\[(\w+)\]: (.*)", done.stdout + done.stderr)
    assert bool(found) == (done.returncode != 0), done.stdout + done.stderr
    return [f"{code} {message}" for code, message in found]


@pytest.mark.parametrize("package", shipped.PLACES)
def test_shipped_programs(package, tmp_path):
    if not (ROOT / shipped.PLACES[package]).is_dir():
        pytest.skip(f"no checkout of {package}")
    programs = shipped.programs(ROOT, package)
    reader, flags = readers()[package]
    agreed, unexplained = 0, []
    for number, (place, text) in enumerate(programs):
        path = tmp_path / f"{number}.qasm"
        path.write_text(text)
        ours, theirs = errors(flags, path), refusal(reader, text)
        if bool(ours) == (theirs is not None):
            agreed += 1
        elif ours:
            if not any(re.search(pattern, ours[0]) for pattern, _ in KELVIN_REFUSES.get(package, [])):
                unexplained.append((place, "Kelvin", ours[0]))
        elif not any(re.search(pattern, theirs) for pattern, _ in PACKAGE_REFUSES.get(package, [])):
            unexplained.append((place, package, theirs[:200]))
    print(f"{package}: {len(programs)} programs, agreed on {agreed}")
    assert not unexplained, "\n".join(map(str, unexplained))
    least, least_agreed = LEAST[package]
    assert len(programs) >= least and agreed >= least_agreed, (len(programs), agreed)
