"""Qiskit's importer of OpenQASM 3, kept to the language where it departs from it.

`U`, `u2` and `u3` have the phase that the language gives them, the parameters of a gate are numbers that keep their order
and may go unused, and modified gates are taken by their matrices: a control loses no phase, and a power is the principal one.
"""

import math

import openqasm3
from openqasm3 import ast
from qiskit import QuantumCircuit
from qiskit.circuit import Gate, Qubit
from qiskit.circuit.library import UGate, UnitaryGate
from qiskit.quantum_info import Operator
from qiskit_qasm3_import import types
from qiskit_qasm3_import.converter import ConvertVisitor
from qiskit_qasm3_import.data import Scope, Symbol
from qiskit_qasm3_import.state import GateScope

from . import gates


def _phased(name, angles, theta, phi, lam, phase):
    """`u` times a phase, as a gate of that name."""
    definition = QuantumCircuit(1, global_phase=phase)
    definition.append(UGate(theta, phi, lam), [0])
    gate = Gate(name, 1, list(angles))
    gate.definition = definition
    return gate


PHASED = {
    "U": lambda t, p, l: _phased("U", (t, p, l), t, p, l, t / 2),
    "u2": lambda p, l: _phased("u2", (p, l), math.pi / 2, p, l, -(p + l) / 2),
    "u3": lambda t, p, l: _phased("u3", (t, p, l), t, p, l, -(p + l) / 2),
}


class _Definition:
    """A gate of the program's own: its body is read anew for each call, with the values of its parameters."""

    def __init__(self, reader, node, context):
        self.reader, self.node, self.context = reader, node, context

    def __call__(self, *values):
        name = self.node.name.name
        with GateScope(self.context) as inner:
            for argument, value in zip(self.node.arguments, values, strict=True):
                symbol = Symbol(argument.name, float(value), types.Float(const=True), Scope.GATE, self.node)
                inner.symbol_table.insert(symbol)
            bits = [Qubit() for _ in self.node.qubits]
            inner.circuit.add_bits(bits)
            for qubit, bit in zip(self.node.qubits, bits):
                inner.symbol_table.insert(Symbol(qubit.name, bit, types.Qubit(), Scope.GATE, self.node))
            for statement in self.node.body:
                self.reader.visit(statement, inner)
        gate = Gate(name, len(bits), list(values))
        gate.definition = inner.circuit
        return gate


class _Reader(ConvertVisitor):
    def visit_QuantumGateDefinition(self, node, context):
        definition = _Definition(self, node, context)
        return self._define_gate(node.name.name, definition, len(node.arguments), len(node.qubits), node, context)

    def visit_QuantumGate(self, node, context):
        symbol = context.symbol_table.get(node.name.name, node)
        # A definition of the program's own hides the standard one.
        is_standard = symbol is not None and not isinstance(symbol.data, _Definition)
        builder = PHASED.get(node.name.name) if is_standard else None
        if builder is None:
            return super().visit_QuantumGate(node, context)
        gate = builder(*[self._resolve_angle(argument, context) for argument in node.arguments])
        for modifier in reversed(node.modifiers):
            gate = self._apply_gate_modifier(modifier, gate, context)
        for qubits in self._broadcast_gate([self._resolve_qarg(q, context) for q in node.qubits], node):
            context.circuit.append(gate.copy(), qubits, [])
        return context

    def _apply_gate_modifier(self, modifier, gate, context):
        if gate.num_qubits == 0:
            return super()._apply_gate_modifier(modifier, gate, context)
        matrix = gate.to_matrix() if isinstance(gate, UnitaryGate) else Operator(gate).data
        if modifier.modifier is ast.GateModifierName.pow:
            return UnitaryGate(gates.power(matrix, self._resolve_constant_float(modifier.argument, context)))
        if modifier.modifier is ast.GateModifierName.inv:
            return UnitaryGate(matrix).inverse()
        controls = 1 if modifier.argument is None else self._resolve_constant_int(modifier.argument, context)
        state = 1 if modifier.modifier is ast.GateModifierName.ctrl else 0
        for _ in range(controls):
            matrix = gates.controlled(matrix, state)
        return UnitaryGate(matrix)


def loads(text):
    """The circuit of an OpenQASM 3 program."""
    return _Reader().convert(openqasm3.parse(text)).circuit
