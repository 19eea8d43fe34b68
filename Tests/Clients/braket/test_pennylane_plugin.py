"""PennyLane's Braket plugin, unmodified, against PennyLane's own simulator."""

import math
import random
import warnings

import numpy as np
import pennylane as qml
import pytest
from fixtures import IDEAL
from programs import is_plausible

warnings.filterwarnings("ignore")


def test_pennylane_and_its_gradients(ideal):
    device = qml.device("braket.aws.qubit", device_arn=IDEAL, wires=3)
    reference = qml.device("default.qubit", wires=3)
    a, b = (random.uniform(0.3, 2.5) for _ in range(2))

    def program(a, b):
        qml.RX(a, wires=0)
        qml.RY(b, wires=2)
        qml.CNOT(wires=[0, 1])
        qml.CRY(a, wires=[2, 1])

    def values(a, b):
        program(a, b)
        return qml.expval(qml.Z(0) @ qml.X(2)), qml.var(qml.Z(1)), qml.probs(wires=[2, 0])

    theirs = qml.QNode(values, reference)(a, b)
    ours = qml.set_shots(qml.QNode(values, device), 8000)(a, b)
    for x, y in zip(theirs, ours, strict=True):
        np.testing.assert_allclose(y, x, atol=0.07)

    def sampled(a, b):
        program(a, b)
        return qml.counts(wires=[0, 2]), qml.sample(wires=[1, 2])

    counts, samples = qml.set_shots(qml.QNode(sampled, device), 1000)(a, b)
    assert sum(counts.values()) == 1000 and np.shape(samples) == (1000, 2)
    exact = qml.QNode(lambda a, b: (program(a, b), qml.probs(wires=[0, 2]))[1], reference)(a, b)
    assert is_plausible(counts, {format(k, "02b"): p for k, p in enumerate(exact)}, 1000)

    def energy(a, b):
        program(a, b)
        return qml.expval(0.7 * qml.Z(0) @ qml.Z(1) - 0.4 * qml.X(2) + 0.2 * qml.Y(1))

    x = qml.numpy.array([a, b], requires_grad=True)
    exact = qml.grad(lambda x: qml.QNode(energy, reference)(x[0], x[1]))(x)
    shot = qml.set_shots(qml.QNode(energy, device, diff_method="parameter-shift"), 4000)
    np.testing.assert_allclose(qml.grad(lambda x: shot(x[0], x[1]))(x), exact, atol=0.12)


def test_pennylane_without_shots(ideal):
    device = qml.device("braket.aws.qubit", device_arn=IDEAL, wires=2, shots=None)
    a = random.uniform(0.3, 2.5)

    @qml.qnode(device, diff_method="parameter-shift")
    def values(a):
        qml.RY(a, wires=0)
        qml.CNOT(wires=[0, 1])
        return qml.expval(qml.X(0) @ qml.X(1))

    assert values(a) == pytest.approx(math.sin(a), abs=1e-9)
    assert qml.grad(values)(qml.numpy.array(a, requires_grad=True)) == pytest.approx(math.cos(a), abs=1e-8)
