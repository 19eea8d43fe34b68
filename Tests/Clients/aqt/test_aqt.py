"""qiskit-aqt-provider (direct access) and cirq-aqt, unmodified, against the simulations of Qiskit and Cirq."""

import math
import random
import uuid

import cirq
import cirq_aqt
import httpx
import numpy as np
import pytest
from programs import programs
from qiskit import transpile
from qiskit_aqt_provider import AQTProvider
from qiskit_programs import circuit, is_like

SHOTS = 500


@pytest.fixture(scope="module")
def ideal(daemon):
    return AQTProvider().direct_access().get_resource(f"{daemon.url}/aqt/ideal", daemon.token)


@pytest.fixture(scope="module")
def ions(daemon):
    return AQTProvider().direct_access().get_resource(f"{daemon.url}/aqt/ion-chain-20", daemon.token)


def test_the_programs_come_back_as_they_are(ideal):
    for program in programs():
        one = circuit(program)
        counts = ideal.run(transpile(one, ideal, optimization_level=3), shots=SHOTS).result().get_counts()
        assert is_like(counts, one, SHOTS), str(one)


def test_the_ions_run_their_native_gates(ions):
    assert ions.num_qubits == 20 and "ion-chain-20" in ions.name
    for program in programs(4):
        one = circuit(program)
        counts = ions.run(transpile(one, ions, optimization_level=3), shots=SHOTS).result().get_counts()
        assert is_like(counts, one, SHOTS, tolerance=0.25), str(one)


def test_a_wrong_token_and_a_wrong_machine(daemon):
    with pytest.raises(Exception, match="401"):
        AQTProvider().direct_access().get_resource(f"{daemon.url}/aqt/ideal", "nobody").num_qubits
    with pytest.raises(Exception, match="422"):
        AQTProvider().direct_access().get_resource(f"{daemon.url}/aqt/nowhere", daemon.token).num_qubits


@pytest.fixture(scope="module")
def cloud(daemon):
    return f"{daemon.url}/aqt/api/v1/"


def test_cirq_programs_come_back_as_they_are(daemon, cloud):
    sampler = cirq_aqt.AQTSampler("kelvin", "ideal", daemon.token, cloud)
    dice = random.Random()
    for _ in range(10):
        _, qubits = cirq_aqt.aqt_device.get_aqt_device(3)
        one = cirq.Circuit()
        for k, qubit in enumerate(qubits):
            one.append(cirq.PhasedXPowGate(phase_exponent=dice.random(), exponent=0.2 + 0.2 * k)(qubit))
        for _ in range(6):
            a, b = dice.sample(qubits, 2)
            one.append(cirq.XX(a, b) ** dice.uniform(-1, 1))
            one.append(cirq.Z(a) ** dice.uniform(-1, 1))
            one.append(cirq.PhasedXPowGate(phase_exponent=dice.uniform(-1, 1), exponent=dice.uniform(-1, 1))(b))
        rows = sampler.run(one, repetitions=SHOTS).measurements["m"]
        state = cirq.Simulator(dtype=np.complex128).simulate(one, qubit_order=qubits).final_state_vector
        for index, amplitude in enumerate(state):
            share = abs(amplitude) ** 2
            found = np.mean([int("".join(str(int(bit)) for bit in row), 2) == index for row in rows])
            assert abs(found - share) < 6 * math.sqrt(max(share * (1 - share), 1 / SHOTS) / SHOTS)


def test_cirq_lists_resources_and_shows_refusals(daemon, cloud):
    listed = cirq_aqt.AQTSampler.fetch_resources(daemon.token, cloud)
    assert "ion-chain-20" in [resource["id"] for resource in listed[0]["resources"]]
    qubit = cirq.LineQubit(0)
    one = cirq.Circuit(cirq.X(qubit) ** 1.0)
    one = cirq.Circuit(cirq.PhasedXPowGate(phase_exponent=0, exponent=1)(qubit))
    with pytest.raises(RuntimeError, match="there is no device 'nowhere'"):
        cirq_aqt.AQTSampler("kelvin", "nowhere", daemon.token, cloud).run(one)
    with pytest.raises(RuntimeError, match="token"):
        cirq_aqt.AQTSampler("kelvin", "ideal", "nobody", cloud).run(one)


def circuit_body(*operations, ions=2, repetitions=10):
    return {"repetitions": repetitions, "number_of_qubits": ions, "quantum_circuit": list(operations)}


MEASURE = {"operation": "MEASURE"}


@pytest.mark.parametrize("body, message", [
    (circuit_body(), "MEASURE"),
    (circuit_body({"operation": "R", "qubit": 0, "theta": 1.0, "phi": 0}), "MEASURE"),
    (circuit_body({"operation": "H", "qubit": 0}, MEASURE), "'H' is none of"),
    (circuit_body({"operation": "R", "qubit": 5, "theta": 1.0, "phi": 0}, MEASURE), "ions 0 to 1"),
    (circuit_body({"operation": "RXX", "qubits": [1, 1], "theta": 0.5}, MEASURE), "2 of the ions"),
    (circuit_body({"operation": "RZ", "qubit": 0, "phi": 1, "theta": 1}, MEASURE), "theta"),
    (circuit_body({"operation": "RZ", "qubit": 0, "phi": 1e300}, MEASURE), "out of range"),
    (circuit_body(MEASURE, repetitions=0), "repetitions"),
    (circuit_body(MEASURE, ions=10**9), "number_of_qubits"),
    ({"colour": 1}, "colour"),
])
def test_malformed_circuits(daemon, body, message):
    answer = httpx.put(f"{daemon.url}/aqt/ideal/circuit", json=body,
                       headers={"Authorization": f"Bearer {daemon.token}"})
    assert answer.status_code == 422 and message in answer.json()["detail"]


def test_jobs_are_their_owners_and_can_be_cancelled(daemon):
    headers = {"Authorization": f"Bearer {daemon.token}"}
    job = httpx.put(f"{daemon.url}/aqt/ideal/circuit", json=circuit_body(MEASURE), headers=headers).json()
    uuid.UUID(job)
    answer = httpx.get(f"{daemon.url}/aqt/ideal/circuit/result/{job}", headers=headers, timeout=60).json()
    assert answer["payload"] == {"status": "finished", "result": [[0, 0]] * 10}
    other = {"Authorization": f"Bearer {daemon.other_user()}"}
    assert httpx.get(f"{daemon.url}/aqt/ideal/circuit/result/{job}", headers=other).status_code == 404
    assert httpx.delete(f"{daemon.url}/aqt/api/v1/jobs/{job}", headers=other).status_code == 404
    assert httpx.delete(f"{daemon.url}/aqt/api/v1/jobs/{job}", headers=headers).status_code == 204
