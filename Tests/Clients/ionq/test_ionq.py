"""qiskit-ionq and cirq-ionq, unmodified, against the simulators of Qiskit and Cirq."""

import math
import os
import random
import uuid
import warnings

import cirq
import cirq_ionq
import httpx
import numpy as np
import pytest
import qiskit_ionq
from cirq_ionq.ionq_exceptions import IonQException, IonQNotFoundException
from programs import is_plausible, programs
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, transpile
from qiskit.circuit.library import PauliEvolutionGate
from qiskit.quantum_info import SparsePauliOp
from qiskit_aer import AerSimulator
from qiskit_ionq import GPI2Gate, GPIGate, IonQProvider, MSGate, Session
from qiskit_ionq.exceptions import IonQAPIError, IonQJobFailureError
from qiskit_programs import circuit, exact, is_like

warnings.filterwarnings("ignore")
SHOTS = 2000


@pytest.fixture(scope="module")
def provider(daemon):
    os.environ["IONQ_API_URL"] = daemon.url + "/ionq/v0.4"
    return IonQProvider(daemon.token, daemon.url + "/ionq/v0.4")


@pytest.fixture(scope="module")
def simulator(provider):
    return provider.get_backend("ionq_simulator")


@pytest.fixture(scope="module")
def ions(provider):
    return provider.get_backend("ionq_qpu.ion-chain-20")


@pytest.fixture(scope="module")
def cirq_service(daemon):
    return cirq_ionq.Service(remote_host=daemon.url, api_key=daemon.token, default_target="simulator")


def sampled(one):
    """By Qiskit's simulator, for circuits that measure before their end."""
    shots = 100_000
    counts = AerSimulator(seed_simulator=7).run(transpile(one, AerSimulator()), shots=shots).result().get_counts()
    return {outcome: count / shots for outcome, count in counts.items()}


def is_close(counts, expected, shots):
    # Both sides were sampled.
    return is_plausible(counts, expected, shots, sigmas=6.5)


def test_the_programs_come_back_as_they_are(simulator):
    circuits = [circuit(program) for program in programs()]
    compiled = [transpile(one, simulator, optimization_level=0) for one in circuits]
    jobs = [simulator.run(one, shots=SHOTS) for one in compiled[:12]]
    several = simulator.run(compiled[12:], shots=SHOTS)
    for one, job in zip(circuits, jobs):
        assert is_like(job.result(wait=0.1).get_counts(), one, SHOTS), str(one)
    result = several.result(wait=0.1)
    for place, one in enumerate(circuits[12:]):
        assert is_like(result.get_counts(place), one, SHOTS), str(one)


def test_probabilities_are_exact(simulator):
    angle = random.uniform(0.3, 2.8)
    one = QuantumCircuit(3, 3)
    one.ry(angle, 0)
    one.x(2)
    one.measure([0, 1, 2], [2, 1, 0])
    found = simulator.run(one, shots=5000).result(wait=0.1).get_probabilities()
    assert abs(found["101"] - math.sin(angle / 2) ** 2) < 1e-9
    assert abs(found["001"] - math.cos(angle / 2) ** 2) < 1e-9


def test_gates_with_many_controls_and_exponentials(simulator):
    one = QuantumCircuit(5, 5)
    for k in range(5):
        one.ry(0.4 + 0.5 * k, k)
    one.mcx([0, 1, 2], 4)
    one.ccx(3, 1, 0)
    one.mcp(1.1, [0, 2, 3], 1)
    one.csx(4, 2)
    one.ch(2, 0)
    one.append(PauliEvolutionGate(SparsePauliOp(["XYI", "YXI", "IIZ"], [0.3, -0.8, 0.4]), time=0.7), [3, 1, 4])
    for k in range(5):
        one.rx(0.9 - 0.3 * k, k)
    one.measure(range(5), [4, 0, 3, 1, 2])
    counts = simulator.run(one, shots=SHOTS).result(wait=0.1).get_counts()
    assert is_like(counts, one, SHOTS)


def test_terms_that_do_not_commute_are_refused_by_name(simulator):
    one = QuantumCircuit(2, 2)
    one.append(PauliEvolutionGate(SparsePauliOp(["XI", "ZI"], [0.3, 0.8]), time=0.7), [0, 1])
    one.measure([0, 1], [0, 1])
    with pytest.raises(IonQAPIError, match="do not commute"):
        simulator.run(one, shots=10, extra_metadata={"ionq_compiler_synthesis": True})


