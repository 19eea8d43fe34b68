"""Amazon Braket's SDK and its PennyLane plugin, unmodified, against Braket's own local simulator."""

import datetime
import json
import math
import os
import random
import uuid
import warnings

import boto3
import botocore.auth
import httpx
import numpy as np
import pennylane as qml
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from braket.aws import AwsDevice, AwsQuantumTask, AwsSession
from braket.circuits import Circuit, FreeParameter, Observable
from braket.device_schema import GateModelParameters
from braket.device_schema.iqm import IqmDeviceCapabilities
from braket.device_schema.simulators import GateModelSimulatorDeviceCapabilities, GateModelSimulatorDeviceParameters
from braket.devices import LocalSimulator
from braket.ir.openqasm import Program
from braket.program_sets import CircuitBinding, ProgramSet
from braket.tracking import Tracker
from programs import EXPECTATION_SIGMAS, is_plausible, programs

warnings.filterwarnings("ignore")
SHOTS = 2000
IDEAL = "arn:aws:braket:::device/quantum-simulator/kelvin/ideal"
HERON = "arn:aws:braket:us-east-1::device/qpu/kelvin/heron-133"
local = LocalSimulator("braket_sv")


@pytest.fixture(scope="module", autouse=True)
def credentials(daemon):
    """One address and one token, as users set them."""
    os.environ.update(
        AWS_ENDPOINT_URL=daemon.url + "/braket", AWS_ACCESS_KEY_ID=daemon.token, AWS_SECRET_ACCESS_KEY=daemon.token,
        AWS_REGION="eu-west-2", AWS_DEFAULT_REGION="eu-west-2")
    os.environ.pop("AWS_SESSION_TOKEN", None)


@pytest.fixture(scope="module")
def ideal(credentials):
    return AwsDevice(IDEAL)


@pytest.fixture(scope="module")
def heron(credentials):
    return AwsDevice(HERON)


def session(key, secret=None, region="us-east-1"):
    return AwsSession(boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret or key, region_name=region))


GATES = {
    "h": "h", "x": "x", "y": "y", "z": "z", "s": "s", "sdg": "si", "t": "t", "tdg": "ti", "sx": "v", "rx": "rx", "ry": "ry",
    "rz": "rz", "p": "phaseshift", "cx": "cnot", "cz": "cz", "swap": "swap", "cy": "cy", "rxx": "xx", "ryy": "yy",
    "rzz": "zz", "cp": "cphaseshift",
}


def controlled(circuit, gate, angle, control, target):
    """A controlled rotation without `ctrl @`, with which Braket's local simulator 1.41.2 goes wrong on four qubits."""
    turn = {"rx": lambda: circuit.h(target), "ry": lambda: circuit.rx(target, math.pi / 2)}.get(gate, lambda: None)
    back = {"rx": lambda: circuit.h(target), "ry": lambda: circuit.rx(target, -math.pi / 2)}.get(gate, lambda: None)
    turn()
    circuit.rz(target, angle / 2).cnot(control, target).rz(target, -angle / 2).cnot(control, target)
    back()


def circuit(program):
    result = Circuit()
    for gate, angles, qubits in program.steps:
        if gate in GATES:
            getattr(result, GATES[gate])(*qubits, *angles)
        else:
            controlled(result, gate[1:], *angles, *qubits)
    return result


def distribution(circuit, targets):
    """By Braket's local simulator, the first target leftmost.

    Summed up here: version 1.41.2 of the simulator turns some orders of three and more targets around.
    """
    state = local.run(circuit.copy().state_vector(), shots=0).result().values[0]
    qubits, shares = sorted(int(qubit) for qubit in circuit.qubits), {}
    for index, amplitude in enumerate(state):
        bits = format(index, f"0{len(qubits)}b")
        outcome = "".join(bits[qubits.index(target)] for target in targets)
        shares[outcome] = shares.get(outcome, 0.0) + abs(amplitude) ** 2
    return shares


def test_the_programs_come_back_as_braket_s_simulator_has_them(ideal):
    some = programs()
    circuits, measured = [], []
    for program in some:
        targets = [qubit for qubit, _, _ in program.measured]
        measured.append(targets)
        circuits.append(circuit(program).measure(targets))
    results = ideal.run_batch(circuits, shots=SHOTS).results()
    for program, targets, result in zip(some, measured, results, strict=True):
        assert list(result.measured_qubits) == targets
        assert sum(result.measurement_counts.values()) == SHOTS
        assert is_plausible(result.measurement_counts, distribution(circuit(program), targets), SHOTS), program


