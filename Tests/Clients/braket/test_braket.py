"""Amazon Braket's SDK, unmodified, against Braket's own local simulator."""

import datetime
import math
import random
import uuid
import warnings

import numpy as np
import pytest
from botocore.exceptions import ClientError
from braket.aws import AwsDevice, AwsQuantumTask, AwsSession
from braket.circuits import Circuit, FreeParameter, Observable
from braket.device_schema.iqm import IqmDeviceCapabilities
from braket.device_schema.simulators import GateModelSimulatorDeviceCapabilities
from braket.devices import LocalSimulator
from braket.ir.openqasm import Program
from braket.program_sets import CircuitBinding, ProgramSet
from braket.tracking import Tracker
from fixtures import HERON, IDEAL, refusal, session
from programs import EXPECTATION_SIGMAS, is_plausible, programs

warnings.filterwarnings("ignore")
SHOTS = 2000
local = LocalSimulator("braket_sv")


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


@pytest.mark.parametrize("machine", ["heron-133", "garnet-20", "ion-chain-20", "atoms-48"])
def test_verbatim_boxes_hold_native_gates_alone(heron, machine):
    device = AwsDevice(f"arn:aws:braket:us-east-1::device/qpu/kelvin/{machine}")
    a, b = next(iter(device.topology_graph.edges))
    c = next(site for site in device.topology_graph.nodes if site not in (a, b))
    native = device.properties.paradigm.nativeGateSet
    boxes = {"h": Circuit().h(a), "s": Circuit().s(a), "ry": Circuit().ry(a, 0.3), "u": Circuit().u(a, 0.1, 0.2, 0.3),
             "cx": Circuit().cnot(a, b), "swap": Circuit().swap(a, b), "ccx": Circuit().ccnot(a, b, c)}
    assert not set(boxes) & set(native)
    # Each is refused by its name, at once or by the task: nothing in a box is translated.
    for name, box in boxes.items():
        with pytest.raises((ClientError, ValueError), match=f"'{name}', which is no native gate of {machine}"):
            task = device.run(Circuit().add_verbatim_box(box), shots=10, disable_qubit_rewiring=True)
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
