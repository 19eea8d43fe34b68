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


def test_ground_state_of_hydrogen_by_qiskit_nature(provider):
    """Qiskit Nature's problem and qiskit-algorithms' VQE on our EstimatorV2: integrals in hartree at 0.735 Å, in STO-3G."""
    from kelvin_qiskit import KelvinEstimator
    from qiskit_algorithms import VQE, NumPyMinimumEigensolver
    from qiskit_algorithms.optimizers import COBYLA
    from qiskit_nature.second_q.circuit.library import UCCSD, HartreeFock
    from qiskit_nature.second_q.hamiltonians import ElectronicEnergy
    from qiskit_nature.second_q.mappers import ParityMapper

    one = np.diag([-1.25633907, -0.47189601])
    two = np.zeros((2, 2, 2, 2))
    two[0, 0, 0, 0], two[1, 1, 1, 1] = 0.67571015, 0.69857372
    two[0, 0, 1, 1] = two[1, 1, 0, 0] = 0.66458173
    two[0, 1, 0, 1] = two[0, 1, 1, 0] = two[1, 0, 0, 1] = two[1, 0, 1, 0] = 0.18093120
    mapper = ParityMapper(num_particles=(1, 1))
    operator = mapper.map(ElectronicEnergy.from_raw_integrals(one, two).second_q_op())
    start = HartreeFock(2, (1, 1), mapper)
    ansatz = UCCSD(2, (1, 1), mapper, initial_state=start)
    estimator = KelvinEstimator(provider.backend("ideal"), options={"default_precision": 0.005})
    found = VQE(estimator, ansatz, COBYLA(maxiter=40), initial_point=[0.0] * ansatz.num_parameters
                ).compute_minimum_eigenvalue(operator)
    exact = NumPyMinimumEigensolver().compute_minimum_eigenvalue(operator)
    assert exact.eigenvalue.real == pytest.approx(-1.8572750, abs=1e-6)
    # Within what 40,000 shots leave open of a value that is itself a minimum of several.
    assert found.eigenvalue.real == pytest.approx(-1.8572750, abs=0.02)
