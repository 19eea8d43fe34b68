"""Programs of the kinds that machines are asked to run: measured, up to eight qubits, in OpenQASM 3."""

import math
import random


def _header(count):
    return ["OPENQASM 3.0;", 'include "stdgates.inc";', f"qubit[{count}] q;", f"bit[{count}] c;"]


def ghz(rng, count):
    return ["h q[0];"] + [f"cx q[{k}], q[{k + 1}];" for k in range(count - 1)]


def layers(rng, count):
    lines = []
    for _ in range(rng.randrange(2, 5)):
        for k in range(count):
            a, b, c = (rng.uniform(-math.pi, math.pi) for _ in range(3))
            lines.append(f"u3({a:.6f}, {b:.6f}, {c:.6f}) q[{k}];")
        order = rng.sample(range(count), count)
        for a, b in zip(order[::2], order[1::2]):
            lines.append(f"cx q[{a}], q[{b}];")
    return lines


def fourier(rng, count):
    lines = [f"x q[{k}];" for k in range(count) if rng.random() < 0.5]
    for k in reversed(range(count)):
        lines.append(f"h q[{k}];")
        for j in range(k):
            lines.append(f"cp(pi/{2 ** (k - j)}) q[{j}], q[{k}];")
    return lines + [f"h q[{k}];" for k in range(count)]


def ising(rng, count):
    lines = [f"h q[{k}];" for k in range(count)]
    for _ in range(2):
        angle = rng.uniform(0.2, 1.5)
        for k in range(count - 1):
            lines += [f"cx q[{k}], q[{k + 1}];", f"rz({angle:.6f}) q[{k + 1}];", f"cx q[{k}], q[{k + 1}];"]
        lines += [f"rx({rng.uniform(0.2, 1.5):.6f}) q[{k}];" for k in range(count)]
    return lines


def waiting(rng, count):
    """Superpositions and excitations that wait: mostly relaxation and dephasing of idle sites."""
    lines = [rng.choice(["h", "x"]) + f" q[{k}];" for k in range(count)]
    lines += [f"delay[{rng.randrange(10, 60)}us] q[{k}];" for k in range(count)]
    lines += ["h q[0];", "cx q[0], q[1];", f"delay[{rng.randrange(5, 25)}us] q[{count - 1}];"]
    return lines + [f"h q[{k}];" for k in range(count)]


KINDS = [ghz, layers, fourier, ising, waiting]


def program(seed):
    rng = random.Random(seed)
    kind = KINDS[seed % len(KINDS)]
    count = 2 + seed % 7
    return "\n".join(_header(count) + kind(rng, count) + ["c = measure q;"]) + "\n"


def dynamic(seed):
    """Measurement in the middle, reset, and gates that depend on what was read."""
    rng = random.Random(seed)
    count = rng.randrange(2, 5)
    lines = _header(count) + ["bit[2] m;"]
    for _ in range(rng.randrange(2, 4)):
        for k in range(count):
            lines.append(f"u3({rng.uniform(0, 3):.5f}, {rng.uniform(0, 3):.5f}, {rng.uniform(0, 3):.5f}) q[{k}];")
        a, b = rng.sample(range(count), 2)
        bit = rng.randrange(2)
        lines += [f"cx q[{a}], q[{b}];", f"m[{bit}] = measure q[{a}];"]
        kind = rng.randrange(3)
        if kind == 0:
            lines.append(f"if (m[{bit}] == true) {{ x q[{b}]; }} else {{ h q[{b}]; }}")
        elif kind == 1:
            lines.append(f"if (m == {rng.randrange(4)}) {{ ry(0.7) q[{b}]; cz q[{a}], q[{b}]; }}")
        else:
            lines += [f"reset q[{a}];", f"if (!m[{bit}]) {{ sx q[{a}]; }}"]
    return "\n".join(lines + ["c = measure q;"]) + "\n"