def native(rng):
    one = QuantumCircuit(3, 3)
    for _ in range(8):
        kind, qubits = rng.randrange(3), rng.sample(range(3), 2)
        if kind == 0:
            one.append(GPIGate(rng.random()), [qubits[0]])
        elif kind == 1:
            one.append(GPI2Gate(rng.random()), [qubits[0]])
        else:
            one.append(MSGate(rng.random(), rng.random(), rng.uniform(0, 0.25)), qubits)
    one.measure([0, 1, 2], [1, 2, 0])
    return one


def unitary_shares(one):
    from qiskit.quantum_info import Operator, Statevector

    state = Statevector.from_label("000")
    places = []
    for step in one.data:
        qubits = [one.find_bit(q).index for q in step.qubits]
        if step.operation.name == "measure":
            places.append((qubits[0], one.find_bit(step.clbits[0]).index))
        else:
            state = state.evolve(Operator(step.operation.to_matrix()), qubits)
    shares = {}
    for index, share in enumerate(state.probabilities()):
        word = sum((index >> qubit & 1) << bit for qubit, bit in places)
        shares[format(word, "03b")] = shares.get(format(word, "03b"), 0.0) + share
    return shares


def test_native_gates_have_the_matrices_of_the_sdk(provider):
    backend = provider.get_backend("ionq_simulator", gateset="native")
    rng = random.Random()
    for _ in range(5):
        one = native(rng)
        found = backend.run(one, shots=5000).result(wait=0.1).get_probabilities()
        shares = unitary_shares(one)
        # Outcomes that its own sampling left out are not shown by the SDK.
        assert sum(found.values()) > 0.99
        for outcome, share in found.items():
            assert abs(shares[outcome] - share) < 1e-6


def test_native_gates_run_verbatim_on_the_ions(provider, service):
    backend = provider.get_backend("ionq_qpu.ion-chain-20", gateset="native")
    one = QuantumCircuit(3, 3)
    one.append(GPIGate(0.0), [2])
    one.append(GPI2Gate(0.25), [0])
    one.append(MSGate(0.0, 0.0, 0.25), [0, 1])
    one.measure([0, 1, 2], [0, 1, 2])
    job = backend.run(one, shots=300, memory=True, name=f"native-{uuid.uuid4()}")
    counts = job.result(wait=0.1).get_counts()
    assert sum(count for outcome, count in counts.items() if outcome[0] == "1") > 270
    assert len(job.get_memory()) == 300


def test_counts_and_memory_of_a_machine(ions):
    one = QuantumCircuit(QuantumRegister(3), ClassicalRegister(2, "a"), ClassicalRegister(1, "b"))
    one.x(0)
    one.measure([0, 1, 2], [1, 0, 2])
    job = ions.run(one, shots=200, memory=True)
    counts = job.result(wait=0.1).get_counts()
    assert counts["0 10"] > 170 and sum(counts.values()) == 200
    memory = job.get_memory()
    assert len(memory) == 200 and max(set(memory), key=memory.count) in ("0 10", "010")
    assert ions.num_qubits == 20 and ions.status()


def test_a_machine_without_measurements_in_the_middle_says_so(ions):
    one = QuantumCircuit(2, 2)
    one.h(0)
    one.measure(0, 0)
    one.x(0)
    one.measure(0, 1)
    with pytest.raises((IonQAPIError, IonQJobFailureError), match="ion-chain-20"):
        ions.run(one, shots=10).result(wait=0.1)


def test_measurements_in_the_middle(simulator):
    one = QuantumCircuit(QuantumRegister(2, "q"), ClassicalRegister(2, "early"), ClassicalRegister(1, "late"))
    one.ry(1.1, 0)
    one.measure(0, 1)
    one.reset(0)
    one.ry(0.6, 0)
    one.cx(0, 1)
    one.measure(0, 0)
    one.measure(1, 2)
    job = simulator.run(one, shots=SHOTS)
    assert is_close(job.result(wait=0.1).get_counts(), sampled(one), SHOTS)


def test_control_flow_runs_too(simulator):
    one = QuantumCircuit(QuantumRegister(2, "q"), ClassicalRegister(2, "m"))
    one.ry(0.9, 0)
    one.measure(0, 0)
    with one.if_test((one.clbits[0], 1)) as otherwise:
        one.ry(2.2, 1)
    with otherwise:
        one.ry(0.4, 1)
    one.measure(1, 1)
    counts = simulator.run(one, shots=SHOTS).result(wait=0.1).get_counts()
    assert is_close(counts, sampled(one), SHOTS)


