"""Kelvin's command line as the tests call it."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from qiskit import QuantumCircuit, qasm2

from . import reader

ROOT = Path(__file__).resolve().parents[3]
BINARY = os.environ.get("KELVIN", str(ROOT / ".build" / "release" / "kelvin"))


class KelvinError(Exception):
    def __init__(self, arguments, status, message, output=b""):
        super().__init__(f"kelvin {' '.join(arguments)} ended with {status}\n{message}")
        self.status = status
        self.message = message
        self.output = output


def kelvin(*arguments, text=None, timeout=300, prefix=()):
    """The standard output of a command, in bytes; `text` becomes its standard input."""
    arguments = [str(a) for a in arguments]
    done = subprocess.run(
        [*prefix, BINARY, *arguments], input=None if text is None else text.encode(), capture_output=True,
        timeout=timeout)  # fmt: skip
    if done.returncode != 0:
        raise KelvinError(arguments, done.returncode, done.stderr.decode(errors="replace"), done.stdout)
    return done.stdout


@dataclass
class Compiled:
    circuit: QuantumCircuit
    # Site of program qubit k at the start and at the end.
    initial: list
    final: list
    report: dict
    text: str


def load(text):
    """A circuit in OpenQASM 2 or 3, read by Qiskit."""
    if "OPENQASM 2" in text:
        return qasm2.loads(text, custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS)
    return reader.loads(text)


def compiled(directory, text, device, language="qasm3", seed=7, flags=(), timeout=300):
    """Compiles a program's text; what comes back was read by Qiskit."""
    source, output = Path(directory) / "source.qasm", Path(directory) / "compiled.qasm"
    source.write_text(text)
    printed = kelvin(
        "compile", source, "--device", device, "--to", language, "--seed", seed, "--report", "json", "--output", output,
        *flags, timeout=timeout)  # fmt: skip
    report = json.loads(printed)
    written = output.read_text()
    return Compiled(load(written), report["initialLayout"], report["finalLayout"], report, written)


def result(source, *flags, device, shots, seed=7, prefix=(), timeout=300):
    """The JSON of a run without corrections."""
    printed = kelvin(
        "run", source, "--device", device, "--shots", shots, "--seed", seed, "--mitigation", "none", "--format", "json",
        "--no-timing", *flags, prefix=prefix, timeout=timeout)  # fmt: skip
    return json.loads(printed)


def outcomes(document):
    """Counts of a run of one program; registers as Qiskit spells them: the last declared leftmost, spaces between."""
    sample = document["results"][0]["samples"][0]
    order = [r["name"] for r in sample["registers"]]
    return sample["counts"], order
