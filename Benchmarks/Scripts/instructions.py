"""Docs/benchmarks/instructions.md: what a million instructions take."""

import json
import os

from common import machine, page, run, table


def main():
    output, errors, status, _, _ = run(os.environ["KELVIN_BENCHMARKS"], "instructions")
    if status != 0:
        raise SystemExit(errors)
    figures = json.loads(output)
    page("instructions", f"""# A million instructions

A `Circuit` grown instruction by instruction (a third each of cx, rz and cp with an angle), nothing reserved before. The
memory is what the columns have reserved at the end. Median and best of 9. {machine()}

{table(["instructions", "MB", "seconds", "seconds, best"],
       [[f"{figures['instructions']:,}", f"{figures['bytes'] / 1e6:.1f}", f"{figures['median']:.3f}", f"{figures['best']:.3f}"]])}
The promise is under 64 MB and under 0.3 s. Regenerate with `Benchmarks/run instructions`.
""")


if __name__ == "__main__":
    main()
