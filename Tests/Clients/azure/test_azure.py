"""azure-quantum, unmodified, against Qiskit's state vectors."""

import uuid

import httpx
import pytest
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.quantum import Workspace
from azure.quantum.target import Target
from programs import is_plausible, programs
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, qasm3
from qiskit.quantum_info import Statevector

SHOTS = 2000


def workspace(daemon, token=None, group="local", name="main"):
    return Workspace(
        subscription_id=str(uuid.uuid4()), resource_group=group, name=name, location="westus",
        credential=AzureKeyCredential(token or daemon.token), _quantum_endpoint=daemon.url + "/azure")


@pytest.fixture(scope="module")
def space(daemon):
    return workspace(daemon)


def openqasm_target(space, machine="ideal", output="microsoft.quantum-results.v2"):
    return Target(space, name=f"kelvin.{machine}", provider_id="kelvin", input_data_format="openqasm.v3",
                  output_data_format=output, content_type="text/plain")


def circuit(program, measures=True):
    registers = [ClassicalRegister(size, name) for name, size in program.registers]
    result = QuantumCircuit(QuantumRegister(program.qubits, "q"), *(registers if measures else []))
    for gate, angles, qubits in program.steps:
        getattr(result, gate)(*angles, *qubits)
    if measures:
        named = {register.name: register for register in registers}
        for qubit, register, bit in program.measured:
            result.measure(qubit, named[register][bit])
    return result


def distribution(program, order):
    """Outcomes of qubits in an order, the first leftmost."""
    shares = {}
    for index, share in enumerate(Statevector(circuit(program, measures=False)).probabilities()):
        outcome = "".join(str(index >> qubit & 1) for qubit in order)
        shares[outcome] = shares.get(outcome, 0.0) + share
    return shares


IONQ = {"sx": "v", "sdg": "si", "tdg": "ti"}


def ionq(program):
    """In IonQ's JSON, with what it has no gate for put together."""
    lines = []
    for gate, angles, qubits in program.steps:
        one = {"rotation": angles[0]} if angles else {}
        if gate in ("cx", "cy", "cz", "crx", "cry", "crz"):
            lines.append({"gate": gate[1:], "control": qubits[0], "target": qubits[1], **one})
        elif gate == "p":
            lines.append({"gate": "z", "target": qubits[0], **one})
        elif gate == "cp":
            lines.append({"gate": "z", "control": qubits[0], "target": qubits[1], **one})
        elif gate == "swap":
            lines.append({"gate": "swap", "targets": list(qubits)})
        elif gate in ("rxx", "ryy", "rzz"):
            lines.append({"gate": gate[1:], "targets": list(qubits), **one})
        else:
            lines.append({"gate": IONQ.get(gate, gate), "target": qubits[0], **one})
    return {"qubits": program.qubits, "circuit": lines}


def test_targets_are_the_machines(space, service):
    # The SDK lists targets of the providers that it knows.
    ids = {device.id for device in service.devices()}
    assert {t.name for t in space.get_targets(provider_id="ionq")} == {
        "ionq." + name.replace("ideal", "simulator") for name in ids}


def test_openqasm_programs(space):
    target = openqasm_target(space)
    jobs = [(program, target.submit(qasm3.dumps(circuit(program)), name=program.name, input_params={"shots": SHOTS}))
            for program in programs()]
    for program, job in jobs:
        shares = {"".join(outcome.strip("[]").split(", ")): share for outcome, share in job.get_results().items()}
        # Bit 0 of the register declared first comes first.
        order = [qubit for qubit, _, _ in program.measured]
        assert is_plausible({k: round(v * SHOTS) for k, v in shares.items()}, distribution(program, order), SHOTS), program
        job.results = None
        assert sum(entry["count"] for entry in job.get_results_histogram().values()) == SHOTS
        assert len(job.get_results_shots()) == SHOTS