def test_gates_that_only_braket_has(ideal):
    a, b = random.uniform(0.2, 3), random.uniform(0.2, 3)
    one = Circuit().ry(0, 0.5).ry(1, 1.1).ry(2, 1.9)
    one.prx(0, a, b).gpi(1, a).gpi2(2, b).ms(0, 1, a, b, 0.7).xy(1, 2, a).pswap(0, 2, b).cphaseshift00(0, 1, a)
    one.cphaseshift01(1, 2, b).cphaseshift10(0, 2, a).iswap(0, 1).ecr(1, 2).cv(0, 1).ccnot(0, 1, 2).cswap(2, 0, 1)
    one.u(0, a, b, 0.3).gphase(0.4).x(2, control=[0, 1], control_state=[0, 1]).ry(1, a, power=-0.5).vi(0)
    one.unitary([2, 0], np.linalg.qr(np.random.randn(4, 4) + 1j * np.random.randn(4, 4))[0])
    counts = ideal.run(one, shots=4000).result().measurement_counts
    assert is_plausible(counts, distribution(one, [0, 1, 2]), 4000)


def test_controls_by_modifiers(ideal):
    angle = random.uniform(0.3, 3)
    one, other = Circuit(), Circuit()
    for k in range(5):
        one.ry(k, 0.4 + 0.5 * k)
        other.ry(k, 0.4 + 0.5 * k)
    one.rx(1, angle, control=[3]).h(1).ry(2, -angle, control=[0, 4], control_state=[1, 0]).h(2)
    rx, ry = Circuit().rx(0, angle).to_unitary(), Circuit().ry(0, -angle).to_unitary()
    # On (3, 1) where 3 holds 1; on (0, 4, 2) where the first two hold 10.
    first, second = np.eye(4, dtype=complex), np.eye(8, dtype=complex)
    first[2:, 2:], second[4:6, 4:6] = rx, ry
    other.unitary([3, 1], first).h(1).unitary([0, 4, 2], second).h(2)
    ours = ideal.run(one.probability(), shots=0).result().values[0]
    np.testing.assert_allclose(ours, local.run(other.probability(), shots=0).result().values[0], atol=1e-9)


def test_qubits_with_gaps_keep_their_numbers(ideal):
    one = Circuit().ry(7, 0.4).ry(2, 1.3).cnot(7, 4)
    result = ideal.run(one, shots=SHOTS).result()
    assert list(result.measured_qubits) == [2, 4, 7]
    assert is_plausible(result.measurement_counts, distribution(one, [2, 4, 7]), SHOTS)


def test_dynamic_programs(ideal):
    a, b = (round(random.uniform(0.4, 2.6), 4) for _ in range(2))
    source = f"""OPENQASM 3.0;
        qubit[3] q; bit[3] c;
        ry({a}) q[0]; ry({b}) q[1];
        c[0] = measure q[0];
        if (c[0]) {{ x q[2]; ry(0.8) q[1]; }} else {{ h q[2]; }}
        c[1] = measure q[1]; c[2] = measure q[2];"""
    theirs = local.run(Program(source=source), shots=20_000).result().measurement_counts
    ours = ideal.run(Program(source=source), shots=20_000).result().measurement_counts
    assert set(ours) == set(theirs)
    for outcome in theirs:
        assert ours[outcome] / 20_000 == pytest.approx(theirs[outcome] / 20_000, abs=0.025)


def observables():
    matrix = np.random.randn(4, 4) + 1j * np.random.randn(4, 4)
    yield Observable.X() @ Observable.Y(), [0, 2]
    yield Observable.H() @ Observable.Z() @ Observable.I(), [2, 0, 1]
    yield Observable.Hermitian(matrix + matrix.conj().T), [2, 1]
    yield Observable.Y(), [1]


