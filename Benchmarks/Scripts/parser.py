"""Docs/benchmarks/parser.md: text to circuit, by Kelvin and by Qiskit's reader of OpenQASM 2."""

import argparse
import json
import os
import statistics
import time
from pathlib import Path

from common import ROOT, machine, page, run, table

PROGRAMS = ["qv_100", "qb_bwt_n21", "qft_100", "hwb8"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--circuits", default=str(ROOT.parent / "shared" / "circuits"))
    files = [Path(parser.parse_args().circuits) / f"{name}.qasm" for name in PROGRAMS]
    files = [f for f in files if f.exists()]
    if not files:
        print("parser: none of its programs is there; skipped")
        return
    import qiskit
    from qiskit import qasm2

    output, errors, status, _, _ = run(os.environ["KELVIN_BENCHMARKS"], "parse", *files)
    if status != 0:
        raise SystemExit(errors)
    rows = []
    for path, line in zip(files, output.decode().splitlines()):
        ours = json.loads(line)
        text = path.read_text()
        times = []
        for _ in range(6):
            begin = time.perf_counter()
            qasm2.loads(text, custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS)
            times.append(time.perf_counter() - begin)
        size = ours["bytes"] / 1e6
        theirs = statistics.median(times[1:])
        rows.append([
            path.stem, f"{size:.2f}", ours["instructions"], f"{ours['median'] * 1e3:.2f}", f"{size / ours['median']:.1f}",
            f"{size / ours['best']:.1f}", f"{theirs * 1e3:.1f}", f"{size / theirs:.1f}", f"{theirs / ours['median']:.1f}"])  # fmt: skip
    page("parser", f"""# Reading programs

Text in memory to a `Circuit`: lexed, parsed, typed and lowered, one thread. Beside it `qiskit.qasm2.loads` of Qiskit
{qiskit.__version__} on the same text in the same run. Medians of 15 and 5 readings after one that warms up; "best" is the least
disturbed. {machine()}

{table(["program", "MB", "instructions", "ms", "MB/s", "MB/s, best", "Qiskit ms", "Qiskit MB/s", "faster"], rows)}
The promise is at least 20 MB/s on `qv_100` and `qb_bwt_n21`. Regenerate with `Benchmarks/run parser`.
""")


if __name__ == "__main__":
    main()
