"""What the pages of Docs/benchmarks share: where things are, how tables are written, what the machine is."""

import json
import math
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "Peers"))
PAGES = ROOT / "Docs" / "benchmarks"
BINARY = os.environ.get("KELVIN", str(ROOT / ".build" / "release" / "kelvin"))


def run(*command, timeout=None, prefix=()):
    """Standard output, status, seconds on the wall and seconds of processor time of a command; None for the status if it
    ran out of time."""
    import resource

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    try:
        done = subprocess.run([*prefix, *map(str, command)], capture_output=True, timeout=timeout)
        output, errors, status = done.stdout, done.stderr, done.returncode
    except subprocess.TimeoutExpired:
        output, errors, status = b"", b"", None
    wall = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return output, errors.decode(errors="replace"), status, wall, cpu


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "|".join(" --- " for _ in header) + "|"]
    return "\n".join(lines + ["| " + " | ".join(str(c) for c in row) + " |" for row in rows]) + "\n"


def geometric_mean(ratios):
    ratios = [r for r in ratios if r > 0]
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else float("nan")


def machine():
    """One sentence on where the figures come from."""
    model = platform.processor() or platform.machine()
    try:
        for line in open("/proc/cpuinfo"):
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    except OSError:
        pass
    load = os.getloadavg()[0]
    return f"Measured on {os.cpu_count()} processors ({model}), load {load:.1f} at the end, {time.strftime('%Y-%m-%d')}."


def version():
    output, _, status, _, _ = run(BINARY, "version")
    return output.decode().strip() if status == 0 else "kelvin"


def page(name, text):
    PAGES.mkdir(parents=True, exist_ok=True)
    (PAGES / f"{name}.md").write_text(text)
    print(f"wrote Docs/benchmarks/{name}.md")


def circuits(directory):
    """The OpenQASM files of a directory, the smallest first; none if it is missing."""
    path = Path(directory)
    return sorted(path.glob("*.qasm"), key=lambda f: (f.stat().st_size, f.name)) if path.is_dir() else []


def records(path):
    """What a run before left in a file of JSON lines, by circuit and compiler."""
    found = {}
    if path.exists():
        for line in path.read_text().splitlines():
            entry = json.loads(line)
            found[entry["circuit"], entry["compiler"]] = entry
    return found