@pytest.mark.parametrize("number", range(4))
def test_results_that_shots_tell(ideal, number):
    observable, targets = list(observables())[number]
    program = next(p for p in programs() if p.qubits >= 3)
    values, spread = [], None
    for kind in ("expectation", "variance"):
        exact = local.run(getattr(circuit(program), kind)(observable, targets), shots=0).result().values[0]
        values.append(exact)
    spread = math.sqrt(values[1] / SHOTS)
    one = circuit(program).expectation(observable, targets).variance(observable, targets).sample(observable, targets)
    result = ideal.run(one, shots=SHOTS).result()
    mean, variance, samples = result.values
    assert len(samples) == SHOTS
    assert mean == pytest.approx(np.mean(samples)) and variance == pytest.approx(np.var(samples))
    assert mean == pytest.approx(values[0], abs=EXPECTATION_SIGMAS * spread + 1e-9)
    eigenvalues = np.linalg.eigvalsh(observable.to_matrix())
    assert all(np.abs(eigenvalues - value).min() < 1e-7 for value in set(samples))
    # The result knows them by what was asked for.
    assert result.get_value_by_result_type(one.result_types[0]) == mean


def test_exact_results_as_braket_s_simulator_has_them(ideal):
    for program in programs(6):
        one = circuit(program)
        for observable, targets in list(observables())[-1:] if program.qubits < 3 else observables():
            one.expectation(observable, targets).variance(observable, targets)
        one.expectation(Observable.Z()).probability([1, 0]).probability()
        theirs, ours = local.run(one, shots=0).result().values, ideal.run(one, shots=0).result().values
        for a, b in zip(theirs, ours, strict=True):
            np.testing.assert_allclose(b, a, atol=1e-9)


def test_states_with_their_phases(ideal):
    for program in programs(5):
        one = circuit(program).unitary([1, 0], np.linalg.qr(np.random.randn(4, 4) + 1j * np.random.randn(4, 4))[0])
        one.gphase(random.uniform(-3, 3))
        state = "".join(random.choice("01") for _ in range(program.qubits))
        one.state_vector().amplitude([state]).density_matrix([1, 0]).density_matrix()
        ours, theirs = ideal.run(one, shots=0).result().values, local.run(one, shots=0).result().values
        np.testing.assert_allclose(ours[0], theirs[0], atol=1e-8)
        assert ours[1][state] == pytest.approx(theirs[1][state], abs=1e-8)
        for k in (2, 3):
            matrix = np.array(ours[k])
            if matrix.ndim == 3:
                matrix = matrix[..., 0] + 1j * matrix[..., 1]
            np.testing.assert_allclose(matrix, theirs[k], atol=1e-8)


def test_noise_of_the_program(ideal):
    one = Circuit().ry(0, 0.9).cnot(0, 1).bit_flip(0, 0.2).depolarizing(1, 0.1).amplitude_damping(0, 0.3)
    one.expectation(Observable.Z() @ Observable.Z(), [0, 1])
    exact = LocalSimulator("braket_dm").run(one, shots=0).result().values[0]
    assert ideal.run(one, shots=20_000).result().values[0] == pytest.approx(exact, abs=0.04)


def test_parameters_and_batches(ideal):
    theta = FreeParameter("theta")
    one = Circuit().rx(0, theta).ry(1, 2 * theta + 0.1)
    angle = random.uniform(0.3, 2.5)
    counts = ideal.run(one, shots=SHOTS, inputs={"theta": angle}).result().measurement_counts
    assert is_plausible(counts, distribution(one.make_bound_circuit({"theta": angle}), [0, 1]), SHOTS)
    raw = "OPENQASM 3.0; input float a; qubit[2] q; bit[2] b; rx(a * 2) q[1]; b = measure q;"
    counts = ideal.run(Program(source=raw, inputs={"a": angle / 2}), shots=SHOTS).result().measurement_counts
    assert is_plausible(counts, {"00": math.cos(angle / 2) ** 2, "01": math.sin(angle / 2) ** 2}, SHOTS)


def test_program_sets(ideal):
    some = [circuit(p) for p in programs(3)]
    binding = CircuitBinding(
        Circuit().rx(0, FreeParameter("alpha")).ry(1, FreeParameter("beta")).cnot(0, 1), input_sets={"alpha": [0.3, 1.2], "beta": [2.1, 0.7]})
    task = ideal.run(ProgramSet([*some, binding], shots_per_executable=SHOTS))
    assert task.metadata()["actionMetadata"] == {
        "actionType": "braket.ir.openqasm.program_set", "programCount": 4, "executableCount": 5}
    result = task.result()
    for one, part in zip(some, result, strict=False):
        counts = part[0].counts
        assert is_plausible(counts, distribution(one, sorted(int(q) for q in one.qubits)), SHOTS)
    for k, (a, b) in enumerate([(0.3, 2.1), (1.2, 0.7)]):
        one = Circuit().rx(0, a).ry(1, b).cnot(0, 1)
        assert is_plausible(result[3][k].counts, distribution(one, [0, 1]), SHOTS)
    with pytest.raises(ClientError, match="shared out equally"):
        ideal.run(ProgramSet([some[0], some[1]]), shots=101)


