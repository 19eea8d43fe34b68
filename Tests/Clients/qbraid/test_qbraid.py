"""qbraid, unmodified, against Qiskit's simulation."""

import os
import random
import tempfile
import uuid

import pytest
from programs import programs
from qbraid.runtime import JobStatus, QbraidProvider
from qbraid.runtime.exceptions import ResourceNotFoundError
from qbraid_core.services.runtime import QuantumRuntimeClient, QuantumRuntimeServiceRequestError
from qiskit import QuantumCircuit
from qiskit_programs import circuit, is_like

SHOTS = 2000
BELL = 'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] b; x q[0]; b[0] = measure q[0]; b[1] = measure q[1];'


@pytest.fixture(scope="module")
def provider(daemon):
    os.environ["QBRAID_API_URL"] = daemon.url + "/qbraid"
    os.environ["QBRAID_API_KEY"] = daemon.token
    os.environ["HOME"] = tempfile.mkdtemp()
    return QbraidProvider(api_key=daemon.token)


@pytest.fixture(scope="module")
def device(provider):
    return provider.get_device("kelvin:kelvin:sim:ideal")


def test_the_programs_come_back_as_they_are(device):
    circuits = [circuit(program) for program in programs()]
    jobs = device.run(circuits[:20], shots=SHOTS)
    jobs += [device.run(one, shots=SHOTS) for one in circuits[20:]]
    for one, job in zip(circuits, jobs, strict=True):
        counts = job.result().data.get_counts()
        assert is_like(counts, one, SHOTS, separator=""), str(one)


def test_cirq_and_openqasm_2_come_in_too(device):
    import cirq

    a, b, c = cirq.LineQubit.range(3)
    one = cirq.Circuit(cirq.X(b), cirq.CNOT(b, c), cirq.I(a), cirq.measure(a, b, c, key="m"))
    assert sum(device.run(one, shots=50).result().data.get_counts().values()) == 50
    text = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; creg c[2]; x q[0]; measure q -> c;'
    assert device.run(text, shots=30).result().data.get_counts() == {"01": 30}


def test_dynamic_circuits(device):
    text = ('OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] b; x q[0]; b[0] = measure q[0]; '
            'if (b[0]) { x q[1]; } reset q[0]; b[1] = measure q[1];')
    client = device.client
    from qbraid_core.services.runtime.schemas import JobRequest, Program

    job = client.create_job(JobRequest(
        deviceQrn=device.id, program=Program(format="qasm3", data=text), shots=40))
    from qbraid.runtime import QbraidJob

    assert QbraidJob(job.jobQrn, device, client).result().data.get_counts() == {"11": 40}


def test_a_batch_is_one_job(device):
    other = BELL.replace("x q[0]", "x q[1]")
    from qbraid_core.services.runtime.schemas import Program

    job = device.submit([Program(format="qasm3", data=BELL), Program(format="qasm3", data=other)],
                        shots=20, as_batch=True, name=f"b{random.randrange(10**9)}", tags={"kind": "batch"})
    result = job.result()
    assert [part.data.get_counts() for part in result.results] == [{"01": 20}, {"10": 20}]
    assert len(job.program()) == 2


def test_machines_and_their_figures(provider):
    devices = {device.id: device for device in provider.get_devices()}
    garnet = devices["kelvin:kelvin:qpu:garnet-20"]
    assert garnet.status().name == "ONLINE" and garnet.queue_depth() >= 0 and garnet.num_qubits == 20
    assert "emulated" in garnet.profile.get("name")
    chain = garnet.best_qubits(4)
    assert len(set(chain)) == 4
    pairs = {frozenset(pair) for pair in garnet.coupling_map}
    assert all(frozenset(pair) in pairs for pair in zip(chain, chain[1:]))
    job = garnet.run(BELL, shots=100)
    assert job.result().data.get_counts()["01"] > 80
    assert "OPENQASM 3" in job.compiled_program().data
    assert devices["kelvin:kelvin:sim:ideal"].get_calibrations() is None
    assert provider.client.estimate_cost(garnet.id, 10).estimatedCost == 0


