"""QRMI, which schedulers of computing centres use: IBM's interface with programs in OpenQASM."""

import os
import secrets

import numpy as np
import pytest
from fixtures import CRN, quietest
from programs import programs
from qiskit import QuantumCircuit, generate_preset_pass_manager
from qiskit.circuit import ParameterVector
from qiskit.quantum_info import SparsePauliOp
from qrmi import Payload, QuantumResource, ResourceType
from qrmi.primitives.ibm import EstimatorV2, SamplerV2, get_backend
from qiskit_programs import circuit
from test_ibm import marginals


@pytest.fixture(scope="module")
def resource(daemon):
    for key, value in {
        "ENDPOINT": daemon.url + "/experimental/api/v1", "IAM_ENDPOINT": daemon.url, "IAM_APIKEY": daemon.token,
        "SERVICE_CRN": CRN,
    }.items():
        os.environ[f"heron-133_QRMI_IBM_QCS_{key}"] = value
    return QuantumResource("heron-133", ResourceType.IBMQuantumComputeService)


def test_a_machine_is_acquired_used_and_released(resource):
    assert resource.is_accessible()
    token = resource.acquire()
    os.environ["heron-133_QRMI_JOB_ACQUISITION_TOKEN"] = token
    backend = get_backend(resource)
    assert backend.num_qubits == 133
    manager = generate_preset_pass_manager(backend=backend, optimization_level=1)
    one = circuit(programs(1)[0])
    data = SamplerV2(resource).run([manager.run(one)], shots=800).result()[0].data
    for name, shares in marginals(one).items():
        counts = data[name].get_counts()
        assert sum(counts.values()) == 800
        distance = sum(abs(counts.get(k, 0) / 800 - shares.get(k, 0)) for k in set(counts) | set(shares)) / 2
        assert distance < 0.35
    angles = ParameterVector("v", 11)
    swept = QuantumCircuit(1, 1)
    for k in range(11):
        swept.ry(angles[k] * (k + 1) / 11, 0)
    swept.measure(0, 0)
    values = np.random.default_rng().uniform(0, 0.4, (3, 11))
    there = generate_preset_pass_manager(backend=backend, optimization_level=1, initial_layout=[quietest(backend)])
    found = SamplerV2(resource).run([(there.run(swept), values)], shots=800).result()[0].data.c
    for k, row in enumerate(values):
        share = np.sin((row * np.arange(1, 12)).sum() / 22) ** 2
        assert abs(found.get_counts(k).get("1", 0) / 800 - share) < 0.1
    flip = QuantumCircuit(2)
    flip.x(0)
    isa = manager.run(flip)
    observable = SparsePauliOp(["ZZ", "IZ"], [1.0, 0.5]).apply_layout(isa.layout)
    assert abs(float(EstimatorV2(resource).run([(isa, observable)]).result()[0].data.evs) + 1.5) < 0.2
    resource.release(token)


def test_what_is_wrong_is_said(resource):
    with pytest.raises(Exception, match="bogus|OpenQASM|input"):
        resource.task_start(Payload.QiskitPrimitive(
            input='{"pubs": [["OPENQASM 3.0; qubit q; bogus q;", null, 5]], "version": 2}', program_id="sampler"))
    with pytest.raises(Exception, match="there is no|404|NotFound|not found"):
        resource.task_status(f"job-{secrets.token_hex(4)}")
