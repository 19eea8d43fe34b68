"""Compiled programs on Willow as Cirq has them, with the noise that cirq-google makes of the same calibration."""

import math
import re

import cirq
import cirq_google
from cirq_google.engine import load_device_noise_properties

from . import device

GATE = re.compile(r"^(\w+)(?:\(([^)]*)\))?\s+([^;]+);$")
MEASURE = re.compile(r"^(\w+\[\d+\]|\w+)\s*=\s*measure\s+\$(\d+);$")


def number(text):
    """A constant angle as OpenQASM writes it."""
    value = text.replace("π", "pi")
    if not re.fullmatch(r"[0-9eE+\-*/. pi()]+", value):
        raise ValueError(f"not a number: {text}")
    return float(eval(value, {"__builtins__": {}}, {"pi": math.pi}))


class Willow:
    def __init__(self):
        document = device.document("willow-105")
        self.qubits = [cirq.GridQubit(int(r), int(c)) for r, c in document["coordinates"]]
        self.properties = load_device_noise_properties("willow_pink")

    def circuit(self, text):
        """The operations of a compiled program, and the qubit of each classical bit in order of measurement."""
        operations, measured = [], {}
        for line in (line.strip() for line in text.splitlines()):
            if found := MEASURE.match(line):
                measured[found[1]] = self.qubits[int(found[2])]
            elif (found := GATE.match(line)) and "$" in found[3]:
                qubits = [self.qubits[int(q.strip()[1:])] for q in found[3].split(",")]
                angles = [number(a) / math.pi for a in found[2].split(",")] if found[2] else []
                if found[1] == "cz":
                    operations.append(cirq.CZ(*qubits))
                elif found[1] == "rz":
                    operations.append(cirq.Z(*qubits) ** angles[0])
                elif found[1] == "r":
                    operations.append(cirq.PhasedXPowGate(exponent=angles[0], phase_exponent=angles[1])(*qubits))
                elif found[1] not in ("barrier", "qubit", "bit"):
                    raise ValueError(f"no gate of Willow: {line}")
        return cirq.Circuit(operations), measured

    def probabilities(self, circuit, measured, coherent=True):
        """The distribution of the outcomes; bit k of the index is the k-th measured bit.

        Without `coherent`, the errors of the entangling angles are left to the depolarizing part, so that the total error
        of a gate stays what it was.
        """
        properties = self.properties if coherent else self.properties.with_params(fsim_errors={})
        if not coherent:
            properties.fsim_errors.clear()
        model = cirq_google.NoiseModelFromGoogleNoiseProperties(properties)
        qubits = list(measured.values())
        noisy = cirq.Circuit(circuit).with_noise(model)
        state = cirq.DensityMatrixSimulator().simulate(noisy).final_density_matrix
        order = sorted(noisy.all_qubits())
        diagonal = state.diagonal().real.reshape([2] * len(order))
        axes = tuple(k for k, q in enumerate(order) if q not in qubits)
        marginal = diagonal.sum(axis=axes)
        left = [q for q in order if q in qubits]
        # Most significant first: the last measured bit.
        marginal = marginal.transpose([left.index(q) for q in reversed(qubits)])
        for axis, qubit in enumerate(reversed(qubits)):
            p00, p11 = self.properties.readout_errors[qubit]
            zero, one = marginal.take(0, axis), marginal.take(1, axis)
            mixed = [zero * (1 - p00) + one * p11, zero * p00 + one * (1 - p11)]
            marginal = __import__("numpy").stack(mixed, axis)
        return marginal.reshape(-1)