def test_observables_of_program_sets(ideal):
    one = Circuit().ry(0, 0.8).cnot(0, 1)
    some = [Observable.Z(0) @ Observable.Z(1), Observable.X(0) @ Observable.X(1), Observable.Y(0) @ Observable.Y(1)]
    result = ideal.run(ProgramSet(CircuitBinding(one, observables=some), shots_per_executable=4000)).result()
    for observable, entry in zip(some, result[0], strict=True):
        exact = local.run(one.copy().expectation(observable), shots=0).result().values[0]
        assert entry.expectation == pytest.approx(exact, abs=0.08)


def test_machines_are_described_as_they_are(service):
    found = {device.name: device for device in AwsDevice.get_devices(statuses=["ONLINE"])}
    assert set(found) == {device.id for device in service.devices() if device.status in ("online", "busy", "calibrating")}
    heron, ideal = found["heron-133"], found["ideal"]
    assert heron.type == "QPU" and ideal.type == "SIMULATOR" and "emulated" in heron.provider_name.lower()
    assert isinstance(heron.properties, IqmDeviceCapabilities)
    assert isinstance(ideal.properties, GateModelSimulatorDeviceCapabilities)
    assert "Emulated" in heron.properties.service.deviceDocumentation.summary
    assert heron.topology_graph.number_of_nodes() > 100 and heron.is_available
    assert heron.properties.standardized.oneQubitProperties["0"].T1.value > 1e-6
    assert heron.properties.paradigm.nativeGateSet
    assert [q for q in heron.queue_depth().quantum_tasks.values()][0].isdigit()
    names = [d.name for d in AwsDevice.get_devices(types=["QPU"], names=["heron-133", "willow-105"], order_by="name")]
    assert names == ["heron-133", "willow-105"]
    for bad in ("arn:aws:braket:::device/qpu/kelvin/nothing-1", "arn:aws:braket:::device/quantum-simulator/amazon/tn1",
                "arn:aws:braket:::device/quantum-simulator/kelvin/heron-133"):
        with pytest.raises(ValueError, match="not found"):
            AwsDevice(bad)
        code, message = refusal(lambda name=bad: AwsSession().get_device(name))
        assert code == "ResourceNotFoundException" and "there is no device" in message


def test_a_machine_runs_what_is_compiled_for_it(heron):
    result = heron.run(Circuit().h(0).cnot(0, 1).cnot(1, 2), shots=SHOTS).result()
    good = result.measurement_counts["000"] + result.measurement_counts["111"]
    assert 0.75 * SHOTS < good < SHOTS
    assert "$" in result.get_compiled_circuit()
    value = heron.run(Circuit().x(0).expectation(Observable.Z(), 0), shots=SHOTS).result().values[0]
    assert -1 <= value < -0.9


def test_verbatim_boxes_stay_as_they_are(heron):
    a, b = next(iter(heron.topology_graph.edges))
    box = Circuit().rz(a, 0.3).prx(a, 1.1, 0.2).cz(a, b) if "prx" in heron.properties.paradigm.nativeGateSet else (
        Circuit().v(a).rz(a, 0.3).v(a).cz(a, b).x(b))
    result = heron.run(Circuit().add_verbatim_box(box), shots=500, disable_qubit_rewiring=True).result()
    assert sorted(result.measured_qubits) == sorted([a, b])
    compiled = result.get_compiled_circuit()
    assert f"cz ${a}, ${b};" in compiled and f"measure ${a};" in compiled
    assert compiled.count(f"sx ${a};") == 2
    # What is no native gate is refused by its name, at once or by the task.
    with pytest.raises((ClientError, ValueError), match="native gate"):
        task = heron.run(Circuit().add_verbatim_box(Circuit().ccnot(a, b, 3)), shots=10, disable_qubit_rewiring=True)
        task.result()
        raise ValueError(task.metadata()["failureReason"])


