"""The programs of `programs.py` as Qiskit circuits, and what Qiskit's own simulation says of them."""

import math

from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.quantum_info import Statevector


def circuit(program):
    registers = [ClassicalRegister(size, name) for name, size in program.registers]
    result = QuantumCircuit(QuantumRegister(program.qubits, "q"), *registers, name=program.name)
    for gate, angles, qubits in program.steps:
        getattr(result, gate)(*angles, *qubits)
    named = {register.name: register for register in registers}
    for qubit, register, bit in program.measured:
        result.measure(qubit, named[register][bit])
    return result


def exact(one, separator=" "):
    """The distribution of a circuit that measures at its end, outcomes spelled by Qiskit."""
    places = [(one.find_bit(i.qubits[0]).index, one.find_bit(i.clbits[0]).index)
              for i in one.data if i.operation.name == "measure"]
    copy = one.copy()
    copy.remove_final_measurements()
    shares = {}
    for state, share in enumerate(Statevector(copy).probabilities()):
        word = sum((state >> qubit & 1) << bit for qubit, bit in places)
        texts, start = [], 0
        for register in one.cregs:
            texts.append(format(word >> start & (1 << register.size) - 1, f"0{register.size}b"))
            start += register.size
        spelled = separator.join(reversed(texts))
        shares[spelled] = shares.get(spelled, 0.0) + share
    return shares


def is_like(counts, one, shots, tolerance=0.0, separator=" ", sigmas=5.5):
    """Whether counts fit what is exact, within so many standard errors and what a machine's errors move."""
    expected = exact(one, separator)
    for outcome in set(counts) | set(expected):
        share = expected.get(outcome, 0.0)
        error = math.sqrt(max(share * (1 - share), 1 / shots) / shots)
        if abs(counts.get(outcome, 0) / shots - share) > sigmas * error + tolerance:
            return False
    return True
