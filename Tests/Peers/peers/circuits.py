"""Random Qiskit circuits, as Qiskit's own users build them: for formats that only Qiskit writes."""

import contextlib
import io
import math
import random

import numpy as np
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, qpy
from qiskit.circuit import AnnotatedOperation, ControlModifier, InverseModifier, Parameter, ParameterVector, PowerModifier
from qiskit.circuit import library
from qiskit.circuit.classical import expr, types
from qiskit.circuit.library import get_standard_gate_name_mapping
from qiskit.quantum_info import random_unitary

VERSIONS = range(13, 19)
STANDARD = [
    gate for name, gate in sorted(get_standard_gate_name_mapping().items())
    if name not in ("delay", "reset", "measure")
]  # fmt: skip
QUBITS = 5


def stored(circuit, version):
    """The circuit as a QPY file."""
    file = io.BytesIO()
    qpy.dump(circuit, file, version=version)
    return file.getvalue()


class Symbols:
    """Parameters of one circuit, with the values that a run gives them."""

    def __init__(self, rng):
        self.rng = rng
        vector = ParameterVector("v", 12)
        self.names = [Parameter("θ"), Parameter("b_1"), Parameter("alpha"), vector[2], vector[10]]
        self.values = {p: round(rng.uniform(-3, 3), 6) for p in self.names}

    def angle(self, symbolic=True):
        rng = self.rng
        if not symbolic or rng.random() < 0.5:
            return rng.choice([rng.uniform(-7, 7), rng.randint(-4, 4), math.pi / rng.randint(1, 8)])
        a, b = rng.choice(self.names), rng.choice(self.names)
        return rng.choice([
            lambda: a, lambda: 2 * a + b / 3, lambda: (a - 1) * (b + 0.5), lambda: a.sin() + b.cos() ** 2,
            lambda: (a * a + 1).log() - b.arctan(), lambda: 1 / (a * a + 1), lambda: 2 - a, lambda: -a,
            lambda: (a * b).abs(), lambda: (a / 9).arcsin() + (b / 9).arccos(), lambda: (a / 4).exp(),
            lambda: a.sign() * 0.7 + (b / 5).tan(), lambda: (a * a + 0.5) ** (b / 4),
            lambda: (a + 1).subs({a: b * 2}), lambda: (a + b).bind({b: 0.25}), lambda: (a - b) - (b - a * 2),
            lambda: (a + 2 * b) / ((b - a) ** 2 + 1), lambda: a - (b + 1) * 3,
        ])()  # fmt: skip


def custom(rng, symbols, depth=0):
    """A gate with a definition of its own, perhaps of other such gates; beyond depth 1 of gates that Qiskit can control."""
    inner = QuantumCircuit(rng.randint(1, 3), name=rng.choice(["mine", "my_gate", "layer"]), global_phase=symbols.angle())
    for _ in range(rng.randint(1, 4)):
        place(rng, symbols, inner, depth + 1)
    return inner.to_gate()


def gate(rng, symbols, width, depth):
    """A gate on at most `width` qubits."""
    while True:
        kind = rng.random()
        if depth > 2 or kind < 0.6:
            base = rng.choice(STANDARD)
            found = base if not base.params else type(base)(*(symbols.angle() for _ in base.params))
        elif kind < 0.68 and depth < 2:
            found = custom(rng, symbols, depth)
        elif kind < 0.74:
            base = rng.choice([library.XGate(), library.CXGate(), library.RZGate(0.3), library.HGate(), library.SwapGate(),
                               library.CPhaseGate(0.4), library.SGate(), library.CCXGate(), library.UGate(0.1, 0.2, 0.3)])
            found = base.control(controls := rng.randint(1, 2), ctrl_state=rng.randrange(2**controls))
        elif kind < 0.78 and depth < 2:
            base = custom(rng, symbols, 2)
            found = base.control(controls := rng.randint(1, 2), ctrl_state=rng.randrange(2**controls))
        elif kind < 0.82:
            found = rng.choice([library.MCXGate(controls := rng.randint(1, 5)), library.MCPhaseGate(symbols.angle(), rng.randint(1, 3))])
            if isinstance(found, library.MCXGate) and rng.random() < 0.5:
                found = library.MCXGate(controls, ctrl_state=rng.randrange(2**controls))
        elif kind < 0.87 and depth < 2:
            base = rng.choice([library.SXGate(), library.CXGate(), library.RYGate(symbols.angle(False)), custom(rng, symbols, 2)])
            modifiers = [rng.choice([
                InverseModifier(), PowerModifier(rng.choice([2, -1, 3])),
                ControlModifier(controls := rng.randint(1, 2), rng.randrange(2**controls))]) for _ in range(rng.randint(1, 2))]  # fmt: skip
            found = AnnotatedOperation(base, modifiers)
        elif kind < 0.91:
            found = library.UnitaryGate(random_unitary(2 ** rng.randint(1, 2), seed=rng.randrange(10**6)))
        elif kind < 0.94:
            found = library.PauliGate("".join(rng.choice("IXYZ") for _ in range(rng.randint(1, 4))))
        elif kind < 0.96:
            found = library.PermutationGate(rng.sample(range(size := rng.randint(2, 4)), size))
        elif kind < 0.98:
            found = library.DiagonalGate(list(np.exp(1j * np.random.default_rng(rng.randrange(10**6)).uniform(0, 6, 4))))
        else:
            found = rng.choice([library.QFTGate(rng.randint(1, 4)), library.RVGate(rng.uniform(-2, 2), 0.4, -1.1)])
        if found.num_qubits <= width:
            return found


