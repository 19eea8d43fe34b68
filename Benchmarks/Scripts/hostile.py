"""What 100 MB of nested text cost: `make bench-hostile`, or hostile.py BINARY [MEGABYTES].

Each kind of nesting, as a statement and as a value, through `check` and `check --syntax`: it has to end in an error within
2 s of the processor's time and 500 MB. Ends with 1 if one does not.
"""

import os
import subprocess
import sys
import tempfile

KINDS = [
    "(", "[", "{", "-", "!", "~", "x[", "f(", "x[{", "q[0:", "{{", "if (true) ", "if (1) {", "while (x) ", "for int i in [0:1] ",
    "switch (x) { case 1 { ", "box {", "box[1ns] { ", "gate g a { ", "def f() { ", "ctrl @ ", "inv @ pow(2) @ ", "2**",
    "int[", "durationof({ ", "@a\n", "cal { ", "1 + ",
]  # fmt: skip
SECONDS, MEGABYTES = 2.0, 500


def measure(binary, path, flags):
    """Processor seconds, megabytes and the status of one run."""
    process = subprocess.Popen([binary, "check", *flags, path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)


def main():
    binary = sys.argv[1]
    size = int(sys.argv[2]) * 1_000_000 if len(sys.argv) > 2 else 100_000_000
    worst, failures = (0, 0), []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "hostile.qasm")
        for kind in KINDS:
            for prefix in ("", "int x = "):
                with open(path, "w") as file:
                    file.write("OPENQASM 3.0;\n" + prefix)
                    piece = kind * (1_000_000 // len(kind))
                    for _ in range(size // len(piece)):
                        file.write(piece)
                for flags in ([], ["--syntax"]):
                    seconds, megabytes, status = measure(binary, path, flags)
                    worst = (max(worst[0], seconds), max(worst[1], megabytes))
                    # Errors end with 1 or 2; a signal is a crash, 0 took the text for a program.
                    if status not in (1, 2) or seconds > SECONDS or megabytes > MEGABYTES:
                        failures.append(f"{prefix}{kind!r} {' '.join(flags)}: {seconds:.2f} s, {megabytes:.0f} MB, status {status}")
    print(f"{len(KINDS)} kinds of nesting, {size // 1_000_000} MB each: at most {worst[0]:.2f} s and {worst[1]:.0f} MB")
    for failure in failures:
        print("TOO MUCH", failure)
    sys.exit(1 if failures else 0)


main()
