"""All that a Qiskit circuit with decisions can do, with the exact probability of each outcome.

A branch is a state with values of bits and variables; a measurement splits it. Written from Qiskit's documentation of its
control flow and classical expressions, because no simulator on PyPI takes all of them."""

from dataclasses import dataclass, field

import numpy as np
from qiskit.circuit import CASE_DEFAULT, ClassicalRegister, Clbit
from qiskit.circuit.classical import expr

# Branches with less are given up; loops without a bound would never end.
LEAST = 1e-7


@dataclass
class Branch:
    state: np.ndarray
    probability: float
    bits: dict
    variables: dict = field(default_factory=dict)
    # "break" or "continue" on the way out of a loop.
    leaving: str = ""

    def after(self, **changes):
        copy = Branch(self.state, self.probability, dict(self.bits), dict(self.variables), self.leaving)
        for name, value in changes.items():
            setattr(copy, name, value)
        return copy


def outcomes(circuit):
    """Probabilities of the values of all bits, bit 0 rightmost."""
    state = np.zeros([2] * circuit.num_qubits, dtype=complex)
    state[(0,) * circuit.num_qubits] = 1
    start = Branch(state, 1.0, dict.fromkeys(circuit.clbits, 0))
    result = {}
    places = ({q: k for k, q in enumerate(circuit.qubits)}, {b: b for b in circuit.clbits})
    for branch in run(circuit, [start], *places):
        text = "".join(str(branch.bits[b]) for b in reversed(circuit.clbits))
        result[text] = result.get(text, 0) + branch.probability
    return result


def run(circuit, branches, qubits, bits):
    for instruction in circuit.data:
        operands = [qubits[q] for q in instruction.qubits]
        targets = [bits[b] for b in instruction.clbits]
        done = [b for b in branches if b.leaving]
        live = [b for b in branches if not b.leaving]
        branches = done + [
            after for b in live for after in step(instruction.operation, b, operands, targets, circuit, bits)
            if after.probability > LEAST
        ]  # fmt: skip
    return branches


def step(operation, branch, qubits, bits, circuit, names):
    name = operation.name
    if name == "measure":
        return collapsed(branch, qubits[0], bits[0])
    if name == "reset":
        after = collapsed(branch, qubits[0], None)
        for b, value in zip(after, (0, 1)):
            if value:
                b.state = np.flip(b.state, qubits[0])
        return after
    if name in ("barrier", "delay"):
        return [branch]
    if name == "store":
        value = evaluated(operation.rvalue, branch, names)
        target = operation.lvalue
        after = branch.after()
        after.variables[target] = value
        return [after]
    if name in ("break_loop", "continue_loop"):
        return [branch.after(leaving=name.split("_")[0])]
    if name == "if_else":
        for chosen, body in zip((True, False), operation.params):
            if holds(operation.condition, branch, names) == chosen:
                return [branch] if body is None else inner(body, [branch], qubits, bits)
        return [branch]
    if name == "while_loop":
        waiting, finished = [branch], []
        while waiting:
            finished += [b for b in waiting if not holds(operation.condition, b, names)]
            waiting = [b for b in waiting if holds(operation.condition, b, names)]
            waiting, out = looped(inner(operation.params[0], waiting, qubits, bits))
            finished += out
        return finished
    if name == "for_loop":
        values, parameter, body = operation.params
        waiting, finished = [branch], []
        for value in values:
            turn = body if parameter is None else body.assign_parameters({parameter: value}, strict=False)
            waiting, out = looped(inner(turn, waiting, qubits, bits))
            finished += out
        return waiting + finished
    if name == "switch_case":
        value = int(evaluated(operation.target, branch, names))
        for labels, body in operation.cases_specifier():
            if CASE_DEFAULT in labels or value in labels:
                return inner(body, [branch], qubits, bits)
        return [branch]
    if name == "box":
        return inner(operation.params[0], [branch], qubits, bits)
    if not operation.definition or hasattr(operation, "to_matrix"):
        return [branch.after(state=applied(operation.to_matrix(), branch.state, qubits))]
    return inner(operation.definition, [branch], qubits, bits)


def inner(circuit, branches, qubits, bits):
    return run(circuit, branches, dict(zip(circuit.qubits, qubits)), dict(zip(circuit.clbits, bits)))


def looped(branches):
    """Those that go on to the next turn, and those that left the loop."""
    on = [b.after(leaving="") for b in branches if b.leaving != "break" and b.probability > LEAST]
    return on, [b.after(leaving="") for b in branches if b.leaving == "break"]


def collapsed(branch, qubit, bit):
    result = []
    for value in (0, 1):
        projected = np.zeros_like(branch.state)
        place = (slice(None),) * qubit + (value,)
        projected[place] = branch.state[place]
        weight = float((abs(projected) ** 2).sum())
        after = branch.after(
            state=projected / np.sqrt(weight) if weight > 1e-12 else projected, probability=branch.probability * weight)
        if bit is not None:
            after.bits[bit] = value
        result.append(after)
    return result


def applied(matrix, state, qubits):
    count = len(qubits)
    tensor = np.asarray(matrix).reshape([2] * (2 * count))
    # Operand 0 is the least significant, the last axis of the matrix.
    moved = np.tensordot(tensor, state, axes=(range(count, 2 * count), qubits[::-1]))
    return np.moveaxis(moved, range(count), qubits[::-1])


def number(register, branch, names):
    return sum(branch.bits[names.get(bit, bit)] << k for k, bit in enumerate(register))


def holds(condition, branch, names):
    if isinstance(condition, tuple):
        target, value = condition
        if isinstance(target, Clbit):
            return branch.bits[names.get(target, target)] == value
        return number(target, branch, names) == value
    return bool(evaluated(condition, branch, names))


def evaluated(node, branch, names):
    if isinstance(node, Clbit):
        return branch.bits[names.get(node, node)]
    if isinstance(node, ClassicalRegister):
        return number(node, branch, names)
    if isinstance(node, expr.Var):
        return branch.variables[node] if node.standalone else evaluated(node.var, branch, names)
    if isinstance(node, expr.Value):
        return node.value
    if isinstance(node, expr.Cast):
        value = evaluated(node.operand, branch, names)
        return bool(value) if not hasattr(node.type, "width") else int(value) % (1 << node.type.width)
    if isinstance(node, expr.Unary):
        value = evaluated(node.operand, branch, names)
        if node.op is expr.Unary.Op.LOGIC_NOT:
            return not value
        return ~int(value) % (1 << node.type.width)
    if isinstance(node, expr.Index):
        return bool(evaluated(node.target, branch, names) >> evaluated(node.index, branch, names) & 1)
    left, right = evaluated(node.left, branch, names), evaluated(node.right, branch, names)
    return {
        "BIT_AND": lambda: left & right, "BIT_OR": lambda: left | right, "BIT_XOR": lambda: left ^ right,
        "LOGIC_AND": lambda: left and right, "LOGIC_OR": lambda: left or right, "EQUAL": lambda: left == right,
        "NOT_EQUAL": lambda: left != right, "LESS": lambda: left < right, "LESS_EQUAL": lambda: left <= right,
        "GREATER": lambda: left > right, "GREATER_EQUAL": lambda: left >= right,
    }[node.op.name]()  # fmt: skip