def test_physical_qubits_name_sites(heron):
    a, b = list(heron.topology_graph.edges)[5]
    result = heron.run(Program(source=f"OPENQASM 3.0; bit[2] c; x ${b}; cnot ${b}, ${a}; c[0] = measure ${a}; c[1] = measure ${b};"),
                       shots=200).result()
    assert list(result.measured_qubits) == [a, b]
    assert result.measurement_counts.most_common(1)[0][0] == "11"


def test_a_program_that_fits_no_machine(heron):
    with pytest.raises((ClientError, ValueError), match="140"):
        task = heron.run(Program(source="OPENQASM 3.0; qubit[140] q; bit[140] c; h q; c = measure q;"), shots=10)
        task.result()
        raise ValueError(task.metadata()["failureReason"])


def test_a_failed_task_says_why(ideal):
    task = ideal.run(Program(source="""OPENQASM 3.0; qubit q; bit b; uint[8] n = 0; h q; b = measure q;
        while (n < 5) { n = n * 1; } b = measure q;"""), shots=5)
    assert task.result() is None and task.state() == "FAILED"
    assert "loop" in task.metadata()["failureReason"]


def test_a_task_from_another_place_and_time(ideal):
    tags = {"who": uuid.uuid4().hex, "a b": "c=d"}
    task = ideal.run(Circuit().x(1).i(0), shots=7, tags=tags, s3_destination_folder=("any-bucket", "deep/in/it"))
    task.result()
    fresh = AwsQuantumTask(arn=task.id)
    assert fresh.state() == "COMPLETED"
    assert fresh.result().measurement_counts == {"01": 7}
    found = fresh.metadata()
    assert found["tags"] == tags and found["outputS3Bucket"] == "any-bucket" and found["shots"] == 7
    assert abs((found["endedAt"] - found["createdAt"]).total_seconds()) < 60
    assert fresh.queue_position().queue_position is None
    client = AwsSession().braket_client
    client.tag_resource(resourceArn=task.id, tags={"more": "yes"})
    client.untag_resource(resourceArn=task.id, tagKeys=["who"])
    assert client.list_tags_for_resource(resourceArn=task.id)["tags"] == {"a b": "c=d", "more": "yes"}


def test_lists_and_filters(daemon):
    token = daemon.other_user()
    own = session(token)
    device = AwsDevice(IDEAL, aws_session=own)
    tasks = [device.run(Circuit().h(0), shots=3 + k) for k in range(5)]
    for task in tasks:
        task.result()
    client = own.braket_client

    def search(*filters, **more):
        pages = client.get_paginator("search_quantum_tasks").paginate(
            filters=[dict(zip(("name", "operator", "values"), f, strict=True)) for f in filters], **more)
        return [task["quantumTaskArn"] for page in pages for task in page["quantumTasks"]]

    arns = [task.id for task in tasks]
    assert search() == arns[::-1]
    assert search(PaginationConfig={"PageSize": 2}) == arns[::-1]
    assert search(("status", "EQUAL", ["COMPLETED"]), ("deviceArn", "EQUAL", [IDEAL])) == arns[::-1]
    assert search(("status", "EQUAL", ["CANCELLED"])) == []
    assert search(("quantumTaskArn", "EQUAL", [arns[2]])) == [arns[2]]
    now = datetime.datetime.now(datetime.UTC)
    hour = datetime.timedelta(hours=1)
    assert search(("createdAt", "BETWEEN", [(now - hour).isoformat()[:23] + "Z", (now + hour).isoformat()[:23] + "Z"]))
    assert search(("createdAt", "GT", [(now + hour).strftime("%Y-%m-%dT%H:%M:%SZ")])) == []
    with pytest.raises(ClientError, match="shoe size"):
        search(("shoe size", "EQUAL", ["44"]))


def test_the_same_token_is_the_same_task(credentials):
    client = AwsSession().braket_client
    request = dict(
        clientToken=uuid.uuid4().hex, deviceArn=IDEAL, shots=5, outputS3Bucket="bucket", outputS3KeyPrefix="prefix",
        action=Program(source="OPENQASM 3.0; qubit q; bit b; h q; b = measure q;").json())
    arn = client.create_quantum_task(**request)["quantumTaskArn"]
    assert client.create_quantum_task(**request)["quantumTaskArn"] == arn
    with pytest.raises(ClientError) as caught:
        client.create_quantum_task(**{**request, "shots": 6})
    assert caught.value.response["Error"]["Code"] == "ConflictException"


