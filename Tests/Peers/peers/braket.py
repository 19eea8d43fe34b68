"""Random programs in Braket's dialect, and what Braket's own simulator makes of them."""

import random

import numpy as np

# Name, parameters, qubits: all gates of Braket's simulator that a program can call.
GATES = [
    *((name, 0, 1) for name in ("i", "h", "x", "y", "z", "s", "si", "t", "ti", "v", "vi")),
    *((name, 1, 1) for name in ("rx", "ry", "rz", "phaseshift", "gpi", "gpi2")),
    ("prx", 2, 1), ("U", 3, 1),
    *((name, 0, 2) for name in ("cnot", "cy", "cz", "cv", "swap", "iswap", "ecr")),
    *((name, 1, 2) for name in (
        "cphaseshift", "cphaseshift00", "cphaseshift01", "cphaseshift10", "pswap", "xy", "xx", "yy", "zz")),
    ("ms", 3, 2), ("ccnot", 0, 3), ("cswap", 0, 3),
]  # fmt: skip


def program(seed, qubits=3, length=20):
    """A program that leaves no qubit in a basis state, then calls gates, some with modifiers, and a unitary by its matrix."""
    rng = random.Random(seed)
    lines = ["OPENQASM 3.0;", f"qubit[{qubits}] q;"]
    for k in range(qubits):
        lines.append(f"U({rng.uniform(0, 3)}, {rng.uniform(-3, 3)}, {rng.uniform(-3, 3)}) q[{k}];")
    for _ in range(length):
        name, parameters, width = rng.choice(GATES)
        values = ", ".join(rng.choice([f"{rng.uniform(-6, 6)}", f"{rng.randint(-7, 7)} * pi / 4"]) for _ in range(parameters))
        modifiers = ""
        for _ in range(rng.choice([0, 0, 0, 1, 2])):
            modifier = rng.choice(["ctrl @ ", "negctrl @ ", "inv @ ", "pow(2) @ ", "pow(-1) @ "])
            if "ctrl" in modifier and width >= qubits:
                continue
            width += "ctrl" in modifier
            modifiers = modifier + modifiers
        operands = ", ".join(f"q[{k}]" for k in rng.sample(range(qubits), width))
        lines.append(f"{modifiers}{name}{f'({values})' if values else ''} {operands};")
    matrix, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(4, 4, 2)) @ np.array([1, 1j]))
    rows = ", ".join(
        "[" + ", ".join(f"{x.real:.16f} {'-' if x.imag < 0 else '+'} {abs(x.imag):.16f}im" for x in row) + "]"
        for row in matrix)  # fmt: skip
    a, b = rng.sample(range(qubits), 2)
    lines.append(f"#pragma braket unitary([{rows}]) q[{a}], q[{b}]")
    return "\n".join(lines) + "\n"


def state(text):
    """The final state, qubit 0 least significant."""
    from braket.default_simulator.linalg_utils import multiply_matrix
    from braket.default_simulator.openqasm.interpreter import Interpreter

    circuit = Interpreter().build_circuit(source=text)
    count = circuit.num_qubits
    amplitudes = np.zeros([2] * count, dtype=complex)
    amplitudes[(0,) * count] = 1
    # Braket's matrices through Braket's multiplication. Its StateVectorSimulation also passes each gate's name, and then
    # takes a shortcut for `swap` and `cnot` that forgets their power: its `pow(2) @ swap` swaps (seen in 1.41.2).
    for operation in circuit.instructions:
        controls = len(operation.control_state)
        targets = operation.targets
        amplitudes = multiply_matrix(
            amplitudes, operation.matrix, targets[controls:], targets[:controls], operation.control_state)  # fmt: skip
    return amplitudes.transpose(range(count)[::-1]).reshape(-1)


def density(text):
    """The final density matrix of a program with noise, qubit 0 least significant."""
    from braket.default_simulator import DensityMatrixSimulation
    from braket.default_simulator.openqasm.interpreter import Interpreter

    circuit = Interpreter().build_circuit(source=text)
    count = circuit.num_qubits
    simulation = DensityMatrixSimulation(count, 0)
    simulation.evolve(circuit.instructions)
    order = list(range(count))[::-1]
    matrix = np.asarray(simulation.density_matrix).reshape([2] * (2 * count))
    return matrix.transpose(order + [count + k for k in order]).reshape(1 << count, 1 << count)