def place(rng, symbols, circuit, depth=0):
    found = gate(rng, symbols, circuit.num_qubits, depth)
    circuit.append(found, rng.sample(range(circuit.num_qubits), found.num_qubits))


def gates(seed, length=14):
    """A circuit of gates with free parameters; returns it with their values."""
    rng = random.Random(seed)
    symbols = Symbols(rng)
    registers = rng.choice([
        [QuantumRegister(QUBITS, "q")], [QuantumRegister(2, "left"), QuantumRegister(3, "right")]])  # fmt: skip
    circuit = QuantumCircuit(*registers, name=f"gates {seed}", global_phase=symbols.angle(), metadata={"seed": seed})
    for _ in range(length):
        place(rng, symbols, circuit)
        if rng.random() < 0.1:
            circuit.barrier(*rng.sample(range(QUBITS), 2))
        if rng.random() < 0.1:
            circuit.delay(rng.randint(1, 9) * 16, rng.randrange(QUBITS))
    return circuit, {p: symbols.values[p] for p in circuit.parameters}


def dynamic(seed, boxes):
    """A circuit that measures and decides, without free parameters; some of it in boxes if wanted."""
    rng = random.Random(seed)
    circuit = QuantumCircuit(QuantumRegister(4, "q"), ClassicalRegister(2, "a"), ClassicalRegister(3, "b"), name=f"dynamic {seed}")
    a, b = circuit.cregs
    number = circuit.add_var("number", expr.lift(rng.randrange(8), types.Uint(4)))
    flag = circuit.add_var("flag", expr.lift(bool(rng.randrange(2))))

    def stir():
        circuit.ry(rng.uniform(0.3, 2.8), k := rng.randrange(4))
        circuit.cx(k, (k + rng.randint(1, 3)) % 4)

    def condition():
        return rng.choice([
            lambda: (a, rng.randrange(4)), lambda: (rng.choice(list(b)), rng.randrange(2)),
            lambda: expr.less(b, rng.randint(1, 7)), lambda: expr.logic_and(a[0], expr.logic_not(b[1])),
            lambda: expr.equal(expr.bit_xor(a, 1), 2), lambda: expr.logic_or(flag, b[2]),
            lambda: expr.greater_equal(number, 5), lambda: expr.not_equal(expr.bit_and(number, 3), 1),
            lambda: expr.index(b, 1),
        ])()  # fmt: skip

    for k in range(4):
        circuit.ry(rng.uniform(0.3, 2.8), k)
    for _ in range(5):
        stir()
        circuit.measure(rng.randrange(4), rng.choice([*a, *b]))
        kind = rng.randrange(8)
        if kind == 0:
            with circuit.if_test(condition()) as otherwise:
                stir()
            if rng.random() < 0.5:
                with otherwise:
                    stir()
                    circuit.measure(0, b[0])
        elif kind == 1:
            with circuit.for_loop(rng.choice([range(3), range(5, -1, -2), (1, 4, 4)])) as i:
                circuit.rx(i * 0.3 + 0.1, rng.randrange(4))
                stir()
        elif kind == 2:
            place_of_subject = rng.randrange(4)
            subject = [a, b[1], expr.bit_xor(b, 5), number][place_of_subject]
            with circuit.switch(subject) as case:
                with case(0):
                    stir()
                with case(*(1,) if place_of_subject == 1 else (1, 3)):
                    circuit.x(1)
                with case(case.DEFAULT):
                    stir()
        elif kind == 3:
            with circuit.while_loop((b[1], 0)):
                circuit.ry(2.0, 2)
                circuit.measure(2, b[1])
        elif kind == 4:
            circuit.store(number, rng.choice([expr.bit_xor(number, 6), expr.cast(b, types.Uint(4)), expr.bit_or(number, 8)]))
            circuit.store(flag, rng.choice([expr.logic_not(flag), expr.less(a, 2)]))
        elif kind == 5:
            circuit.reset(rng.randrange(4))
        elif kind == 6:
            inner = QuantumCircuit(2, 1, name="measured")
            inner.h(0)
            inner.cx(0, 1)
            inner.measure(1, 0)
            circuit.append(inner.to_instruction(), rng.sample(range(4), 2), [b[rng.randrange(3)]])
        else:
            with circuit.for_loop(range(4)):
                circuit.ry(0.9, 3)
                circuit.measure(3, a[1])
                with circuit.if_test((a[1], 1)):
                    circuit.break_loop()
                circuit.x(0)
        if rng.random() < 0.3:
            with circuit.box() if boxes else contextlib.nullcontext():
                stir()
    circuit.measure(range(2), a)
    return circuit
