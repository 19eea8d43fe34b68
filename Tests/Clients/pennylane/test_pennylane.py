"""PennyLane's Qiskit device, unchanged, on our backend."""

import numpy as np
import pennylane as qml
from kelvin_qiskit import KelvinProvider


def test_values_and_gradients(service):
    provider = KelvinProvider(service)
    device = qml.device("qiskit.remote", wires=2, backend=provider.backend("ideal"), shots=4000)

    @qml.qnode(device, diff_method="parameter-shift")
    def value(a, b):
        qml.RX(a, wires=0)
        qml.CRY(b, wires=[0, 1])
        return qml.expval(qml.PauliZ(1))

    a, b = qml.numpy.array(0.9, requires_grad=True), qml.numpy.array(1.3, requires_grad=True)

    def exact(a, b):
        share = np.sin(a / 2) ** 2
        return 1 - share + share * np.cos(b)

    assert abs(value(a, b) - exact(a, b)) < 0.08
    gradient = qml.grad(value)(a, b)
    step = 1e-5
    np.testing.assert_allclose(gradient, [
        (exact(a + step, b) - exact(a - step, b)) / (2 * step),
        (exact(a, b + step) - exact(a, b - step)) / (2 * step)], atol=0.1)
