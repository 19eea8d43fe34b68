"""What the gates of the standard includes are: matrices from Qiskit's circuit library, operand 0 least significant.

Where OpenQASM 3 defines another global phase than Qiskit's class of the same name (`U`, `u2`, `u3`: it shows under a
control), the language's definition is taken.
"""

import cmath
import math

import numpy
from qiskit.circuit import library


def phased(matrix, phase):
    return cmath.exp(1j * phase) * matrix


def _library(gate_class):
    return lambda *angles: gate_class(*angles).to_matrix()


# name: (qubits, parameters, matrix)
_COMMON = {
    "x": (1, 0, library.XGate), "y": (1, 0, library.YGate), "z": (1, 0, library.ZGate), "h": (1, 0, library.HGate),
    "s": (1, 0, library.SGate), "sdg": (1, 0, library.SdgGate), "t": (1, 0, library.TGate),
    "tdg": (1, 0, library.TdgGate), "sx": (1, 0, library.SXGate), "id": (1, 0, library.IGate),
    "p": (1, 1, library.PhaseGate), "rx": (1, 1, library.RXGate), "ry": (1, 1, library.RYGate),
    "rz": (1, 1, library.RZGate), "u1": (1, 1, library.PhaseGate), "cx": (2, 0, library.CXGate),
    "cy": (2, 0, library.CYGate), "cz": (2, 0, library.CZGate), "ch": (2, 0, library.CHGate),
    "swap": (2, 0, library.SwapGate), "cp": (2, 1, library.CPhaseGate), "crx": (2, 1, library.CRXGate),
    "cry": (2, 1, library.CRYGate), "crz": (2, 1, library.CRZGate), "cu": (2, 4, library.CUGate),
    "ccx": (3, 0, library.CCXGate), "cswap": (3, 0, library.CSwapGate),
}  # fmt: skip

STDGATES = {name: (qubits, angles, _library(gate)) for name, (qubits, angles, gate) in _COMMON.items()} | {
    "CX": (2, 0, _library(library.CXGate)),
    "phase": (1, 1, _library(library.PhaseGate)),
    "cphase": (2, 1, _library(library.CPhaseGate)),
    "U": (1, 3, lambda t, p, l: phased(library.UGate(t, p, l).to_matrix(), t / 2)),
    "u2": (1, 2, lambda p, l: phased(library.UGate(math.pi / 2, p, l).to_matrix(), -(p + l) / 2)),
    "u3": (1, 3, lambda t, p, l: phased(library.UGate(t, p, l).to_matrix(), -(p + l) / 2)),
}

# qelib1.inc as Qiskit ships it: name: (qubits, parameters).
QELIB1 = {name: (qubits, angles) for name, (qubits, angles, _) in _COMMON.items()} | {
    "u2": (1, 2), "u3": (1, 3), "u": (1, 3), "sxdg": (1, 0), "cu1": (2, 1), "cu3": (2, 3), "csx": (2, 0),
    "rxx": (2, 1), "rzz": (2, 1), "rccx": (3, 0), "rc3x": (4, 0), "c3x": (4, 0), "c3sqrtx": (4, 0), "c4x": (5, 0),
    "U": (1, 3), "CX": (2, 0),
}  # fmt: skip


def controlled(matrix, state):
    """The matrix under one more control, which becomes operand 0; it acts where the control is `state`."""
    size = len(matrix)
    result = numpy.eye(2 * size, dtype=complex)
    on = 2 * numpy.arange(size) + state
    result[numpy.ix_(on, on)] = matrix
    return result


def power(matrix, exponent):
    """exp(exponent · log matrix) with the principal logarithm, phases in (−π, π]."""
    if float(exponent).is_integer():
        base = matrix if exponent >= 0 else matrix.conj().T
        return numpy.linalg.matrix_power(base, abs(int(exponent)))
    # A unitary is normal: its Schur form is diagonal, and its vectors are orthonormal even where eigenvalues agree.
    import scipy.linalg

    triangle, vectors = scipy.linalg.schur(matrix, output="complex")
    phases = numpy.angle(numpy.diag(triangle))
    phases[numpy.abs(phases + math.pi) < 1e-9] = math.pi
    return (vectors * numpy.exp(1j * exponent * phases)) @ vectors.conj().T
