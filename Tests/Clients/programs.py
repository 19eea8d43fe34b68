"""Programs that no symmetry saves: a client that turns bits, qubits or registers around gets another distribution.

Each is a list of steps that every SDK can be told: gates by OpenQASM's names, measurements into named bits.
"""

import math
import random
from dataclasses import dataclass

ONE_QUBIT = ["h", "x", "y", "z", "s", "sdg", "t", "tdg", "sx"]
ROTATIONS = ["rx", "ry", "rz", "p"]
TWO_QUBITS = ["cx", "cz", "swap", "cy"]
TWO_QUBIT_ROTATIONS = ["rxx", "ryy", "rzz", "cp", "crx", "cry", "crz"]


@dataclass(frozen=True)
class Program:
    """
    Attributes:
        steps: (gate, angles, qubits).
        registers: name and size of each classical register, in order.
        measured: for each qubit that is measured its register and the bit in it.
    """

    name: str
    qubits: int
    steps: tuple
    registers: tuple
    measured: tuple


def programs(count=25, seed=None):
    """As many programs, of 2 to 6 qubits; the seed is random, so that nothing can be fitted to it."""
    dice = random.Random(seed)
    return [_program(f"p{dice.randrange(10**9)}", dice) for _ in range(count)]


def _program(name, dice):
    qubits = dice.randint(2, 6)
    # A different angle on each qubit: no two of them can be exchanged.
    steps = [("ry", (round(0.3 + 2.3 * (k + dice.random()) / qubits, 6),), (k,)) for k in range(qubits)]
    for _ in range(dice.randint(3, 4 * qubits)):
        kind = dice.random()
        if kind < 0.25:
            steps.append((dice.choice(ONE_QUBIT), (), (dice.randrange(qubits),)))
        elif kind < 0.5:
            steps.append((dice.choice(ROTATIONS), (round(dice.uniform(-math.pi, math.pi), 6),),
                          (dice.randrange(qubits),)))
        else:
            pair = tuple(dice.sample(range(qubits), 2))
            if kind < 0.75:
                steps.append((dice.choice(TWO_QUBITS), (), pair))
            else:
                steps.append((dice.choice(TWO_QUBIT_ROTATIONS), (round(dice.uniform(-math.pi, math.pi), 6),), pair))
    order = dice.sample(range(qubits), dice.randint(1, qubits))
    cut = dice.randint(0, len(order) - 1)
    names = dice.sample(["alpha", "beta", "gamma", "out", "m0", "result_bits"], 2)
    parts = [part for part in (order[:cut], order[cut:]) if part]
    registers = tuple((names[k], len(part)) for k, part in enumerate(parts))
    measured = tuple(
        (qubit, names[k], bit) for k, part in enumerate(parts) for bit, qubit in enumerate(part))
    return Program(name, qubits, tuple(steps), registers, measured)


# Expectation values lie within so many standard errors of what is exact: a comparison fails by chance once in 16,000 runs.
EXPECTATION_SIGMAS = 4


def is_plausible(counts, expected, shots, sigmas=5.5):
    """Whether counts come from a distribution: no outcome is off by more than so many standard errors.

    With 25 programs of up to 64 outcomes, 5.5 standard errors let one in about 20,000 runs fail by chance.
    """
    for outcome in set(counts) | set(expected):
        share = expected.get(outcome, 0.0)
        error = math.sqrt(max(share * (1 - share), 1 / shots) / shots)
        if abs(counts.get(outcome, 0) / shots - share) > sigmas * error:
            return False
    return True