def test_ionq_programs(space):
    target = space.get_targets("ionq.simulator")
    jobs = [(program, target.submit(ionq(program), name=program.name, shots=SHOTS)) for program in programs(25)]
    for program, job in jobs:
        histogram = job.get_results()["histogram"]
        # Qubit 0 is the least significant digit.
        counts = {format(int(k), f"0{program.qubits}b")[::-1]: round(v * SHOTS) for k, v in histogram.items()}
        assert is_plausible(counts, distribution(program, range(program.qubits)), SHOTS), program


def test_dynamic_programs(space):
    source = """OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] c;
        ry(1.1) q[0]; c[0] = measure q[0]; if (c[0]) { x q[1]; } c[1] = measure q[1];"""
    results = openqasm_target(space, output="microsoft.quantum-results.v1").submit(
        source, input_params={"shots": 4000}).get_results()
    assert set(results) == {"[0, 0]", "[1, 1]"}
    assert results["[1, 1]"] == pytest.approx(0.2732, abs=0.04)


def test_a_machine(space):
    job = openqasm_target(space, "heron-133").submit(
        'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;',
        input_params={"shots": 1000})
    results = job.get_results()
    assert 0.85 < results["[0, 0]"] + results["[1, 1]"] < 1


def test_sessions(space):
    target = space.get_targets("ionq.simulator")
    one = {"qubits": 1, "circuit": [{"gate": "x", "target": 0}]}
    with target.open_session(name="s" + uuid.uuid4().hex[:6]) as session:
        jobs = [target.submit(one, name=f"j{k}", shots=10) for k in range(3)]
        assert all(job.get_results()["histogram"] == {"1": 1} for job in jobs)
        assert session.refresh().details.status in ("Waiting", "Executing")
        assert {job.id for job in session.list_jobs()} == {job.id for job in jobs}
    assert session.refresh().details.status == "Succeeded"
    with pytest.raises(HttpResponseError, match="closed"):
        target.submit(one, name="after", shots=10)


def test_lists_and_jobs_from_another_place(daemon, space):
    target = openqasm_target(space)
    names = [uuid.uuid4().hex for _ in range(3)]
    jobs = [target.submit("OPENQASM 3.0; qubit q; bit c; c = measure q;", name=name, input_params={"shots": 5})
            for name in names]
    for job in jobs:
        job.wait_until_completed(print_progress=False)
    fresh = workspace(daemon)
    assert [job.details.name for job in fresh.list_jobs()][:3] == names[::-1]
    again = fresh.get_job(jobs[1].id)
    assert again.details.name == names[1] and again.get_results() == {"[0]": 1.0}
    assert again.details.end_execution_time >= again.details.creation_time
    with pytest.raises(HttpResponseError):
        fresh.get_job(str(uuid.uuid4()))


def test_cancellation(space):
    job = openqasm_target(space, "heron-133").submit(
        'OPENQASM 3.0; include "stdgates.inc"; qubit[12] q; bit[12] c; h q; c = measure q;', input_params={"shots": 100_000})
    after = space.cancel_job(job)
    after.wait_until_completed(print_progress=False)
    assert after.details.status in ("Cancelled", "Succeeded")


def test_nobody_sees_the_jobs_of_others(daemon, space):
    job = openqasm_target(space).submit("OPENQASM 3.0; qubit q; bit c; c = measure q;", input_params={"shots": 5})
    job.get_results()
    token = daemon.other_user()
    with httpx.Client(base_url=daemon.url, headers={"Authorization": f"Bearer {token}"}) as client:
        project = client.get("/v1/me").json()["user"]
    scope = next(grant["scope"] for grant in project["grants"]) if "grants" in project else None
    group = scope.split("/")[0] if scope else None
    theirs = workspace(daemon, token, group or "local", "lab" if group else "main")
    with pytest.raises(HttpResponseError):
        theirs.get_job(job.id)
    with pytest.raises(HttpResponseError):
        workspace(daemon, token).get_targets()
    if group:
        assert list(theirs.list_jobs()) == []
        with pytest.raises(HttpResponseError):
            theirs.get_container_uri(job_id=job.id)


