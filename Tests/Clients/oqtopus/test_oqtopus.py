"""oqtopus-client and quri-parts-oqtopus, unmodified, against exact states computed here with numpy."""

import io
import json
import math
import os
import random
import uuid
import zipfile

import httpx
import numpy as np
import pytest
from oqtopus_client import OqtopusClient, OqtopusJobSpec
from oqtopus_client.services.config import OqtopusConfig
from oqtopus_client.services.errors import UserApiError
from programs import is_plausible, programs
from quri_parts.backend import BackendError
from quri_parts.circuit import QuantumCircuit
from quri_parts.core.operator import PAULI_IDENTITY, Operator, pauli_label
from quri_parts_oqtopus.backend import OqtopusDeviceBackend, OqtopusEstimationBackend, OqtopusSamplingBackend

SHOTS = 2000


def connect(daemon, token):
    return OqtopusClient(OqtopusConfig(url=daemon.url + "/oqtopus", api_token=token))


@pytest.fixture(scope="module")
def client(daemon):
    os.environ["OQTOPUS_URL"] = daemon.url + "/oqtopus"
    os.environ["OQTOPUS_API_TOKEN"] = daemon.token
    return connect(daemon, daemon.token)


def quri(program):
    """The program without its measurements; gates that QURI Parts does not have as those that it has."""
    one = QuantumCircuit(program.qubits)
    plain = {"h": one.add_H_gate, "x": one.add_X_gate, "y": one.add_Y_gate, "z": one.add_Z_gate, "s": one.add_S_gate,
             "sdg": one.add_Sdag_gate, "t": one.add_T_gate, "tdg": one.add_Tdag_gate, "sx": one.add_SqrtX_gate,
             "cx": one.add_CNOT_gate, "cz": one.add_CZ_gate, "swap": one.add_SWAP_gate}
    turned = {"rx": one.add_RX_gate, "ry": one.add_RY_gate, "rz": one.add_RZ_gate, "p": one.add_U1_gate}
    for gate, angles, qubits in program.steps:
        if gate in plain:
            plain[gate](*qubits)
        elif gate in turned:
            turned[gate](qubits[0], angles[0])
    return one


MATRICES = {
    "H": np.array([[1, 1], [1, -1]]) / math.sqrt(2), "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]), "Z": np.diag([1, -1]), "S": np.diag([1, 1j]), "Sdag": np.diag([1, -1j]),
    "T": np.diag([1, np.exp(1j * math.pi / 4)]), "Tdag": np.diag([1, np.exp(-1j * math.pi / 4)]),
    "SqrtX": np.array([[1 + 1j, 1 - 1j], [1 - 1j, 1 + 1j]]) / 2,
}


def matrix(gate):
    if gate.name in MATRICES:
        return MATRICES[gate.name]
    angle = gate.params[0]
    if gate.name == "U1":
        return np.diag([1, np.exp(1j * angle)])
    axis = MATRICES[gate.name[1]]
    return math.cos(angle / 2) * np.eye(2) - 1j * math.sin(angle / 2) * axis


def state(one):
    """Amplitudes, qubit 0 the lowest bit of the index."""
    amplitudes = np.zeros(1 << one.qubit_count, complex)
    amplitudes[0] = 1
    indices = np.arange(len(amplitudes))
    for gate in one.gates:
        if gate.name == "CNOT":
            c, t = gate.control_indices[0], gate.target_indices[0]
            amplitudes = amplitudes[np.where(indices >> c & 1, indices ^ 1 << t, indices)]
        elif gate.name == "CZ":
            c, t = gate.control_indices[0], gate.target_indices[0]
            amplitudes = np.where(indices >> c & indices >> t & 1, -amplitudes, amplitudes)
        elif gate.name == "SWAP":
            a, b = gate.target_indices
            differ = (indices >> a ^ indices >> b) & 1
            amplitudes = amplitudes[np.where(differ, indices ^ (1 << a) ^ (1 << b), indices)]
        else:
            q, u = gate.target_indices[0], matrix(gate)
            bit = indices >> q & 1
            amplitudes = u[bit, 0] * amplitudes[indices & ~(1 << q)] + u[bit, 1] * amplitudes[indices | 1 << q]
    return amplitudes