def test_a_noise_model_is_a_machine(simulator):
    one = QuantumCircuit(5, 5)
    for layer in range(8):
        for k in range(5):
            one.ry(0.3 + 0.1 * layer + 0.2 * k, k)
            one.rxx(0.7 + 0.05 * layer, k, (k + 1) % 5)
    one.measure(range(5), range(5))
    found = simulator.run(one, shots=2000, noise_model="ion-chain-20").result(wait=0.1).get_probabilities()
    ideal = exact(one)
    # What sampling alone would move is a quarter of this.
    assert sum(abs(found.get(outcome, 0.0) - share) for outcome, share in ideal.items()) / 2 > 0.12
    with pytest.raises(IonQAPIError, match="noise.model: there is no 'aria-1'"):
        simulator.run(one, shots=10, noise_model="aria-1")


@pytest.mark.parametrize("options, message", [
    ({"error_mitigation": qiskit_ionq.ErrorMitigation.DEBIASING}, "error_mitigation.debiasing"),
    ({"job_settings": {"compilation": {"gate_basis": "ZZ"}}}, "compilation.gate_basis"),
    ({"job_settings": {"magic": True}}, "magic"),
    ({"dry_run": True}, "dry_run"),
    ({"extra_query_params": {"colour": "red"}}, "colour"),
    ({"shots": -3}, "shots"),
    ({"session_id": "nobody"}, "no session nobody"),
])
def test_what_kelvin_does_not_have_is_refused_by_name(simulator, options, message):
    one = QuantumCircuit(1, 1)
    one.x(0)
    one.measure(0, 0)
    with pytest.raises(IonQAPIError, match=message):
        simulator.run(one, **{"shots": 10, **options})


def test_options_that_are_honoured(simulator):
    one = QuantumCircuit(1, 1)
    one.x(0)
    one.measure(0, 0)
    job = simulator.run(
        one, shots=10, name=f"n{random.randrange(10**9)}", error_mitigation=qiskit_ionq.ErrorMitigation.NO_DEBIASING,
        job_settings={"compilation": {"opt": 0}})
    assert job.result(wait=0.1).get_counts() == {"1": 10}
    with pytest.raises(IonQAPIError, match="sharpen"):
        simulator.retrieve_job(job.job_id()).result(sharpen=True, wait=0.1)


def test_unknown_things_and_wrong_tokens(daemon, provider, simulator):
    with pytest.raises(IonQAPIError, match="there is no"):
        simulator.retrieve_job(str(uuid.uuid4()))
    other = IonQProvider("kelvin_" + "x" * 40, daemon.url + "/ionq/v0.4").get_backend("ionq_simulator")
    one = QuantumCircuit(1, 1)
    one.measure(0, 0)
    with pytest.raises(IonQAPIError, match="token"):
        other.run(one, shots=1)
    with pytest.raises(IonQAPIError, match="there is no backend 'qpu.nowhere-7'"):
        provider.get_backend("ionq_qpu.nowhere-7").run(one, shots=1)


def test_cancel_list_retrieve_and_delete(provider, ions):
    one = QuantumCircuit(2, 2)
    one.h(0)
    one.measure([0, 1], [0, 1])
    jobs = [ions.run(one, shots=1500, name=f"c{k}") for k in range(6)]
    jobs[-1].cancel()
    fresh = provider.get_backend("ionq_qpu.ion-chain-20")
    last = fresh.retrieve_job(jobs[-1].job_id())
    assert last.status().name in ("CANCELLED", "DONE")
    first = fresh.retrieve_job(jobs[0].job_id())
    assert sum(first.result(wait=0.1).get_counts().values()) > 1000
    first.cancel()
    fresh.client.delete_job(jobs[0].job_id())
    with pytest.raises(IonQAPIError):
        fresh.retrieve_job(jobs[0].job_id())


def test_a_session(ions):
    one = QuantumCircuit(1, 1)
    one.x(0)
    one.measure(0, 0)
    with Session(backend=ions, max_time=5, max_jobs=2) as session:
        assert session.status() in ("created", "started")
        assert ions.run(one, shots=50).result(wait=0.1).get_counts()["1"] > 40
        assert ions.run(one, shots=50).result(wait=0.1).get_counts()["1"] > 40
        with pytest.raises(IonQAPIError, match="2 jobs"):
            ions.run(one, shots=50)
    assert session.status() == "ended" and session.usage() > 0
    with pytest.raises(IonQAPIError, match="cost_limit"):
        Session(backend=ions, max_cost=5)


