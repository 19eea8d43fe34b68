"""What Kelvin compiled for a machine with pulses, CZ and frame changes, instruction by instruction, and what it counted."""

import json
import math
import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BINARY = os.environ.get("KELVIN", str(ROOT / ".build" / "release" / "kelvin"))
DEVICES = ROOT / "Sources" / "Drivers" / "Devices"
GATE = re.compile(r"(r|rz|cz)(?:\((.*)\))? (\$\d+(?:, \$\d+)*);")
DELAY = re.compile(r"delay\[([\d.e+-]+)(ns|us)\] (\$\d+(?:, \$\d+)*);")
MEASURE = re.compile(r"c\[(\d+)\] = measure \$(\d+);")


@dataclass
class Step:
    name: str
    sites: list
    # Angles; nanoseconds of a delay; the bit of a measurement.
    values: list = field(default_factory=list)


def kelvin(*arguments):
    done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def steps(source, device, seed):
    """The compiled program, its gaps as delays."""
    text = kelvin("compile", source, "--device", device, "--to", "qasm3", "--explicit-delays", "--seed", seed)
    found = []
    for line in text.split("bit[", 1)[1].splitlines()[1:]:
        if gate := GATE.fullmatch(line):
            angles = [eval(a, {"pi": math.pi}) for a in gate[2].split(",")] if gate[2] else []
            found.append(Step(gate[1], places(gate[3]), angles))
        elif delay := DELAY.fullmatch(line):
            found.append(Step("delay", places(delay[3]), [float(delay[1]) * {"ns": 1, "us": 1000}[delay[2]]]))
        elif measure := MEASURE.fullmatch(line):
            found.append(Step("measure", [int(measure[2])], [int(measure[1])]))
        else:
            assert line.startswith(("gphase", "barrier")) or not line, line
    return found


def places(text):
    return [int(p.strip().lstrip("$")) for p in text.split(",")]


def counts(source, device, shots, seed):
    document = json.loads(
        kelvin("run", source, "--device", device, "--shots", shots, "--seed", seed, "--mitigation", "none",
               "--format", "json", "--no-timing"))  # fmt: skip
    assert document["programs"][0]["emulated"]
    return document["results"][0]["samples"][0]["counts"]


def distance(first, second):
    """Total variation of two samples of counts, and what chance alone gives: the mean for samples of one distribution."""
    a, b = sum(first.values()), sum(second.values())
    outcomes = set(first) | set(second)
    found = sum(abs(first.get(o, 0) / a - second.get(o, 0) / b) for o in outcomes) / 2
    pooled = [(first.get(o, 0) + second.get(o, 0)) / (a + b) for o in outcomes]
    chance = sum(math.sqrt(2 / math.pi * p * (1 - p) * (1 / a + 1 / b)) for p in pooled) / 2
    return found, chance