def shares(one):
    return {index: share for index, share in enumerate(abs(state(one)) ** 2) if share > 1e-12}


def test_the_programs_come_back_as_they_are(client):
    backend = OqtopusSamplingBackend()
    circuits = [quri(program) for program in programs()]
    jobs = [backend.sample(one, device_id="ideal", shots=SHOTS) for one in circuits]
    for one, job in zip(circuits, jobs, strict=True):
        counts = {int(str(key), 2) if isinstance(key, str) else key: n for key, n in job.result(wait=0.1).counts.items()}
        assert is_plausible(counts, shares(one), SHOTS), str(one.gates)


def test_expectation_values_are_those_of_the_state(client):
    backend = OqtopusEstimationBackend()
    for program in programs(6):
        one = quri(program)
        a, b = random.sample(range(one.qubit_count), 2)
        weights = np.random.normal(size=3)
        operator = Operator({
            pauli_label(f"X{a} Z{b}"): weights[0], pauli_label(f"Y{b}"): weights[1], PAULI_IDENTITY: weights[2]})
        amplitudes = state(one)
        expected = weights[2]
        for weight, letters in [(weights[0], {a: "X", b: "Z"}), (weights[1], {b: "Y"})]:
            turned = amplitudes
            indices = np.arange(len(amplitudes))
            for qubit, letter in letters.items():
                bit, u = indices >> qubit & 1, MATRICES[letter]
                turned = u[bit, 0] * turned[indices & ~(1 << qubit)] + u[bit, 1] * turned[indices | 1 << qubit]
            expected += weight * np.vdot(amplitudes, turned).real
        result = backend.estimate(one, operator, device_id="ideal", shots=100).result(wait=0.1)
        assert abs(result.exp_value - expected) < 1e-6 + 4 * result.stds


def program(bits, flips):
    lines = [f"x q[{k}];" for k in flips] + [f"c[{k}] = measure q[{k}];" for k in range(bits)]
    return f'OPENQASM 3;\ninclude "stdgates.inc";\nqubit[{bits}] q;\nbit[{bits}] c;\n' + "\n".join(lines)


def raw(client, spec):
    job = client.submit_job(spec)
    return client.wait_for_job(job.job_id, timeout=60, interval=0.1)


def test_several_programs_at_once(client):
    spec = OqtopusJobSpec.multi_manual(
        device_id="ideal", program=[program(2, [0]), program(3, [1])], shots=20, name=f"m{random.randrange(10**9)}")
    sampling = raw(client, spec).sampling
    assert sampling["counts"] == {"01001": 20}
    assert sampling["divided_counts"] == {"0": {"01": 20}, "1": {"010": 20}}


def test_devices(client):
    devices = {device.device_id: device for device in client.list_devices()}
    assert devices["garnet-20"].n_qubits == 20 and "emulated" in devices["garnet-20"].description
    assert len(OqtopusDeviceBackend().get_devices()) == len(devices)
    assert len(client.get_device("garnet-20").device_info["couplings"]) == 30
    with pytest.raises(UserApiError, match="there is no device 'nowhere'"):
        client.get_device("nowhere")


def test_a_machine_with_options(client):
    spec = OqtopusJobSpec.sampling(
        device_id="garnet-20", program=program(2, [1]), shots=200,
        transpiler_info={"transpiler_lib": "qiskit", "transpiler_options": {"optimization_level": 0}},
        simulator_info={"seed": 5})
    job = raw(client, spec)
    assert job.sampling["counts"]["10"] > 150
    assert "OPENQASM 3" in str(job.transpile_result)


@pytest.mark.parametrize("options, message", [
    ({"transpiler_info": {"colour": 1}}, "colour"),
    ({"transpiler_info": {"transpiler_options": {"layout": "x"}}}, "transpiler_options.layout"),
    ({"simulator_info": {"n_nodes": 12}}, "n_nodes"),
    ({"mitigation_info": {"zne": True}}, "zne"),
    ({"mitigation_info": {"ro_error_mitigation": "pseudo_inverse"}}, "counts are given out as they were read"),
    ({"program": "OPENQASM 3; warp q;"}, "warp"),
])
def test_refusals_reach_the_user(client, options, message):
    asked = {"device_id": "ideal", "program": program(1, [0]), "shots": 10, **options}
    with pytest.raises(UserApiError, match=message):
        client.submit_job(OqtopusJobSpec.sampling(**asked))


