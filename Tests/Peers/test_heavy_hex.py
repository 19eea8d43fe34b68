"""Programs compiled for the heavy-hex machines: the same map under the reported layout, in instructions they have."""

import pytest
from qiskit.quantum_info import Operator

from peers import command, device, equivalence, qasm2, qasm3

MACHINES = {name: device.shipped(name) for name in ("heron-133", "heron-156")}


def assert_native(result, machine):
    for instruction in result.circuit.data:
        name = instruction.operation.name
        sites = [result.circuit.find_bit(q).index for q in instruction.qubits]
        if name in ("barrier", "delay"):
            continue
        if name == "measure":
            assert machine.is_alive(sites[0])
            continue
        assert machine.gate(name, sites) is not None, f"{name} on {sites} is not there or dead"


@pytest.mark.parametrize("seed", range(2000, 2120))
def test_compiled_programs_keep_their_meaning(seed, tmp_path):
    name = "heron-156" if seed % 4 == 0 else "heron-133"
    if seed % 2 == 0:
        text = qasm2.program(seed, most=6, statements=12)
        meaning = Operator(command.load(text)).data
    else:
        program = qasm3.program(seed, most=5)
        text, meaning = program.text, Operator(program.meaning).data
    result = command.compiled(tmp_path, text, name, "qasm2" if seed % 3 else "qasm3", seed=seed)
    assert_native(result, MACHINES[name])
    used = equivalence.compact(result.circuit, result.initial)[1]
    assert len(used) <= 10, "a small program took many sites"
    assert equivalence.distance(meaning, result) < equivalence.TOLERANCE, text + "\n" + result.text


def test_every_angle_is_in_the_range_of_the_machine(tmp_path):
    """heron-156 turns rzz by 0 to π/2 only."""
    import json
    import math

    text = (command.ROOT / "Sources" / "Drivers" / "Devices" / "heron-156.json").read_text()
    ranges = {g["gate"]: g["angles"] for g in json.loads(text)["gates"] if "angles" in g}
    assert set(ranges) == {"rzz"}
    source = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[4];\n' + "".join(
        f"rzz({angle}) q[{k % 3}],q[{k % 3 + 1}];\nrx({-angle}) q[{k % 4}];\n"
        for k, angle in enumerate([-3.0, -1.2, -0.1, 0.3, 1.5, 1.7, 2.9, 3.3, 6.0])
    )
    result = command.compiled(tmp_path, source, "heron-156")
    assert_native(result, MACHINES["heron-156"])
    for instruction in result.circuit.data:
        for value, allowed in zip(instruction.operation.params, ranges.get(instruction.operation.name, [])):
            assert allowed[0] - 1e-12 <= value <= allowed[1] + 1e-12, instruction
    meaning = Operator(command.load(source)).data
    assert equivalence.distance(meaning, result) < equivalence.TOLERANCE
    assert math.pi / 2 >= max(allowed[1] for r in ranges.values() for allowed in r) - 1e-9
