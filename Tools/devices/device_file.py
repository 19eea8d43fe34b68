"""The text form of a Kelvin device file, as Kelvin itself writes it (Docs/device-file.md)."""

import json

# Objects that are written over several lines; all others stand on one.
OPEN = {None, "source", "calibration", "geometry", "environment", "crosstalk"}


def inline(value):
    """On one line; whole numbers without a fraction, as Kelvin writes them."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{inline(k)}: {inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(inline(v) for v in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def is_pair(value):
    return isinstance(value, list) and not any(isinstance(v, (list, dict)) for v in value)


def block(value, indent="", key=None):
    """One figure a line; pairs of numbers eight a line."""
    deeper = indent + "  "
    if isinstance(value, dict) and (key in OPEN or ("gate" in value and "figures" in value)):
        rows = [f"{deeper}{inline(k)}: {block(v, deeper, k)}" for k, v in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    if isinstance(value, list) and value:
        if all(is_pair(v) for v in value):
            rows = [", ".join(inline(v) for v in value[k : k + 8]) for k in range(0, len(value), 8)]
        else:
            rows = [block(v, deeper, key="") for v in value]
        return "[\n" + ",\n".join(deeper + row for row in rows) + f"\n{indent}]"
    return inline(value)


def text(device):
    """The file; its version is 2 where it says something that version 1 cannot."""
    return block(device)


HEAD = {"format": "kelvin-device", "version": 1, "units": {"time": "s", "frequency": "Hz", "angle": "rad"}}


def head(version):
    return {**HEAD, "version": version}


def assumed(figure, reason):
    return {"figure": figure, "source": f"assumed: {reason}"}


def cited(figure, source):
    return {"figure": figure, "source": source}