def test_addresses_are_signed(daemon, space):
    uri = space.get_container_uri(job_id=uuid.uuid4().hex)
    where, query = uri.split("?")
    headers = {"x-ms-blob-type": "BlockBlob"}
    fields = dict(pair.split("=") for pair in query.split("&"))
    for change in ({"sig": "0" * 64}, {"se": "2099-01-01T00%3A00%3A00Z"}, {"skoid": "local%2Fmain%2Feve"}):
        bad = "&".join(f"{k}={v}" for k, v in {**fields, **change}.items())
        answer = httpx.put(f"{where}/inputData?{bad}", content=b"{}", headers=headers)
        assert answer.status_code == 403 and answer.headers["x-ms-error-code"] == "AuthenticationFailed"
    assert httpx.put(f"{where}x/inputData?{query}", content=b"{}", headers=headers).status_code == 403
    assert httpx.put(f"{where}/inputData", content=b"{}", headers=headers).status_code == 403
    assert httpx.put(f"{where}/inputData?{query}", content=b"{}", headers=headers).status_code == 201
    assert httpx.put(f"{where}/inputData?{query}", content=b"{}", headers=headers).status_code == 409
    assert httpx.put(f"{where}/other?{query}", content=b"{}", headers=headers).status_code == 403


@pytest.mark.parametrize(("source", "why"), [
    ("OPENQASM 3.0; qubit q; hadamard q;", "hadamard"), ("no program", "."),
    ("OPENQASM 3.0; " + "{" * 3000, "."),
])
def test_programs_that_cannot_be_run(space, source, why):
    with pytest.raises(HttpResponseError, match=why):
        openqasm_target(space).submit(source, input_params={"shots": 5})


def test_requests_that_mean_nothing(daemon, space):
    good = 'OPENQASM 3.0; qubit q; bit c; c = measure q;'
    ionq_target = space.get_targets("ionq.simulator")
    one = {"qubits": 1, "circuit": [{"gate": "x", "target": 0}]}
    for make, why in [
        (lambda: openqasm_target(space, "no-such").submit(good), "no-such"),
        (lambda: openqasm_target(space).submit(good, input_params={"shots": 0}), "shots"),
        (lambda: openqasm_target(space).submit(good, input_params={"shots": 5, "noise": {"model": "aria"}}), "noise"),
        (lambda: openqasm_target(space, output="who.knows.v1").submit(good), "who.knows"),
        (lambda: ionq_target.submit({"qubits": 1, "circuit": [{"gate": "warp", "target": 0}]}), "warp"),
        (lambda: ionq_target.submit({"qubits": 1, "circuit": [{"gate": "x", "target": 7}]}), "7"),
        (lambda: ionq_target.submit({"qubits": 1}), "circuit"),
        (lambda: ionq_target.submit(one, shots=10, input_params={"error-mitigation": {"debias": True}}), "error-mitigation"),
        (lambda: Target(space, name="kelvin.ideal", provider_id="kelvin", input_data_format="qir.v1",
                        output_data_format="microsoft.quantum-results.v2").submit("; ModuleID"), "QIR"),
    ]:
        with pytest.raises(HttpResponseError, match=why):
            make()
    with pytest.raises(ClientAuthenticationError):
        workspace(daemon, "kelvin_" + "0" * 43).get_targets()
    with pytest.raises((HttpResponseError, ResourceNotFoundError)):
        openqasm_target(workspace(daemon, group="nobody")).submit(good)


def test_a_failed_job_says_why(space):
    job = openqasm_target(space).submit("""OPENQASM 3.0; qubit q; bit b; uint[8] n = 0; b = measure q;
        while (n < 5) { n = n * 1; } b = measure q;""", input_params={"shots": 5})
    with pytest.raises(RuntimeError, match="loop"):
        job.get_results()