def test_estimates_and_figures(provider, ions):
    estimate = ions.client.estimate_job(
        backend="qpu.ion-chain-20", oneq_gates=10, twoq_gates=5, qubits=4, shots=1000)
    assert estimate.exec_time > 1 and estimate.cost == 0
    figures = ions.calibration()
    assert figures.qubits == 20 and len(figures.connectivity) == 190
    assert 0.9 < figures.median_spam_fidelity < 1


def test_two_users_do_not_see_each_other(daemon, provider, simulator):
    one = QuantumCircuit(1, 1)
    one.measure(0, 0)
    job = simulator.run(one, shots=1)
    token = daemon.other_user()
    other = IonQProvider(token, daemon.url + "/ionq/v0.4").get_backend("ionq_simulator")
    with pytest.raises(IonQAPIError, match="there is no"):
        other.retrieve_job(job.job_id())
    with pytest.raises(IonQAPIError, match="there is no"):
        other.cancel_job(job.job_id())
    own = other.run(one, shots=1)
    assert own.result(wait=0.1).get_counts() == {"0": 1}
    page = httpx.get(f"{daemon.url}/v0.4/jobs", headers={"Authorization": f"apiKey {token}"}).json()
    assert [entry["id"] for entry in page["jobs"]] == [own.job_id()]


# Cirq


def cirq_circuit(program):
    gates = {
        "h": cirq.H, "x": cirq.X, "y": cirq.Y, "z": cirq.Z, "s": cirq.S, "sdg": cirq.S**-1, "t": cirq.T,
        "tdg": cirq.T**-1, "sx": cirq.X**0.5, "cx": cirq.CNOT, "swap": cirq.SWAP,
    }
    turned = {
        "rx": cirq.rx, "ry": cirq.ry, "rz": cirq.rz, "p": lambda a: cirq.ZPowGate(exponent=a / math.pi),
        "rxx": lambda a: cirq.XXPowGate(exponent=a / math.pi), "ryy": lambda a: cirq.YYPowGate(exponent=a / math.pi),
        "rzz": lambda a: cirq.ZZPowGate(exponent=a / math.pi),
    }
    qubits = cirq.LineQubit.range(program.qubits)
    result = cirq.Circuit()
    for gate, angles, places in program.steps:
        on = [qubits[place] for place in places]
        if gate in gates:
            result.append(gates[gate](*on))
        elif gate in turned:
            result.append(turned[gate](*angles)(*on))
    for name, _ in program.registers:
        result.append(cirq.measure(*(qubits[q] for q, register, _ in program.measured if register == name), key=name))
    return result


def cirq_shares(one, key):
    unmeasured = cirq.Circuit(op for op in one.all_operations() if not cirq.is_measurement(op))
    qubits = sorted(one.all_qubits())
    state = cirq.Simulator(dtype=np.complex128).simulate(unmeasured, qubit_order=qubits).final_state_vector
    operation = next(op for op in one.all_operations() if cirq.is_measurement(op)
                     and cirq.measurement_key_name(op) == key)
    places = [qubits.index(q) for q in operation.qubits]
    shares = {}
    for index, amplitude in enumerate(state):
        bits = format(index, f"0{len(qubits)}b")
        outcome = int("".join(bits[place] for place in places), 2)
        shares[outcome] = shares.get(outcome, 0.0) + abs(amplitude) ** 2
    return shares


def test_cirq_programs_come_back_as_they_are(cirq_service):
    chosen = [program for program in programs(25)]
    circuits = [cirq_circuit(program) for program in chosen]
    jobs = [cirq_service.create_job(one, repetitions=SHOTS) for one in circuits[:10]]
    batch = cirq_service.create_batch_job(circuits[10:], repetitions=SHOTS)
    results = [job.results(polling_seconds=0.1) for job in jobs] + batch.results(polling_seconds=0.1)
    for one, program, result in zip(circuits, chosen, results, strict=True):
        sampled = result.to_cirq_result(seed=3)
        for name, _ in program.registers:
            counts = sampled.histogram(key=name)
            assert is_plausible(counts, cirq_shares(one, name), SHOTS), f"{name} of\n{one}"


def test_cirq_native_gates(cirq_service):
    a, b = cirq.LineQubit.range(2)
    one = cirq.Circuit(
        cirq_ionq.GPI2Gate(phi=0.1)(a), cirq_ionq.GPIGate(phi=0.3)(b), cirq_ionq.GPI2Gate(phi=0.6)(b),
        cirq_ionq.MSGate(phi0=0.2, phi1=0.4, theta=0.17)(a, b), cirq_ionq.ZZGate(theta=0.21)(a, b),
        cirq_ionq.GPI2Gate(phi=0.9)(a), cirq_ionq.GPI2Gate(phi=0.35)(b), cirq.measure(a, b, key="m"))
    result = cirq_service.create_job(one, repetitions=100).results(polling_seconds=0.1)
    shares = cirq_shares(one, "m")
    for outcome, share in result.probabilities("m").items():
        assert abs(share - shares[outcome]) < 1e-5


