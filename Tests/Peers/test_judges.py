"""Who accepts a program and who refuses it: Kelvin's reader against those of other people, none of them corrected.

Every disagreement is in `EXCUSED`, with what the specification says.
"""

import logging
import re
import warnings

from peers import command, qasm2, qasm3

# Of each version.
VALID = 300
ONLY_VERSION_3 = {"openqasm3", "qiskit-qasm3-import"}
# What a judge's refusal of a valid program, or its silence about an invalid one, comes down to.
EXCUSED = {
    "pyqasm": [
        (r"Index -\d+ out of range", "indices from the end: 'negative indices are allowed', types.rst, Index sets and slicing"),
        (r"Unsupported aliasing", "'let' names concatenations and slices, types.rst, Aliasing"),
        (r"Undefined subroutine", "functions in parameters of OpenQASM 2, arXiv:1707.03429, Table 1"),
        (r"Power modifier argument must be an integer", "'pow(k) @' takes a float, gates.rst, Quantum gate modifiers"),
        (r"undeclared QASM operation: (c?phase|sx|CX|cu|u1|u2|u3|id)", "gates of stdgates.inc, standard_library.rst"),
        (r"Unsupported controlled QASM operation", "modifiers apply to every gate, gates.rst"),
        (r"Invalid number of qubits", "registers as operands broadcast, gates.rst, Applying gates"),
        (r"Qubit count mismatch for gate", "modifiers add their controls to the operands of a program's own gate, gates.rst"),
        (r"Invalid parameter|Invalid initialization value", "functions in constant expressions, types.rst, Built-in constant expression functions"),
        (r"Unsupported|not supported|unsupported", "says itself that it does not support this"),
    ],
    "qiskit-qasm3-import": [
        (r"'FunctionCall' cannot be resolved", "functions in constant expressions, types.rst"),
        (r"Name conflict adding parameters", "parameters are names of their own gate's, gates.rst, Hierarchically defined gates"),
        (r"ConstantDeclaration is not supported", "says itself that it does not support 'const'"),
        (r"not supported|unsupported", "says itself that it does not support this"),
    ],
}  # fmt: skip

# Faults, and the judges that look for them; the others take the program without a look at names, types or operands.
FAULTS = {
    "syntax": "h {q}[0",
    "unknown gate": "nosuchgate {q}[0];",
    "unknown register": "h nosuchregister[0];",
    "index out of range": "h {q}[99];",
    "one qubit twice": "cx {q}[0], {q}[0];",
    "missing parameter": "rx {q}[0];",
    "missing operand": "cx {q}[0];",
    "declared twice": "bit {q};",
    "constant assigned": "const int fixed = 1; fixed = 2;",
    "jump without a loop": "break;",
    "wrong type": "bit[2] two = 0.5;",
}
# (judge, fault): why the judge says nothing.
SILENT = {
    ("openqasm3", fault): "a parser: it builds syntax trees and looks no further" for fault in FAULTS if fault != "syntax"
} | {
    ("pyqasm", "jump without a loop"): "classical.rst: 'It is an error to have a break outside a loop'",
    ("pyqasm", "wrong type"): "types.rst, Allowed casts: float to bit is 'No'",
}


def verdicts():
    """Judges by name: each raises for a program that it refuses."""
    import openqasm
    import openqasm3
    import pyqasm
    import qiskit_qasm3_import

    return {
        "openqasm3": openqasm3.parse,
        "openqasm": openqasm.loads,
        "pyqasm": lambda text: pyqasm.loads(text).validate(),
        "qiskit-qasm3-import": qiskit_qasm3_import.parse,
    }


def refusal(judge, text):
    """What the judge has against a program; nothing if it takes it."""
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            judge(text)
    except Exception as error:  # noqa: BLE001 – each judge has errors of its own.
        return f"{type(error).__name__}: {error}"
    finally:
        logging.disable(logging.NOTSET)
    return None


def accepted(directory, programs):
    """Which of the programs Kelvin takes, by name."""
    for name, text in programs.items():
        (directory / f"{name}.qasm").write_text(text)
    try:
        printed = command.kelvin("check", *[directory / f"{name}.qasm" for name in programs])
    except command.KelvinError as error:
        printed = error.output
    return {line.split(".qasm: no errors")[0].split("/")[-1] for line in printed.decode().splitlines() if "no errors" in line}


def broken(seed):
    """A program with one fault, and the fault's name."""
    text = qasm3.program(seed).text
    fault = list(FAULTS)[seed % len(FAULTS)]
    return text.rstrip() + "\nqubit[2] extra;\n" + FAULTS[fault].format(q="extra") + "\n", fault


def test_valid_programs(tmp_path):
    programs = {str(seed): qasm3.program(seed).text for seed in range(VALID)}
    programs |= {str(seed): qasm2.program(seed) for seed in range(1000, 1000 + VALID)}
    assert accepted(tmp_path, programs) == set(programs)
    taken = dict.fromkeys(verdicts(), 0)
    unexplained = []
    for name, judge in verdicts().items():
        for seed, text in programs.items():
            if "OPENQASM 2" in text and name in ONLY_VERSION_3:
                continue
            reason = refusal(judge, text)
            if reason is None:
                taken[name] += 1
            elif not any(re.search(pattern, reason) for pattern, _ in EXCUSED.get(name, [])):
                unexplained.append((name, seed, reason[:200]))
    print(taken)
    assert not unexplained, "\n".join(map(str, unexplained[:20]))
    # The judges have to have judged something.
    assert taken["openqasm3"] == VALID and taken["openqasm"] == 2 * VALID and min(taken.values()) >= 100, taken


def test_broken_programs(tmp_path):
    programs = {str(seed): broken(seed) for seed in range(2000, 2000 + 25 * len(FAULTS))}
    assert accepted(tmp_path, {seed: text for seed, (text, _) in programs.items()}) == set()
    unexplained, heard = [], dict.fromkeys(verdicts(), 0)
    for name, judge in verdicts().items():
        for seed, (text, fault) in programs.items():
            reason = refusal(judge, text)
            if reason is not None:
                heard[name] += 1
            elif (name, fault) not in SILENT:
                unexplained.append((name, fault, seed))
    print(heard)
    assert not unexplained, "\n".join(map(str, sorted(set(u[:2] for u in unexplained))))
    assert heard["openqasm"] == len(programs) and heard["openqasm3"] >= 20, heard