def test_listing_retrieval_and_deletion_from_a_fresh_client(daemon, device):
    tag = uuid.uuid4().hex
    job = device.run(BELL, shots=10, tags={"tag": tag}, name="mine")
    job.result()
    client = QuantumRuntimeClient(api_key=daemon.token)
    listed = client.list_jobs(tags={"tag": tag})
    assert [entry.jobQrn for entry in listed] == [job.id]
    assert client.list_platform_jobs_paginated(limit=1).pagination.total >= 1
    client.delete_job(job.id)
    with pytest.raises(QuantumRuntimeServiceRequestError, match="there is no"):
        client.get_job(job.id)


def test_cancel(provider):
    device = provider.get_device("kelvin:kelvin:qpu:ion-chain-20")
    jobs = [device.run(BELL, shots=2000) for _ in range(4)]
    if jobs[-1].status() not in (JobStatus.COMPLETED, JobStatus.RUNNING):
        jobs[-1].cancel()
        assert jobs[-1].status() in (JobStatus.CANCELLED, JobStatus.CANCELLING)


def test_refusals_reach_the_user(provider, device):
    with pytest.raises(QuantumRuntimeServiceRequestError, match="runtimeOptions.*'colour' means nothing"):
        device.run(BELL, shots=10, runtime_options={"colour": 3})
    client = device.client
    from qbraid_core.services.runtime.schemas import JobRequest, Program

    for program, message in [
        (Program(format="quil", data="X 0"), "'quil' is not read here"),
        (Program(format="qasm3", data="OPENQASM 3.0; qubit q; warp q;"), "warp"),
    ]:
        with pytest.raises(QuantumRuntimeServiceRequestError, match=message):
            client.create_job(JobRequest(deviceQrn=device.id, program=program, shots=1))
    with pytest.raises(QuantumRuntimeServiceRequestError, match="group"):
        client.create_job(JobRequest(
            deviceQrn=device.id, program=Program(format="qasm3", data=BELL), shots=1, groupJobQrn="g"))
    with pytest.raises(ResourceNotFoundError):
        provider.get_device("kelvin:kelvin:qpu:nowhere")


def test_ionq_json_is_read(device):
    from qbraid.runtime import QbraidJob
    from qbraid_core.services.runtime.schemas import JobRequest, Program

    data = {"qubits": 2, "circuit": [{"gate": "x", "target": 0}, {"gate": "cnot", "control": 0, "target": 1},
                                     {"gate": "x", "target": 0}]}
    job = device.client.create_job(JobRequest(
        deviceQrn=device.id, program=Program(format="ionq.circuit.v0", data=data), shots=9))
    assert QbraidJob(job.jobQrn, device, device.client).result().data.get_counts() == {"10": 9}


def test_two_users_do_not_see_each_other(daemon, device):
    job = device.run(BELL, shots=1)
    other = QuantumRuntimeClient(api_key=daemon.other_user())
    with pytest.raises(QuantumRuntimeServiceRequestError, match="there is no"):
        other.get_job(job.id)
    assert other.list_jobs() == []


def test_a_failed_job_says_why(provider):
    device = provider.get_device("kelvin:kelvin:qpu:ion-chain-20")
    text = ('OPENQASM 3.0; include "stdgates.inc"; qubit[1] q; bit[2] b; h q[0]; b[0] = measure q[0]; x q[0]; '
            'b[1] = measure q[0];')
    try:
        job = device.run(text, shots=10)
    except QuantumRuntimeServiceRequestError as error:
        assert "ion-chain-20" in str(error)
        return
    job.wait_for_final_state()
    assert job.status() == JobStatus.FAILED
    assert "ion-chain-20" in str(job.client.get_job(job.id).statusMsg)
