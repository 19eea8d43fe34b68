"""Docs/benchmarks/compiler.md: programs compiled by Kelvin and by Qiskit, both judged by `scoring.py`."""

import argparse
import json
import os
import select
import subprocess
import sys
import tempfile
from pathlib import Path

from common import BINARY, ROOT, circuits, geometric_mean, machine, page, records, run, table, version

SEED = 42
PEERS = {"qiskit2": (2, False), "qiskit3": (3, False), "qiskit2raw": (2, True), "qiskit3raw": (3, True)}
NAMES = {"kelvin": "Kelvin", "qiskit2": "Qiskit O2", "qiskit3": "Qiskit O3", "qiskit2raw": "O2, raw",
         "qiskit3raw": "O3, raw"}  # fmt: skip


class Worker:
    def __init__(self, device):
        self.device = device
        self.start()

    def start(self):
        environment = dict(os.environ, RAYON_NUM_THREADS="1", QISKIT_PARALLEL="FALSE", OMP_NUM_THREADS="1")
        script = Path(__file__).with_name("compile_with_qiskit.py")
        self.process = subprocess.Popen(
            [sys.executable, script, self.device], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, env=environment)  # fmt: skip
        self.answer(300)

    def answer(self, limit):
        ready, _, _ = select.select([self.process.stdout], [], [], limit)
        line = self.process.stdout.readline() if ready else ""
        if line:
            return json.loads(line)
        self.process.kill()
        self.process.wait()
        return {"error": f"more than {limit:g} s" if not ready else "the process ended"}

    def compile(self, path, level, raw, limit):
        if self.process.poll() is not None:
            self.start()
        job = {"path": str(path), "level": level, "raw": raw, "seed": SEED}
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        return self.answer(limit)


def with_kelvin(path, device, limit):
    from peers import command
    from peers import device as devices
    from scoring import score

    with tempfile.TemporaryDirectory() as directory:
        output = Path(directory) / "compiled.qasm"
        # On one core: as many threads as the peers have.
        prefix = ("taskset", "-c", str(min(os.sched_getaffinity(0)))) if sys.platform == "linux" else ()
        printed, errors, status, wall, cpu = run(
            BINARY, "compile", path, "--device", device, "--to", "qasm2", "--seed", SEED, "--output", output,
            "--report", "json", timeout=limit, prefix=prefix)  # fmt: skip
        if status is None:
            return {"error": f"more than {limit:g} s"}
        if status != 0:
            return {"error": errors.strip().splitlines()[0][:200] if errors.strip() else f"status {status}"}
        answer = {"cpu": cpu, "wall": wall, "estimate": json.loads(printed)["estimateAfter"]}
        answer.update(score(command.load(output.read_text()), devices.shipped(device)))
        return answer


def cell(entry, best=None):
    if entry is None:
        return "–"
    if "error" in entry:
        return entry["error"] if entry["error"].startswith("more than") else "failed"
    dead = f" †{entry['dead']}" if entry["dead"] else ""
    return f"{entry['gates']} / {entry['depth']} / {entry['esp']:.2f}{dead} / {entry['cpu']:.2f}"


def short(ours, theirs):
    """In which figures a program falls short of the better of the peers."""
    peers = [t for t in theirs if t and "error" not in t and not t["dead"]]
    if ours is None or "error" in ours:
        return "failed" if peers else ""
    marks = []
    if peers and ours["gates"] > min(p["gates"] for p in peers):
        marks.append("gates")
    if peers and ours["depth"] > min(p["depth"] for p in peers):
        marks.append("depth")
    if peers and ours["esp"] < max(p["esp"] for p in peers) - 0.005:
        marks.append("ESP")
    if peers and ours["cpu"] > min(p["cpu"] for p in peers):
        marks.append("time")
    return ", ".join(marks)


