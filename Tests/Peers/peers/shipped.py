"""The test programs that other packages keep in their repositories, found in their sources."""

import ast
import json
import re
import textwrap

# Where the tests of each package lie below a folder of checkouts.
PLACES = {
    "openqasm3": "openqasm/source/openqasm/tests",
    "pyqasm": "pyqasm/tests",
    "qiskit-qasm3-import": "qiskit-qasm3-import/tests",
    "braket": "amazon-braket-default-simulator-python/test",
    # OpenQASM 2: the tests of Qiskit's reader of it.
    "qiskit-qasm2": "qiskit/test/python/qasm2",
    # Any of OQTOPUS's repositories: its engine, its gateway, its client, its test suite.
    "oqtopus": "oqtopus",
}
STATEMENT = re.compile(
    r"^\s*(OPENQASM\s|qubit\b|qreg\b|bit\b|int\b|uint\b|float\b|angle\b|bool\b|const\b|array\b|input\b|gate\b|def\b|include\b)",
    re.MULTILINE,
)


def programs(root, package):
    """Each text that reads like a program, by file and line; every text once."""
    folder = root / PLACES[package]
    found, seen = [], set()

    def add(place, text):
        text = textwrap.dedent(text).strip() + "\n"
        if text not in seen:
            seen.add(text)
            found.append((place, text))

    for path in sorted(folder.rglob("*.qasm")):
        add(path.relative_to(folder).as_posix(), path.read_text())
    for path in sorted(folder.rglob("*.py")):
        for place, text in strings(path):
            if ";" in text and STATEMENT.search(text):
                add(f"{path.relative_to(folder).as_posix()}:{place}", text)
    for path in sorted(folder.rglob("*.json")):
        for text in values(path):
            if ";" in text and STATEMENT.search(text):
                add(path.relative_to(folder).as_posix(), text)
    return found


def values(path):
    """The strings of a JSON file."""
    try:
        rest = [json.loads(path.read_text())]
    except ValueError:
        return
    while rest:
        value = rest.pop(0)
        if isinstance(value, str):
            yield value
        elif isinstance(value, (list, dict)):
            rest += value.values() if isinstance(value, dict) else value


def strings(path):
    """The string literals of a Python file with their lines; parts of formatted strings stay out, they are no whole."""
    try:
        tree = ast.parse(path.read_text())
    except SyntaxError:
        # Of a later Python than this one.
        return
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node.lineno, node.value
