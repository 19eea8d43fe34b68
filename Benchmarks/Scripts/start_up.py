"""Docs/benchmarks/start-up.md: whole processes, from the shell's point of view."""

import statistics

from common import BINARY, ROOT, machine, page, run, table, version

COMMANDS = [
    ("kelvin version", [BINARY, "version"]),
    ("kelvin run Examples/teleport.qasm", [BINARY, "run", ROOT / "Examples" / "teleport.qasm"]),
    ("./kelvin run Examples/teleport.qasm", [ROOT / "kelvin", "run", ROOT / "Examples" / "teleport.qasm"]),
    ("kelvin compile Examples/qft.qasm", [BINARY, "compile", ROOT / "Examples" / "qft.qasm"]),
    ("kelvin check Examples/adder.qasm", [BINARY, "check", ROOT / "Examples" / "adder.qasm"]),
]


def main():
    rows = []
    for name, command in COMMANDS:
        walls, cpus = [], []
        for _ in range(21):
            _, errors, status, wall, cpu = run(*command)
            if status != 0:
                raise SystemExit(f"{name}: {errors}")
            walls.append(wall * 1e3)
            cpus.append(cpu * 1e3)
        rows.append([f"`{name}`", f"{statistics.median(walls[1:]):.0f}", f"{min(walls):.0f}", f"{statistics.median(cpus[1:]):.0f}"])
    page("start-up", f"""# Start-up

Whole processes, from start to exit, already built: wall time in milliseconds (median and best of 20 after one that warms the
file cache) and processor time. `./kelvin` is the launcher, which looks for changed sources first. {version()}. {machine()}

{table(["command", "ms", "ms, best", "processor ms"], rows)}
The promise is under 100 ms for `./kelvin run Examples/teleport.qasm`. Regenerate with `Benchmarks/run start-up`.
""")


if __name__ == "__main__":
    main()