def test_cancellation(heron):
    slow = Circuit()
    for k in range(12):
        slow.h(k).cnot(k, k + 1)
    task = heron.run(slow, shots=100_000)
    task.cancel()
    assert task.state() in ("CANCELLING", "CANCELLED", "COMPLETED")
    if task.state() != "COMPLETED":
        assert task.result() is None
    done = heron.run(Circuit().x(0), shots=5)
    done.result()
    with pytest.raises(ClientError) as caught:
        done.cancel()
    assert caught.value.response["Error"]["Code"] == "ConflictException"


def test_nobody_sees_the_tasks_of_others(daemon, ideal):
    task = ideal.run(Circuit().h(0), shots=5)
    task.result()
    theirs = session(daemon.other_user())
    with pytest.raises(ClientError) as caught:
        AwsQuantumTask(arn=task.id, aws_session=theirs).state()
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
    where = task.metadata()
    with pytest.raises(ClientError) as caught:
        theirs.retrieve_s3_object_body(where["outputS3Bucket"], where["outputS3Directory"] + "/results.json")
    assert caught.value.response["Error"]["Code"] == "NoSuchKey"
    with pytest.raises(ClientError):
        theirs.cancel_quantum_task(task.id)
    assert theirs.braket_client.search_quantum_tasks(filters=[])["quantumTasks"] == []


def test_the_tracker_counts(ideal, heron):
    with Tracker() as tracker:
        ideal.run(Circuit().h(0), shots=11).result()
        heron.run(Circuit().x(0), shots=13).result()
    found = tracker.quantum_tasks_statistics()
    assert found[IDEAL]["shots"] == 11 and found[IDEAL]["tasks"] == {"COMPLETED": 1}
    assert found[IDEAL]["execution_duration"] > datetime.timedelta(0)
    assert found[HERON]["shots"] == 13


def refusal(make):
    with pytest.raises(ClientError) as caught:
        make()
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_wrong_credentials(daemon, ideal):
    token = daemon.token
    wrong = "kelvin_" + uuid.uuid4().hex + "01234567890"
    code, message = refusal(lambda: session(token, wrong).braket_client.search_devices(filters=[]))
    assert code == "InvalidSignatureException" and "does not match" in message
    code, _ = refusal(lambda: session(wrong).braket_client.search_devices(filters=[]))
    assert code == "UnrecognizedClientException"
    code, _ = refusal(lambda: session("AKIAIOSFODNN7EXAMPLE", "secret").sts_client.get_caller_identity())
    assert code == "UnrecognizedClientException"
    code, _ = refusal(lambda: session(token, wrong).s3_client.get_object(Bucket="b", Key="k/results.json"))
    assert code == "InvalidSignatureException"


def signed(daemon, body=b'{"filters": []}', path="/braket/devices", date=None):
    request = AWSRequest("POST", daemon.url + path, data=body, headers={"Content-Type": "application/json"})
    signer = botocore.auth.SigV4Auth(Credentials(daemon.token, daemon.token), "braket", "us-east-1")
    with pytest.MonkeyPatch.context() as patch:
        if date:
            patch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: date)
        signer.add_auth(request)
    return dict(request.headers)


def test_signatures_cover_the_body_and_age(daemon):
    url = daemon.url + "/braket/devices"
    headers = signed(daemon)
    assert httpx.post(url, content=b'{"filters": []}', headers=headers).status_code == 200
    changed = httpx.post(url, content=b'{"filters": [ ]}', headers=headers)
    assert changed.status_code == 403 and changed.headers["x-amzn-ErrorType"] == "InvalidSignatureException"
    elsewhere = httpx.post(daemon.url + "/braket/quantum-tasks", content=b'{"filters": []}', headers=headers)
    assert elsewhere.status_code == 403
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    for minutes, status in ((-14, 200), (-16, 403), (16, 403)):
        old = signed(daemon, date=now + datetime.timedelta(minutes=minutes))
        answer = httpx.post(url, content=b'{"filters": []}', headers=old)
        assert answer.status_code == status, answer.text
        assert status == 200 or "expired" in answer.json()["message"]