def test_cirq_on_the_ions_by_sampler_and_with_figures(cirq_service):
    a, b = cirq.LineQubit.range(2)
    one = cirq.Circuit(cirq.X(b), cirq.measure(a, b, key="m"))
    result = cirq_service.sampler(target="qpu").run(one, repetitions=200)
    assert result.histogram(key="m")[1] > 160
    figures = cirq_service.get_current_calibration()
    assert figures.num_qubits() == 20 and len(figures.connectivity()) == 380
    assert figures.calibration_time().year >= 2020
    assert len(cirq_service.list_calibrations()) >= 1


def test_cirq_jobs_listed_cancelled_deleted(cirq_service):
    a = cirq.LineQubit(0)
    one = cirq.Circuit(cirq.X(a), cirq.measure(a, key="m"))
    name = f"job-{random.randrange(10**9)}"
    job = cirq_service.create_job(one, repetitions=20, name=name)
    assert job.results(polling_seconds=0.1).probabilities() == {1: 1.0}
    again = cirq_service.get_job(job.job_id())
    assert again.name() == name and again.repetitions() == 20 and again.num_qubits() == 1
    assert job.job_id() in [entry.job_id() for entry in cirq_service.list_jobs(limit=50)]
    job.delete()
    with pytest.raises(IonQNotFoundException):
        cirq_service.get_job(job.job_id())
    other = cirq_service.create_job(one, repetitions=2000, target="qpu")
    other.cancel()
    assert other.status() in ("canceled", "completed", "started")


def test_cirq_refusals(daemon, cirq_service):
    a = cirq.LineQubit(0)
    one = cirq.Circuit(cirq.X(a), cirq.measure(a, key="m"))
    with pytest.raises(IonQException, match="error_mitigation.debiasing"):
        cirq_service.create_job(one, repetitions=10, error_mitigation={"debiasing": True})
    with pytest.raises(IonQException, match="there is no backend"):
        cirq_service.create_job(one, repetitions=10, target="qpu.forte-1")
    with pytest.raises(IonQException, match="Not authorized"):
        cirq_ionq.Service(remote_host=daemon.url, api_key="nobody", default_target="simulator").create_job(one)


# What no SDK sends


@pytest.mark.parametrize("body, code", [
    (b"{", 400), (b"[]", 400), (b"null", 400), (b"\xff\xfe", 400),
    (b'{"backend":"simulator","input":{"qubits":2,"circuit":[{"gate":"warp","targets":[0]}]}}', 400),
    (b'{"backend":"simulator","input":{"qubits":2,"circuit":[{"gate":"x","targets":[7]}]}}', 400),
    (b'{"backend":"simulator","input":{"qubits":2,"circuit":[{"gate":"x","targets":[-1]}]}}', 400),
    (b'{"backend":"simulator","input":{"qubits":2,"circuit":[{"gate":"x","targets":[0],"controls":[0]}]}}', 400),
    (b'{"backend":"simulator","input":{"qubits":2,"circuit":[{"gate":"rx","targets":[0]}]}}', 400),
    (b'{"backend":"simulator","input":{"qubits":2,"circuit":[{"gate":"rx","targets":[0],"rotation":1e308}]}}', 400),
    (b'{"backend":"simulator","input":{"qubits":99999999999,"circuit":[]}}', 400),
    (b'{"backend":"simulator","input":{"qubits":2,"circuit":[{"gate":"x","targets":[9223372036854775807]}]}}', 400),
    (b'{"backend":"simulator","input":{"circuit":[{"gate":"x","targets":[9223372036854775807]}]}}', 400),
    (b'{"backend":"simulator","input":' + b"[" * 100000 + b"]" * 100000 + b"}", 400),
    (b'{"backend":"../../etc","input":{"qubits":1,"circuit":[]}}', 400),
])
def test_malformed_bodies(daemon, body, code):
    answer = httpx.post(
        f"{daemon.url}/v0.4/jobs", content=body,
        headers={"Authorization": f"apiKey {daemon.token}", "Content-Type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert answer.json()["message"] and answer.json()["statusCode"] == answer.status_code
