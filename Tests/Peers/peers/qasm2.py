"""Random OpenQASM 2 programs of gates. What they mean, Qiskit's reader says."""

import random

from .expressions import angle
from .gates import QELIB1


def _arguments(rng, count, names=()):
    if count == 0:
        return ""
    return "(" + ",".join(angle(rng, 2, 2, names)[0] for _ in range(count)) + ")"


def _definition(rng, number, known):
    qubits = rng.randrange(1, 4)
    formals = ["theta", "lam"][: rng.randrange(0, 3)]
    wires = ["a", "b", "c"][:qubits]
    body = []
    for _ in range(rng.randrange(1, 5)):
        name, (count, angles) = rng.choice([k for k in known.items() if k[1][0] <= qubits])
        chosen = rng.sample(wires, count)
        # The values behind the names do not matter here: only the text is kept.
        body.append(f"{name}{_arguments(rng, angles, [(f, 0.0) for f in formals])} {','.join(chosen)};")
    parameters = f"({','.join(formals)})" if formals else ""
    return f"own{number}", (qubits, len(formals)), f"gate own{number}{parameters} {','.join(wires)} {{ {' '.join(body)} }}"


def program(seed, most=6, statements=14, measured=False):
    """The text of a random program of at most `most` qubits; `measured` appends a measurement of everything."""
    rng = random.Random(seed)
    lines = ["OPENQASM 2.0;", 'include "qelib1.inc";', f"// Program {seed}."]
    known = dict(QELIB1)
    for number in range(rng.randrange(0, 3)):
        name, shape, text = _definition(rng, number, known)
        lines.append(text)
        known[name] = shape
    registers, total = [], 0
    for name in ["q", "r", "a_1"][: rng.randrange(1, 4)]:
        if total < most:
            size = rng.randrange(1, min(most - total, 4) + 1)
            registers.append((name, size))
            lines.append(f"qreg {name}[{size}];")
            total += size
    qubits = [f"{name}[{k}]" for name, size in registers for k in range(size)]
    for _ in range(statements):
        if rng.random() < 0.07:
            lines.append(f"barrier {rng.choice(registers)[0]};")
            continue
        name, (count, angles) = rng.choice([k for k in known.items() if k[1][0] <= total])
        operands = rng.sample(qubits, count)
        if rng.random() < 0.25:
            # Broadcast: a register, twins of it, and single qubits of the others.
            register, size = rng.choice(registers)
            twins = [r for r, s in registers if s == size and r != register]
            others = [q for q in qubits if not q.startswith(register + "[")]
            operands = [register]
            while len(operands) < count and (twins or others):
                if twins and rng.random() < 0.6:
                    twin = twins.pop()
                    operands.append(twin)
                    others = [q for q in others if not q.startswith(twin + "[")]
                elif others:
                    one = others.pop(rng.randrange(len(others)))
                    operands.append(one)
                    twins = [t for t in twins if not one.startswith(t + "[")]
                else:
                    break
            if len(operands) < count:
                operands = rng.sample(qubits, count)
            rng.shuffle(operands)
        lines.append(f"{name}{_arguments(rng, angles)} {','.join(operands)};")
    if measured:
        for name, size in registers:
            lines.append(f"creg c_{name}[{size}];")
        for name, _ in registers:
            lines.append(f"measure {name} -> c_{name};")
    return "\n".join(lines) + "\n"