@pytest.mark.parametrize(("source", "why"), [
    ("OPENQASM 3.0; qubit[2] q; hadamard q[0];", "hadamard"),
    ("OPENQASM 3.0; qubit[2] q; h q[5];", "q"),
    ("this is no program", "OPENQASM|expected|program"),
    ("OPENQASM 3.0; qubit q; input float a; bit b; rx(a) q; b = measure q;", "a"),
    ("OPENQASM 3.0; bit b;", "no qubit"),
    ("OPENQASM 3.0; qubit[2] q; h q;\n#pragma braket result state_vector", "without shots"),
    ("OPENQASM 3.0; qubit[2] q; h q;\n#pragma braket result expectation x(q[0])\n#pragma braket result expectation z(q[0])",
     "bases"),
    ("OPENQASM 3.0; qubit[2] q; h q;\n#pragma braket result adjoint_gradient expectation(x(q[0]))", "adjoint_gradient"),
    ("OPENQASM 3.0; qubit[1] q; output float y; bit b; b = measure q[0];", "output"),
    ("OPENQASM 3.0; " + "qubit[20] q; " + "{" * 5000, "."),
])
def test_programs_that_cannot_be_run(ideal, source, why):
    with pytest.raises(ClientError, match=why) as caught:
        ideal.run(Program(source=source), shots=10)
    assert caught.value.response["Error"]["Code"] == "ValidationException"


def test_requests_that_mean_nothing(ideal, heron, daemon):
    good = dict(
        clientToken="t", deviceArn=IDEAL, shots=5, outputS3Bucket="bucket", outputS3KeyPrefix="prefix",
        action=json.dumps({"braketSchemaHeader": {"name": "braket.ir.openqasm.program", "version": "1"},
                           "source": "OPENQASM 3.0; qubit q; h q;"}))
    client = AwsSession().braket_client

    def why(**changed):
        code, message = refusal(lambda: client.create_quantum_task(**{**good, "clientToken": uuid.uuid4().hex, **changed}))
        assert code in ("ValidationException", "ResourceNotFoundException"), (code, message)
        return message

    assert "shots" in why(shots=10_000_000) and "no JSON" in why(action="{") and "hybrid jobs" in why(jobToken="x")
    assert "analog" in why(action=json.dumps({"braketSchemaHeader": {"name": "braket.ir.ahs.program", "version": "1"}}))
    assert "no device" in why(deviceArn="arn:aws:braket:::device/qpu/kelvin/no")
    assert "errorMitigation" in why(deviceParameters=json.dumps({"errorMitigation": [{"type": "debias"}]}))
    assert "reserves" in why(associations=[{"arn": "arn:aws:braket:us-east-1:1:reservation/1", "type": "RESERVATION_TIME_WINDOW_ARN"}])
    assert "no JSON" in why(action="[" * 100_000) and "source" in why(action=json.dumps(
        {"braketSchemaHeader": {"name": "braket.ir.openqasm.program", "version": "1"}, "source": 7}))
    with pytest.raises(ClientError, match="shots"):
        heron.run(Circuit().h(0).state_vector(), shots=0)
    with pytest.raises(ClientError, match="2 digits"):
        ideal.run(Program(source='OPENQASM 3.0; qubit[2] q; h q;\n#pragma braket result amplitude "0"'), shots=0)
    with pytest.raises(ClientError, match="physical qubits"):
        heron.run(Program(source="OPENQASM 3.0; qubit q; bit b; x q; b = measure q;"), shots=5,
                  device_parameters=GateModelSimulatorDeviceParameters(
                      paradigmParameters=GateModelParameters(qubitCount=1, disableQubitRewiring=True)))
    with pytest.raises(ClientError, match="hybrid jobs"):
        client.search_jobs(filters=[])
    for body in (b"", b"{", b"\xff\xfe", b"[]", b'{"shots": "many"}', b'{"a": ' + b"[" * 4000):
        answer = httpx.post(daemon.url + "/braket/quantum-task", content=body,
                            headers=signed(daemon, body, "/braket/quantum-task"))
        assert answer.status_code == 400 and answer.headers["x-amzn-ErrorType"] == "ValidationException", answer.text


def test_buckets_hold_results_alone(credentials):
    s3 = AwsSession().s3_client
    s3.create_bucket(Bucket="some-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    assert refusal(lambda: s3.put_object(Bucket="some-bucket", Key="x", Body=b"1"))[0] == "AccessDenied"
    assert refusal(lambda: s3.get_object(Bucket="some-bucket", Key="../../etc/passwd"))[0]
    assert refusal(lambda: s3.get_object(Bucket="some-bucket", Key="tasks/x/results.json"))[0] == "NoSuchKey"


# PennyLane.


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

