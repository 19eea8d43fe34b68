"""Docs/benchmarks/simulators.md: gates on a state vector, and a small noisy job."""

import json
import os
import statistics
import tempfile
from pathlib import Path

from common import BINARY, machine, page, run, table, version

GHZ = 'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[5] q;\nbit[5] c;\nh q[0];\n' + "".join(
    f"cx q[{k}], q[{k + 1}];\n" for k in range(4)) + "c = measure q;\n"  # fmt: skip


def noisy_job():
    rows = []
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory) / "ghz5.qasm"
        source.write_text(GHZ)
        for shots in (1000, 100_000):
            walls, busy, method = [], [], ""
            for seed in range(11):
                output, errors, status, wall, _ = run(
                    BINARY, "run", source, "--device", "heron-133", "--shots", shots, "--seed", seed, "--format", "json",
                    "--mitigation", "none")  # fmt: skip
                if status != 0:
                    raise SystemExit(errors)
                document = json.loads(output)
                walls.append(wall * 1e3)
                steps = {s["step"]: s["busySeconds"] for s in document["timing"]["steps"]}
                busy.append(steps["execute"] * 1e3)
                method = document["programs"][0]["method"]
            rows.append([f"{shots:,}", f"{statistics.median(busy):.1f}", f"{statistics.median(walls):.0f}", method])
    return rows


def main():
    output, errors, status, _, _ = run(os.environ["KELVIN_BENCHMARKS"], "kernels", "24")
    if status != 0:
        raise SystemExit(errors)
    entries = [json.loads(line) for line in output.decode().splitlines()]
    threads = sorted({e["threads"] for e in entries})
    names = list(dict.fromkeys(e["kernel"] for e in entries))
    found = {(e["kernel"], e["threads"]): e for e in entries}
    rows = [
        [n, *[f"{found[n, t]['best'] * 1e3:.1f}" for t in threads],
         *[f"{found[n, t]['gigabytesPerSecond']:.1f}" for t in threads]]
        for n in names
    ]  # fmt: skip
    header = ["gate", *[f"ms, {t} thread{'s' * (t > 1)}" for t in threads],
              *[f"GB/s, {t} thread{'s' * (t > 1)}" for t in threads]]  # fmt: skip
    page("simulators", f"""# Simulators

## Gates on a state vector

{entries[0]["qubits"]} qubits ({16 * 2 ** entries[0]["qubits"] / 1e6:.0f} MB), gate by gate without fusion, best of 9. GB/s counts the
bytes of the amplitudes that the gate changes, read once and written once; a kernel that touches more than those is charged
for it. {machine()}

{table(header, rows)}
## A noisy job

A GHZ state of 5 qubits on the emulated heron-133, noise from its calibration, readout uncorrected: milliseconds of the
execution and of the whole process `kelvin run`, medians of 11. {version()}.

{table(["shots", "execution, ms", "whole process, ms", "method"], noisy_job())}
Regenerate with `Benchmarks/run simulators`.
""")


if __name__ == "__main__":
    main()
