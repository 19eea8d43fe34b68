"""Random OpenQASM 3 programs of gates, each with the operations it means."""

import cmath
import math
import random
from dataclasses import dataclass, field

import numpy
from qiskit import QuantumCircuit
from qiskit.circuit.library import UnitaryGate

from . import gates
from .expressions import angle


@dataclass
class Definition:
    """A gate of the program's own: its matrix as a function of angles."""

    name: str
    qubits: int
    angles: int
    matrix: object


@dataclass
class Program:
    text: str
    meaning: QuantumCircuit
    # Whether Qiskit's importer takes the program: it knows no functions and no constants of the program's own.
    is_for_importer: bool = True


@dataclass
class _Writer:
    rng: random.Random
    lines: list = field(default_factory=list)
    qubits: int = 0
    registers: list = field(default_factory=list)
    names: list = field(default_factory=list)
    definitions: list = field(default_factory=list)
    operations: list = field(default_factory=list)
    phase: float = 0.0
    is_for_importer: bool = True

    def declare(self, most):
        for name in ["q", "r", "alpha"][: self.rng.randrange(1, 4)]:
            room = most - self.qubits
            if room == 0:
                return
            size = self.rng.randrange(1, min(room, 4) + 1)
            if size == 1 and self.rng.random() < 0.5:
                self.lines.append(f"qubit {name};")
                self.registers.append((name, [self.qubits], False))
            else:
                self.lines.append(f"qubit[{size}] {name};")
                self.registers.append((name, list(range(self.qubits, self.qubits + size)), True))
            self.qubits += size

    def alias(self):
        arrays = [r for r in self.registers if r[2]]
        if not arrays or self.rng.random() < 0.5:
            return
        name, wires, _ = self.rng.choice(arrays)
        first = self.rng.randrange(len(wires))
        last = self.rng.randrange(first, len(wires))
        parts, members = [f"{name}[{first}:{last}]"], wires[first : last + 1]
        others = [r for r in arrays if r[0] != name]
        if others:
            other = self.rng.choice(others)
            parts.append(other[0])
            members = members + other[1]
        self.lines.append(f"let part = {' ++ '.join(parts)};")
        self.registers.append(("part", members, True))

    def single(self, name, wires, is_array, free):
        """One qubit of a register as text, among `free`."""
        places = [k for k, wire in enumerate(wires) if wire in free]
        place = self.rng.choice(places)
        if not is_array:
            return name, wires[place]
        index = place - len(wires) if self.rng.random() < 0.2 else place
        return f"{name}[{index}]", wires[place]

    def operands(self, count):
        """Texts of operands, and the wires of each: one, or several to broadcast over."""
        broadcast = [r for r in self.registers if r[2]]
        if broadcast and self.rng.random() < 0.3:
            name, wires, _ = self.rng.choice(broadcast)
            selection = list(range(len(wires)))
            text = name
            choice = self.rng.randrange(4)
            if choice == 1:
                selection = sorted(self.rng.sample(selection, self.rng.randrange(1, len(wires) + 1)))
                text = f"{name}[{{{', '.join(map(str, selection))}}}]"
            elif choice == 2:
                low = self.rng.randrange(len(wires))
                selection = selection[low:]
                text = f"{name}[{low}:{len(wires) - 1}]"
            elif choice == 3 and len(wires) > 1:
                selection = selection[::2]
                text = f"{name}[0:2:{len(wires) - 1}]"
            chosen = [wires[k] for k in selection]
            free = set(range(self.qubits)) - set(chosen)
            if len(free) >= count - 1:
                entries = [(text, chosen)]
                for _ in range(count - 1):
                    if len(chosen) > 1:
                        twin = [r for r in broadcast if len(r[1]) == len(chosen) and set(r[1]) <= free]
                        if twin and self.rng.random() < 0.6:
                            other = self.rng.choice(twin)
                            entries.append((other[0], other[1]))
                            free -= set(other[1])
                            continue
                    usable = [r for r in self.registers if set(r[1]) & free]
                    if not usable:
                        break
                    one, wire = self.single(*self.rng.choice(usable), free)
                    entries.append((one, [wire]))
                    free.discard(wire)
                if len(entries) == count:
                    self.rng.shuffle(entries)
                    return [t for t, _ in entries], [w for _, w in entries]
        free = set(range(self.qubits))
        texts, wires = [], []
        for _ in range(count):
            usable = [r for r in self.registers if set(r[1]) & free]
            text, wire = self.single(*self.rng.choice(usable), free)
            free.discard(wire)
            texts.append(text)
            wires.append([wire])
        return texts, wires

    def gate(self, most):
        """A gate of at most so many qubits: its name, its numbers of qubits and of angles, its matrix as a function."""
        own = [d for d in self.definitions if d.qubits <= most]
        if own and self.rng.random() < 0.25:
            d = self.rng.choice(own)
            return d.name, d.qubits, d.angles, d.matrix
        name = self.rng.choice([n for n, (k, _, _) in gates.STDGATES.items() if k <= most])
        qubits, angles, matrix = gates.STDGATES[name]
        return name, qubits, angles, matrix

    def modifiers(self, room):
        """Text, the changes of the matrix from the inside out, the number of controls, whether there is a fraction."""
        text, steps, controls, has_fraction = "", [], 0, False
        while self.rng.random() < 0.35 and len(steps) < 3:
            kind = self.rng.choice(["inv", "pow", "fraction", "ctrl", "negctrl"])
            if kind == "inv":
                text += "inv @ "
                steps.append(lambda m: m.conj().T)
            elif kind == "pow":
                exponent = self.rng.choice([-2, 2, 3])
                text += f"pow({exponent}) @ "
                steps.append(lambda m, e=exponent: gates.power(m, e))
            elif kind == "fraction":
                spelling, exponent = self.rng.choice([("1/2", 0.5), ("0.25", 0.25), ("1.5", 1.5), ("-0.5", -0.5)])
                # 1/2 is zero between integers.
                spelling = spelling.replace("1/2", "1.0/2")
                text += f"pow({spelling}) @ "
                steps.append(lambda m, e=exponent: gates.power(m, e))
                has_fraction = True
            elif controls < room:
                count = self.rng.randrange(1, min(room - controls, 2) + 1)
                state = 1 if kind == "ctrl" else 0
                text += f"{kind}({count}) @ " if count > 1 or self.rng.random() < 0.3 else f"{kind} @ "
                for _ in range(count):
                    steps.append(lambda m, s=state: gates.controlled(m, s))
                controls += count
        return text, list(reversed(steps)), controls, has_fraction

    def angle(self):
        return angle(self.rng, 3, 2, self.names, has_functions=not self.is_for_importer)

    def call(self, most):
        """One gate call: text before the operands, number of operands, angles, and the matrix as their function."""
        name, qubits, angles, matrix = self.gate(most)
        prefix, steps, controls, has_fraction = self.modifiers(most - qubits)
        # Under a fraction, angles stay in the principal branch, where halving the angle is halving the logarithm.
        spellings = []
        for _ in range(angles):
            if has_fraction:
                value = round(self.rng.uniform(-1.5, 1.5), 6)
                spellings.append((str(value), value))
            else:
                spellings.append(self.angle())
        arguments = f"({', '.join(t for t, _ in spellings)})" if spellings else ""

        def result(values):
            for step in steps:
                values = step(values)
            return values

        return prefix + name + arguments, qubits + controls, spellings, lambda *a: result(matrix(*a))

    def define(self, number):
        """A gate definition of its own, with parameters, modifiers and calls of earlier ones in its body."""
        qubits = self.rng.randrange(1, 4)
        # The second comes first by the alphabet; either may go unused.
        formals = ["theta", "phi_2"][: self.rng.randrange(0, 3)]
        wires = ["a", "b", "c"][:qubits]
        lines, body = [], []
        if self.rng.random() < 0.4:
            # A phase of a definition: seen only under a control, where it counts.
            value = round(self.rng.uniform(-2, 2), 4)
            factor = formals[0] if formals else None
            lines.append(f"gphase({factor} * {value});" if factor else f"gphase({value});")
            body.append((None, value, factor))
        for _ in range(self.rng.randrange(1, 4)):
            name, count, angles, matrix = self.gate(qubits)
            chosen = self.rng.sample(range(qubits), count)
            actual = []
            for _ in range(angles):
                scale = round(self.rng.uniform(-2, 2), 4)
                formal = self.rng.choice(formals) if formals and self.rng.random() < 0.6 else None
                actual.append((scale, formal))
            text = ", ".join(f"{s}*{f}" if f else f"{s}" for s, f in actual)
            inverse = self.rng.random() < 0.2
            prefix = "inv @ " if inverse else ""
            lines.append(f"{prefix}{name}{f'({text})' if actual else ''} {', '.join(wires[k] for k in chosen)};")
            body.append((chosen, (matrix, inverse), actual))

        def matrix(*values):
            given = dict(zip(formals, values))
            circuit = QuantumCircuit(qubits)
            for chosen, what, actual in body:
                if chosen is None:
                    circuit.global_phase += what * (given[actual] if actual else 1)
                    continue
                function, inverse = what
                m = function(*[s * (given[f] if f else 1) for s, f in actual])
                circuit.append(UnitaryGate(m.conj().T if inverse else m), chosen)
            from qiskit.quantum_info import Operator

            return Operator(circuit).data

        name = f"own{number}"
        parameters = f"({', '.join(formals)})" if formals else ""
        self.lines.append(f"gate {name}{parameters} {', '.join(wires)} {{ {' '.join(lines)} }}")
        self.definitions.append(Definition(name, qubits, len(formals), matrix))

    def statement(self):
        choice = self.rng.random()
        if choice < 0.06:
            texts, _ = self.operands(1)
            self.lines.append(f"barrier {texts[0]};")
            return
        if choice < 0.12:
            text, value = self.angle()
            if self.rng.random() < 0.5:
                self.lines.append(f"gphase({text});")
                self.phase += value
                return
            texts, wires = self.operands(1)
            self.lines.append(f"ctrl @ gphase({text}) {texts[0]};")
            for wire in wires[0]:
                self.operations.append((numpy.diag([1, cmath.exp(1j * value)]), [wire]))
            return
        text, count, spellings, matrix = self.call(min(self.qubits, 4))
        texts, wires = self.operands(count)
        self.lines.append(f"{text} {', '.join(texts)};")
        values = matrix(*[v for _, v in spellings])
        length = max(map(len, wires))
        for k in range(length):
            self.operations.append((values, [w[k] if len(w) > 1 else w[0] for w in wires]))


def program(seed, most=5, statements=12):
    """A random program of at most `most` qubits: the same for the same seed."""
    writer = _Writer(random.Random(seed))
    writer.lines += ["OPENQASM 3.0;", 'include "stdgates.inc";', f"// Program {seed}."]
    writer.is_for_importer = writer.rng.random() < 0.5
    if not writer.is_for_importer and writer.rng.random() < 0.6:
        text, value = writer.angle()
        writer.lines.append(f"const float[64] ratio = {text};")
        writer.names.append(("ratio", value))
    for number in range(writer.rng.randrange(0, 3)):
        writer.define(number)
    writer.declare(most)
    writer.alias()
    for _ in range(statements):
        writer.statement()
    meaning = QuantumCircuit(writer.qubits, global_phase=writer.phase % math.tau)
    for matrix, wires in writer.operations:
        meaning.append(UnitaryGate(matrix), wires)
    return Program("\n".join(writer.lines) + "\n", meaning, writer.is_for_importer)
