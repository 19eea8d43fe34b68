"""What others built on Qiskit's interfaces, unchanged, on our backend."""

import numpy as np
import pytest
from kelvin_qiskit import KelvinProvider
from qiskit import QuantumCircuit, transpile


@pytest.fixture(scope="module")
def provider(service):
    return KelvinProvider(service)


def test_ibm_s_sampler_on_a_backend(provider):
    from qiskit_ibm_runtime import SamplerV2

    one = QuantumCircuit(3)
    one.ry(0.8, 0)
    one.cx(0, 2)
    one.x(1)
    one.measure_all()
    backend = provider.backend("heron-133")
    counts = SamplerV2(mode=backend).run([transpile(one, backend)], shots=1000).result()[0].data.meas.get_counts()
    assert counts["010"] / 1000 == pytest.approx(np.cos(0.4) ** 2, abs=0.15)
    assert counts["111"] / 1000 == pytest.approx(np.sin(0.4) ** 2, abs=0.15)


def test_mthree_mitigates_readout(provider):
    import mthree

    backend = provider.backend("garnet-20")
    one = QuantumCircuit(3)
    one.x([0, 2])
    one.measure_all()
    native = transpile(one, backend)
    mitigation = mthree.M3Mitigation(backend)
    mitigation.cals_from_system(mthree.utils.final_measurement_mapping(native), shots=4000)
    raw = backend.run(native, shots=4000).result().get_counts()
    quasi = mitigation.apply_correction(raw, mthree.utils.final_measurement_mapping(native))
    share = quasi.get("101", 0)
    assert share > raw["101"] / 4000 and share == pytest.approx(1, abs=0.05)


def test_qiskit_s_own_primitives_for_backends(provider):
    from qiskit.primitives import BackendEstimatorV2, BackendSamplerV2

    backend = provider.backend("ideal")
    one = QuantumCircuit(2)
    one.ry(0.7, 0)
    one.cx(0, 1)
    value = BackendEstimatorV2(backend=backend).run([(one, ["ZZ", "IZ"])], precision=0.02).result()[0].data.evs
    np.testing.assert_allclose(value, [1, np.cos(0.7)], atol=0.09)
    one.measure_all()
    counts = BackendSamplerV2(backend=backend).run([one], shots=1000).result()[0].data.meas.get_counts()
    assert set(counts) == {"00", "11"}
