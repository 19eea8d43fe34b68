"""Constant expressions as text together with the number that they mean."""

import math

CONSTANTS = [("pi", math.pi), ("pi", math.pi), ("tau", math.tau), ("euler", math.e)]
FUNCTIONS = [("sin", math.sin), ("cos", math.cos), ("exp", math.exp), ("sqrt", math.sqrt)]


def number(rng):
    """A literal in one of the spellings of the grammar."""
    value = rng.random() * 2
    text = rng.choice([f"{value:.6f}", f"{value:.3e}", f"{value:.4f}"])
    return text, float(text)


def angle(rng, version=3, depth=2, names=(), has_functions=True):
    """An expression over numbers, constants and `names` (pairs of a name and its value), and its value."""
    kind = rng.randrange(7) if depth > 0 else rng.randrange(3)
    if kind == 0:
        return number(rng)
    if kind == 1:
        if names and rng.random() < 0.7:
            return rng.choice(list(names))
        return CONSTANTS[0] if version == 2 else rng.choice(CONSTANTS)
    if kind == 2:
        divisor = rng.randrange(1, 9)
        return f"pi/{divisor}", math.pi / divisor
    if kind == 3:
        text, value = angle(rng, version, depth - 1, names, has_functions)
        return f"-({text})", -value
    if kind == 4 and has_functions:
        name, function = rng.choice(FUNCTIONS)
        text, value = number(rng)
        return f"{name}({text})", function(value)
    left, a = angle(rng, version, depth - 1, names, has_functions)
    right, b = angle(rng, version, depth - 1, names, has_functions)
    operator = rng.choice("+-*")
    value = {"+": a + b, "-": a - b, "*": a * b}[operator]
    return f"({left}) {operator} ({right})", value
