"""iqm-client with its Qiskit provider, unmodified, against Qiskit's simulation."""

import os
import random
import uuid

import pytest
from exa.common.errors.iqm_error import IQMError
from iqm.iqm_client import IQMClient
from iqm.qiskit_iqm import IQMProvider
from programs import programs
from qiskit import QuantumCircuit, transpile
from qiskit_programs import circuit, is_like

SHOTS = 1000


@pytest.fixture(scope="module")
def backends(daemon):
    os.environ.pop("IQM_TOKEN", None)
    return {name: IQMProvider(daemon.url, quantum_computer=name, token=daemon.token).get_backend()
            for name in ("ideal", "garnet-20")}


@pytest.fixture(scope="module")
def client(daemon):
    return IQMClient.from_url(daemon.url, quantum_computer="garnet-20", token=daemon.token)


def test_the_programs_come_back_as_they_are(backends):
    ideal = backends["ideal"]
    circuits = [circuit(program) for program in programs()]
    compiled = transpile(circuits, ideal, optimization_level=1)
    result = ideal.run(compiled[:15], shots=SHOTS).result()
    for place, one in enumerate(circuits[:15]):
        assert is_like(result.get_counts(place), one, SHOTS), str(one)
    for one, native in zip(circuits[15:], compiled[15:]):
        assert is_like(ideal.run(native, shots=SHOTS).result().get_counts(), one, SHOTS), str(one)


def test_a_machine_of_these_gates_runs_them_as_they_are(backends, service):
    garnet = backends["garnet-20"]
    assert garnet.num_qubits == 20
    for program in programs(4):
        one = circuit(program)
        counts = garnet.run(transpile(one, garnet), shots=SHOTS).result().get_counts()
        assert is_like(counts, one, SHOTS, tolerance=0.25), str(one)


def test_measurements_in_the_middle(backends):
    ideal = backends["ideal"]
    one = QuantumCircuit(1, 2)
    one.x(0)
    one.measure(0, 1)
    one.x(0)
    one.measure(0, 0)
    native = transpile(one, ideal, optimization_level=0)
    assert ideal.run(native, shots=40).result().get_counts() == {"10": 40}


def test_the_machine_is_described(client):
    architecture = client.get_dynamic_quantum_architecture()
    assert len(architecture.qubits) == 20 and len(architecture.gates["cz"].loci) == 30
    assert client.get_static_quantum_architecture().qubits == architecture.qubits
    assert client.get_health()["status"] == "ok"
    metrics = client.get_quality_metric_set()
    fields = {entry.dut_field: entry.value for entry in metrics.observations}
    assert 0 < fields["characterization.model.QB1.t1_time"] < 1
    assert 0.9 < fields["metrics.rb.prx.drag_gaussian.QB1.fidelity:par=d1"] < 1
    uuid.UUID(str(architecture.calibration_set_id))


def test_jobs_are_found_again_and_cancelled(daemon, backends, client):
    garnet = backends["garnet-20"]
    one = QuantumCircuit(2, 2, name=f"n{random.randrange(10**9)}")
    one.x(1)
    one.measure([0, 1], [0, 1])
    native = transpile(one, garnet)
    job = garnet.run(native, shots=200)
    assert job.result().get_counts()["10"] > 150
    again = IQMProvider(daemon.url, quantum_computer="garnet-20", token=daemon.token).get_backend()
    assert again.retrieve_job(job.job_id()).result().get_counts()["10"] > 150
    counts = client.get_job_measurement_counts(uuid.UUID(job.job_id()))
    assert sum(counts[0].counts.values()) == 200
    several = [garnet.run(native, shots=15000) for _ in range(3)]
    several[-1].cancel()
    assert several[-1].status().name in ("CANCELLED", "DONE")
    client.delete_job(uuid.UUID(job.job_id()))
    with pytest.raises(IQMError, match="there is no"):
        client.get_job(uuid.UUID(job.job_id()))


def test_what_kelvin_does_not_have_is_refused_by_name(backends):
    from iqm.iqm_client import CircuitCompilationOptions, DDMode, HeraldingMode

    garnet = backends["garnet-20"]
    one = QuantumCircuit(1, 1)
    one.x(0)
    one.measure(0, 0)
    native = transpile(one, garnet)
    for options, message in [
        (CircuitCompilationOptions(heralding_mode=HeraldingMode.ZEROS), "heralding_mode"),
        (CircuitCompilationOptions(dd_mode=DDMode.ENABLED), "dd_mode"),
        (CircuitCompilationOptions(max_circuit_duration_over_t2=0.5), "max_circuit_duration_over_t2"),
        (CircuitCompilationOptions(active_reset_cycles=1), "active_reset_cycles"),
    ]:
        with pytest.raises(IQMError, match=message):
            garnet.run(native, shots=10, circuit_compilation_options=options)


def test_tokens_and_machines(daemon):
    with pytest.raises(IQMError, match="token"):
        IQMClient.from_url(daemon.url, quantum_computer="garnet-20", token="nobody")
    with pytest.raises(Exception, match="does not exist"):
        IQMClient.from_url(daemon.url, quantum_computer="nowhere", token=daemon.token)


def test_two_users_do_not_see_each_other(daemon, backends):
    ideal = backends["ideal"]
    one = QuantumCircuit(1, 1)
    one.measure(0, 0)
    job = ideal.run(transpile(one, ideal), shots=3)
    job.result()
    other = IQMClient.from_url(daemon.url, quantum_computer="ideal", token=daemon.other_user())
    with pytest.raises(IQMError, match="there is no"):
        other.get_job(uuid.UUID(job.job_id()))
    with pytest.raises(IQMError, match="there is no"):
        other.cancel_job(uuid.UUID(job.job_id()))


def body(*instructions, **options):
    return {"circuits": [{"name": "c", "instructions": list(instructions)}], "shots": 5, **options}


PRX = {"name": "prx", "locus": ["QB1"], "args": {"angle": 1.0, "phase": 0.0}}
MEASURE = {"name": "measure", "locus": ["QB1"], "args": {"key": "k"}}


@pytest.mark.parametrize("asked, message", [
    (body({**PRX, "locus": ["QB99"]}, MEASURE), "QB99"),
    (body({**PRX, "locus": ["QB1", "QB2"]}, MEASURE), "acts on 1"),
    (body({**PRX, "args": {"angle": 1.0}}, MEASURE), "phase"),
    (body({**PRX, "args": {"angle": "x", "phase": 0}}, MEASURE), "angle"),
    (body({**PRX, "name": "warp"}, MEASURE), "warp"),
    (body(PRX, MEASURE, MEASURE), "key of its own"),
    (body({"name": "cz", "locus": ["QB1", "QB20"], "args": {}}, MEASURE), "QB1, QB20"),
    (body(MEASURE, shots=0), "shots"),
    (body(MEASURE, colour=1), "colour"),
    (body(MEASURE, calibration_set_id=str(uuid.uuid4())), "calibration set"),
    ({"circuits": ["define void @main()"], "shots": 1}, "QIR"),
])
def test_malformed_jobs(daemon, asked, message):
    import httpx

    answer = httpx.post(f"{daemon.url}/api/v1/jobs/garnet-20/circuit", json=asked,
                        headers={"Authorization": f"Bearer {daemon.token}"})
    assert answer.status_code in (409, 422) and message in answer.json()["message"], answer.text
