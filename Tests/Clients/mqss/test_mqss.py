"""mqss-client and mqss-qiskit, unmodified, against Qiskit's simulation."""

import random

import pytest
from mqss.qiskit_adapter import MQSSQiskitAdapter
from mqss_client import CircuitJobRequest, HamiltonianJobRequest, MQSSClient
from programs import programs
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, transpile
from qiskit_programs import circuit, is_like

SHOTS = 2000


@pytest.fixture(scope="module")
def adapter(daemon):
    return MQSSQiskitAdapter(token=daemon.token, base_url=daemon.url + "/mqss")


@pytest.fixture(scope="module")
def client(daemon):
    return MQSSClient(daemon.token, daemon.url + "/mqss")


@pytest.fixture(scope="module")
def ideal(adapter):
    return adapter.get_backend("ideal")


def asymmetric():
    one = QuantumCircuit(2, 2)
    one.x(0)
    one.measure([0, 1], [0, 1])
    return one


def test_the_programs_come_back_as_they_are(ideal):
    circuits = [circuit(program) for program in programs()]
    # One job of many circuits, in both languages, and single ones.
    result = ideal.run(circuits[:12], shots=SHOTS).result()
    older = ideal.run(circuits[12:22], shots=SHOTS, qasm3=False).result()
    for place, one in enumerate(circuits[:12]):
        assert is_like(result.get_counts(place), one, SHOTS), str(one)
    for place, one in enumerate(circuits[12:22]):
        assert is_like(older.get_counts(place), one, SHOTS), str(one)
    for one in circuits[22:]:
        assert is_like(ideal.run(one, shots=SHOTS).result().get_counts(), one, SHOTS), str(one)


def test_dynamic_circuits(ideal):
    one = QuantumCircuit(QuantumRegister(2, "q"), ClassicalRegister(1, "early"), ClassicalRegister(2, "late"))
    one.x(0)
    one.measure(0, 0)
    with one.if_test((one.clbits[0], 1)):
        one.x(1)
    one.reset(0)
    one.measure([0, 1], [1, 2])
    assert ideal.run(one, shots=30).result().get_counts() == {"10 1": 30}


def test_texts_of_all_kinds_arrive(client):
    name = random.choice(["it's", 'say "x"', "back\\slash", "ünïcode ☃ 𝄞", "tab\t"])
    text = f'OPENQASM 3.0;\n// {name}\ninclude "stdgates.inc";\nqubit[1] q; bit[1] c; x q[0]; c[0] = measure q[0];'
    request = CircuitJobRequest(str([text]), "qasm3", "ideal", 7, False, False)
    assert client.wait_for_job_result(client.submit_job(request), request).counts == {"1": 7}


def test_resources(adapter, client):
    names = [backend.name for backend in adapter.backends()]
    assert "garnet-20" in names and "ideal" in names
    garnet = adapter.get_backend("garnet-20")
    assert garnet.num_pending_jobs >= 0 and garnet.coupling_map.size() == 20
    one = transpile(asymmetric(), garnet)
    assert garnet.run(one, shots=200).result().get_counts()["01"] > 150
    assert client.get_resource_info("garnet-20").online


def test_native_programs_are_taken_word_for_word(client):
    text = 'OPENQASM 3.0;\ninclude "stdgates.inc";\nbit[1] c;\nr(pi, 0) $3;\nc[0] = measure $3;'
    text = text.replace('include "stdgates.inc";', 'include "stdgates.inc";\ninclude "qelib1.inc";')
    request = CircuitJobRequest(str([text]), "qasm3", "garnet-20", 100, True, False)
    counts = client.wait_for_job_result(client.submit_job(request), request).counts
    assert counts["1"] > 80
    # Nobody moves qubits together that are apart.
    far = text.replace("r(pi, 0) $3;", "r(pi, 0) $3;\ncz $3, $16;")
    wrong = CircuitJobRequest(str([far]), "qasm3", "garnet-20", 100, True, False)
    with pytest.raises(RuntimeError, match="cz"):
        client.wait_for_job_result(client.submit_job(wrong), wrong)


def test_cancel(adapter):
    ions = adapter.get_backend("ion-chain-20")
    jobs = [ions.run(asymmetric(), shots=2000) for _ in range(4)]
    jobs[-1].cancel()
    assert jobs[-1].status().name in ("CANCELLED", "DONE")
    if jobs[-1].status().name == "CANCELLED":
        with pytest.raises(RuntimeError, match="cancelled by its owner"):
            jobs[-1].result()


def test_reasons_reach_the_user(client):
    for text, resource, message in [
        ("OPENQASM 3.0;\nqubit q;\nwarp q;", "ideal", "warp"),
        ("OPENQASM 3.0; qubit q; bit c; c = measure q;", "nowhere", "there is no device 'nowhere'"),
    ]:
        request = CircuitJobRequest(str([text]), "qasm3", resource, 5, False, False)
        with pytest.raises(RuntimeError, match=message):
            client.wait_for_job_result(client.submit_job(request), request)
    with pytest.raises(ValueError):
        client.submit_job(HamiltonianJobRequest("ideal", "[]", "[]"))


def test_wrong_lists_and_formats(client):
    for circuits, form in [("open('x')", "qasm3"), ("['a'", "qasm3"), ("[1]", "qasm3"), ("['\\N{DASH}']", "qasm3"),
                           ("[" * 5000, "qasm3"), ("['OPENQASM 3;']", "quil")]:
        request = CircuitJobRequest(circuits, form, "ideal", 5, False, False)
        with pytest.raises(RuntimeError, match="circuit"):
            client.wait_for_job_result(client.submit_job(request), request)


def test_two_users_do_not_see_each_other(daemon, client):
    text = "OPENQASM 3.0; qubit q; bit c; c = measure q;"
    request = CircuitJobRequest(str([text]), "qasm3", "ideal", 5, False, False)
    job = client.submit_job(request)
    assert client.wait_for_job_result(job, request).counts == {"0": 5}
    other = MQSSClient(daemon.other_user(), daemon.url + "/mqss")
    with pytest.raises(ValueError):
        other.job_status(job, request)
    nobody = MQSSClient("kelvin_nobody", daemon.url + "/mqss")
    with pytest.raises(ValueError):
        nobody.submit_job(request)