def summary(names, results, peer):
    pairs = [(results.get((n, "kelvin")), results.get((n, peer))) for n in names]
    pairs = [(a, b) for a, b in pairs if a and b and "error" not in a and "error" not in b]
    entangled = [(a, b) for a, b in pairs if a["gates"] and b["gates"]]
    alive = [(a, b) for a, b in pairs if not a["dead"] and not b["dead"]]
    gain = sum(a["esp"] - b["esp"] for a, b in alive) / len(alive) if alive else float("nan")
    return [
        NAMES[peer], len(pairs),
        f"{geometric_mean([a['gates'] / b['gates'] for a, b in entangled]):.3f}",
        f"{geometric_mean([a['depth'] / b['depth'] for a, b in entangled]):.3f}",
        f"{geometric_mean([a['cpu'] / b['cpu'] for a, b in pairs if b['cpu'] > 0]):.2f}",
        f"{gain:+.2f} ({len(alive)})", sum(1 for _, b in pairs if b["dead"]),
    ]  # fmt: skip


def write(files, results, device, limit):
    names = [f.stem for f in files]
    import qiskit

    rows = []
    for name in names:
        ours = results.get((name, "kelvin"))
        theirs = [results.get((name, p)) for p in PEERS]
        rows.append([name, cell(ours), *map(cell, theirs), short(ours, theirs[:2])])
    failed = [(n, results[n, "kelvin"]["error"]) for n in names if "error" in (results.get((n, "kelvin")) or {})]
    text = f"""# The compiler against Qiskit

{len(names)} programs from the field's benchmark sets, compiled for `{device}` by {version()} and by Qiskit {qiskit.__version__}
(`transpile` at levels 2 and 3), seed {SEED}, one thread each, at most {limit:g} s a program. {machine()}

Cells are **two-qubit gates / two-qubit depth / log₁₀ ESP / processor seconds**. ESP is the product of (1 − error) over gates
and readouts with the figures of the device file; both outputs are scored by the same code (`Benchmarks/Scripts/scoring.py`)
from their circuits. Seconds are of the whole process for Kelvin (start, reading, compiling, writing) and of the call of
`transpile` alone for Qiskit, which has been warmed up.

The first two columns of Qiskit compile for the machine without its dead couplers (what a careful user prepares); "raw" is the
target as published. †k: k gates sit on dead couplers or sites; they are left out of the ESP, which is really zero.

The last column marks where Kelvin falls short of the better of O2 and O3 on the pruned target.

## Kelvin over Qiskit

Geometric means of ratios (below 1: Kelvin has fewer, is faster), and the mean difference of log₁₀ ESP (above 0: Kelvin's
program succeeds more often) over the programs without gates on dead couplers.

{table(["peer", "programs", "gates", "depth", "seconds", "Δ log₁₀ ESP", "peer uses dead couplers"],
       [summary(names, results, p) for p in PEERS])}
## Program by program

{table(["program", *[NAMES[c] for c in ["kelvin", *PEERS]], "falls short in"], rows)}"""
    if failed:
        text += "\n## What failed\n\n" + "".join(f"- `{n}`: {e}\n" for n, e in failed)
    text += "\nRegenerate with `Benchmarks/run compiler`.\n"
    page("compiler", text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--circuits", default=str(ROOT.parent / "shared" / "circuits"))
    parser.add_argument("--device", default="heron-133")
    parser.add_argument("--limit", type=float, default=120, help="seconds a program and a compiler")
    parser.add_argument("--only", default="kelvin," + ",".join(PEERS), help="compilers to run")
    parser.add_argument("--resume", help="a file of results to read first and to append to")
    arguments = parser.parse_args()
    files = circuits(arguments.circuits)
    if not files:
        print(f"compiler: no programs in {arguments.circuits}; skipped")
        return
    store = Path(arguments.resume) if arguments.resume else None
    results = records(store) if store else {}
    worker = None
    for compiler in arguments.only.split(","):
        for path in files:
            if (path.stem, compiler) in results:
                continue
            if compiler == "kelvin":
                answer = with_kelvin(path, arguments.device, arguments.limit)
            else:
                worker = worker or Worker(arguments.device)
                answer = worker.compile(path, *PEERS[compiler], arguments.limit)
            entry = {"circuit": path.stem, "compiler": compiler, **answer}
            results[path.stem, compiler] = entry
            if store:
                with store.open("a") as file:
                    file.write(json.dumps(entry) + "\n")
            print(f"{compiler:10s} {path.stem:24s} {cell(entry)}", flush=True)
    write(files, results, arguments.device, arguments.limit)


if __name__ == "__main__":
    main()