def test_python_is_not_run(client):
    with pytest.raises(UserApiError, match="'sse' is none of"):
        client.submit_job(OqtopusJobSpec.sse(device_id="ideal", program="print(1)"))


def test_listing_cancelling_deleting_from_a_fresh_client(daemon, client):
    name = f"n{random.randrange(10**9)}"
    jobs = [client.submit_job(OqtopusJobSpec.sampling(
        device_id="ion-chain-20", program=program(2, [0]), shots=2000, name=name)) for _ in range(3)]
    fresh = connect(daemon, daemon.token)
    assert len(fresh.list_jobs(q=name)) == 3
    try:
        fresh.cancel_job(jobs[-1].job_id)
        assert fresh.get_job(jobs[-1].job_id).status.value == "cancelled"
    except UserApiError as error:
        assert "is over" in str(error)
    done = fresh.wait_for_job(jobs[0].job_id, timeout=60, interval=0.1)
    assert done.sampling["counts"]["01"] > 1500
    fresh.delete_job(jobs[0].job_id)
    with pytest.raises(UserApiError, match="404"):
        fresh.get_job(jobs[0].job_id)


def test_two_users_do_not_see_each_other(daemon, client):
    job = client.submit_job(OqtopusJobSpec.sampling(device_id="ideal", program=program(1, []), shots=1))
    other = connect(daemon, daemon.other_user())
    # Of a 404 the client's own words are the status; ours go along with it.
    for ask in (other.get_job, other.cancel_job):
        with pytest.raises(UserApiError, match="404") as found:
            ask(job.job_id)
        assert "there is no" in str(found.value.payload)
    assert other.list_jobs() == []
    nobody = connect(daemon, "nobody")
    with pytest.raises(UserApiError, match="401") as found:
        nobody.list_devices()
    assert "token" in str(found.value.payload)


def archive(*files, method=zipfile.ZIP_DEFLATED):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", method) as packed:
        for k, content in enumerate(files):
            packed.writestr(f"{k}.json", content)
    return memory.getvalue()


def upload(daemon, file, change=None):
    headers = {"q-api-token": daemon.token}
    job = httpx.post(f"{daemon.url}/oqtopus/jobs", headers=headers).json()
    link = job["presigned_url"]
    fields = {**link["fields"], **(change or {})}
    return httpx.post(link["url"], data=fields, files={"file": ("input.zip", file, "application/zip")}, timeout=60)


def test_uploads_that_are_none(daemon, client):
    good = archive(json.dumps({"program": ["x"]}))
    assert upload(daemon, good).status_code == 204
    assert upload(daemon, archive(json.dumps({"program": ["x"]}), method=zipfile.ZIP_STORED)).status_code == 204
    bomb = archive(b" " * (300 << 20))
    assert len(bomb) < 1 << 20 and upload(daemon, bomb).status_code == 413
    for wrong in [b"", b"PK", good[:-30], good[30:], archive("{}", "{}"), archive("[1"), archive("[]"),
                  good.replace(b"PK\x01\x02", b"PK\x01\x03"), os.urandom(4000)]:
        answer = upload(daemon, wrong)
        assert 400 <= answer.status_code < 500 and answer.json()["message"], wrong[:20]
    damaged = bytearray(good)
    damaged[45] ^= 0x55
    assert 400 <= upload(daemon, bytes(damaged)).status_code < 500
    assert upload(daemon, good, {"signature": "s"}).status_code == 403
    assert upload(daemon, good, {"key": f"{uuid.uuid4()}/input.zip"}).status_code == 403
    for body, media in [(b"", "multipart/form-data; boundary=x"), (b"--x--", "multipart/form-data; boundary=x"),
                        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"), (b"", "multipart/form-data"),
                        (b"--x" * 20000, "multipart/form-data; boundary=x"), (b"{}", "application/json")]:
        answer = httpx.post(f"{daemon.url}/oqtopus/upload", content=body, headers={"Content-Type": media})
        assert 400 <= answer.status_code < 500
