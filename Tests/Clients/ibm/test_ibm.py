"""qiskit-ibm-runtime as it is from PyPI, against Qiskit's own simulators."""

import datetime
import secrets
import time
import warnings

import httpx
import numpy as np
import pytest
from fixtures import CRN, connect, environment, heron, ibm, ideal, quietest, user  # noqa: F401
from programs import EXPECTATION_SIGMAS, is_plausible, programs
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, generate_preset_pass_manager
from qiskit.circuit import Parameter, ParameterVector
from qiskit.circuit.library import efficient_su2
from qiskit.primitives import StatevectorEstimator
from qiskit.quantum_info import SparsePauliOp, Statevector
from qiskit_aer import AerSimulator
from qiskit_ibm_runtime import Batch, EstimatorV2, QiskitRuntimeService, SamplerV2, Session
from qiskit_ibm_runtime.exceptions import IBMRuntimeError, RuntimeInvalidStateError
from qiskit_programs import circuit

warnings.filterwarnings("ignore", category=DeprecationWarning)
SHOTS = 4000


def marginals(one):
    """For each register its distribution, from the state."""
    bare = one.remove_final_measurements(inplace=False)
    found = {}
    for register in one.cregs:
        bits = [None] * register.size
        for instruction in one.data:
            if instruction.operation.name == "measure" and instruction.clbits[0] in register[:]:
                bits[register.index(instruction.clbits[0])] = one.find_bit(instruction.qubits[0]).index
        found[register.name] = Statevector(bare).probabilities_dict(bits)
    return found


def check(data, expected, shots=SHOTS):
    for name, shares in expected.items():
        counts = getattr(data, name).get_counts() if hasattr(data, name) else data[name].get_counts()
        assert sum(counts.values()) == shots
        assert is_plausible(counts, shares, shots), f"{name}: {counts} against {shares}"


# Setups


def test_every_way_in_leads_to_the_same_service(daemon, ibm, tmp_path):
    names = {backend.name for backend in ibm.backends()}
    assert {"ideal", "heron-133", "garnet-20"} <= names
    assert {backend.name for backend in connect(daemon, prefix="/ibm").backends()} == names
    # Discovery: without an instance, and by its name.
    import os
    environment(daemon.url)
    del os.environ["QISKIT_FUNCTIONS_EXPERIMENTAL"]
    for instance in (None, "local/main"):
        found = QiskitRuntimeService(
            channel="ibm_quantum_platform", token=daemon.token, url=daemon.url + "/experimental/api/v1",
            instance=instance)
        assert CRN in [item["crn"] for item in found.instances()]
        assert {backend.name for backend in found.backends()} == names
    environment(daemon.url)
    file = str(tmp_path / "accounts.json")
    QiskitRuntimeService.save_account(
        token=daemon.token, url=daemon.url + "/experimental/api/v1", instance=CRN, filename=file, name="kelvin",
        channel="ibm_quantum_platform")
    assert {b.name for b in QiskitRuntimeService(filename=file, name="kelvin").backends()} == names
    # A CRN of somewhere else means the only project there is.
    other = connect(daemon, instance="crn:v1:bluemix:public:quantum-computing:us-east:a/qos:inst-1::")
    assert other.backend("ideal").name == "ideal"


def test_wrong_keys_and_changed_tokens_are_refused(daemon):
    with httpx.Client(base_url=daemon.url) as raw:
        answer = raw.post("/identity/token", data={
            "grant_type": "urn:ibm:params:oauth:grant-type:apikey", "apikey": "nonsense"})
        assert answer.status_code == 400 and answer.json()["errorCode"] == "BXNIM0415E"
        good = raw.post("/identity/token", data={
            "grant_type": "urn:ibm:params:oauth:grant-type:apikey", "apikey": daemon.token,
            "response_type": "cloud_iam"}).json()
        assert good["expires_in"] == 3600
        head, claims, signature = good["access_token"].split(".")
        path = "/experimental/api/v1/backends"

        def status(token):
            answer = raw.get(path, headers={"Authorization": f"Bearer {token}"})
            if answer.status_code != 200:
                assert answer.json()["errors"][0]["message"]
            return answer.status_code

        assert status(good["access_token"]) == 200
        refused = raw.get(path, headers={"Authorization": "apikey kelvin_" + "x" * 43})
        assert refused.status_code == 401 and "not in force" in refused.json()["errors"][0]["message"]
        assert raw.get(path, headers={"Authorization": f"apikey {daemon.token}"}).status_code == 200
        import base64, hashlib, hmac, json
        plain = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))

        def token(changes, key=daemon.token):
            body = base64.urlsafe_b64encode(json.dumps(plain | changes).encode()).rstrip(b"=").decode()
            code = hmac.new(key.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
            return f"{head}.{body}." + base64.urlsafe_b64encode(code).rstrip(b"=").decode()

        assert status(token({})) == 200
        assert status(token({"exp": int(time.time()) - 5})) == 401
        assert status(token({"kelvin": "kelvin_" + "y" * 43}, "kelvin_" + "y" * 43)) == 401
        assert status(token({}, "another")) == 401
        for wrong in (f"{head}.{claims}.{signature[:-4]}AAAA", f"{head}.{claims}", "a.b.c", head, "..", "x" * 9000):
            assert status(wrong) == 401
        none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
        assert status(f"{none}.{claims}.") == 401


def test_backends_are_what_the_machines_are(daemon, ibm, heron, ideal, service):
    assert heron.num_qubits == 133 and not heron.simulator and ideal.simulator
    assert heron.status().operational 
    assert "mulated" in heron.configuration().description
    target = heron.target
    assert {"cz", "sx", "x", "rz", "id", "measure", "reset", "delay", "if_else", "switch_case"} <= set(
        target.operation_names)
    calibration = service.device("heron-133").calibration
    readout = calibration["sites"][7]["readout"]
    assert target["measure"][(7,)].error == pytest.approx((readout["falseOne"] + readout["falseZero"]) / 2)
    entries = {tuple(f["sites"]): f for g in calibration["gates"] if g["gate"] == "cz" for f in g["figures"]}
    pair = next(iter(entries))
    assert target["cz"][pair].error == pytest.approx(entries[pair]["error"])
    assert target["cz"][pair].duration == pytest.approx(entries[pair]["duration"])
    assert heron.qubit_properties(5).t1 == pytest.approx(calibration["sites"][5]["t1"])
    # Everything that is not fractional is offered by itself; the rest where it is asked for.
    assert "rzz" in connect(daemon).backend("heron-156", use_fractional_gates=None).operation_names
    assert heron.properties(datetime=datetime.datetime.now()).last_update_date is not None
    for backend in ibm.backends():
        assert backend.target.num_qubits == backend.num_qubits
    with pytest.raises(Exception, match="[Nn]o backend|not found|there is no"):
        ibm.backend(f"machine-{secrets.token_hex(4)}")


def test_every_machine_takes_what_is_compiled_for_it(ibm):
    # Whichever of them least_busy chooses, with what the client offers of a machine by itself.
    for backend in ibm.backends(simulator=False):
        one = QuantumCircuit(3)
        one.ry(0.6, 0)
        one.cx(0, 1)
        one.ccx(0, 1, 2)
        one.measure_all()
        isa = generate_preset_pass_manager(backend=backend, optimization_level=1, seed_transpiler=1).run(one)
        job = SamplerV2(mode=backend).run([isa], shots=1000)
        counts = job.result()[0].data.meas.get_counts()
        share = np.sin(0.3) ** 2
        assert counts.get("111", 0) / 1000 == pytest.approx(share, abs=0.08), backend.name
        # Photons are lost on their way.
        assert counts.get("000", 0) > 500, backend.name
        errors = [entry.error for entry in backend.target["cz"].values()]
        assert errors and all(error is not None and 0 < error <= 1 for error in errors), backend.name
    assert ibm.least_busy(operational=True, simulator=False).num_qubits > 0


# Sampler


def test_sampler_gives_the_distributions_of_the_programs(ideal):
    circuits = [circuit(program) for program in programs()]
    result = SamplerV2(mode=ideal).run(circuits, shots=SHOTS).result()
    assert len(result) == len(circuits)
    for one, answer in zip(circuits, result):
        assert list(answer.data) == [register.name for register in one.cregs]
        check(answer.data, marginals(one))
    assert result.metadata["kelvin"]["emulated"] is True


def test_compiled_circuits_run_on_the_sites_they_name(heron):
    one = circuit(programs(1)[0])
    isa = generate_preset_pass_manager(backend=heron, optimization_level=1).run(one)
    answer = SamplerV2(mode=heron).run([isa], shots=1000).result()[0]
    # A noisy machine: near, not equal.
    for name, shares in marginals(one).items():
        counts = answer.data[name].get_counts()
        distance = sum(abs(counts.get(k, 0) / 1000 - shares.get(k, 0)) for k in set(counts) | set(shares)) / 2
        assert distance < 0.35, f"{name}: {counts} against {shares}"
    # The very sites: X on one that is far from where anybody would begin.
    site = 97
    there = QuantumCircuit(133, 2)
    there.x(site)
    there.measure(site, 1)
    there.measure(site - 1, 0)
    job = SamplerV2(mode=heron).run([there], shots=500)
    assert job.result()[0].data.c.get_counts().get("10", 0) > 300


def test_values_sweep_in_their_shape(ideal):
    angles, phase = ParameterVector("θ", 11), Parameter("a-b c")
    one = QuantumCircuit(2, 2)
    for k in range(11):
        one.ry(angles[k] / 11 + 0.02 * k, 0)
    one.rx(2 * phase, 1)
    one.measure([0, 1], [0, 1])
    rng = np.random.default_rng()
    values = rng.uniform(0, 3, (2, 3, 12))
    data = SamplerV2(mode=ideal).run([(one, values)], shots=2000).result()[0].data
    assert data.c.shape == (2, 3) and data.c.num_shots == 2000
    for index in np.ndindex(2, 3):
        bound = one.assign_parameters(dict(zip(one.parameters, values[index])))
        expected = marginals(bound)["c"]
        assert is_plausible(data.c.get_counts(index), expected, 2000)
    # By name, several blocks, each with shots of its own.
    pubs = [(one, {phase: [0.1, 0.2], angles: [[0.5] * 11, [0.1] * 11]}, 300), (one, values[0, 0])]
    first, second = SamplerV2(mode=ideal, options={"default_shots": 700}).run(pubs).result()
    assert first.data.c.shape == (2,) and first.data.c.num_shots == 300 and second.data.c.num_shots == 700


def dynamic():
    one = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(2, "m"), ClassicalRegister(3, "out"))
    one.ry(1.1, 0)
    one.rx(0.7, 1)
    one.measure(0, 0)
    one.measure(1, 1)
    with one.if_test((one.clbits[0], 1)) as otherwise:
        one.ry(0.9, 2)
    with otherwise:
        one.x(2)
    with one.switch(one.cregs[0]) as case:
        with case(1, 2):
            one.x(0)
        with case(case.DEFAULT):
            one.ry(0.4, 1)
    with one.for_loop(range(3)):
        one.ry(0.2, 2)
    one.reset(1)
    one.ry(0.3, 1)
    one.measure([0, 1, 2], one.cregs[1])
    return one


def test_dynamic_circuits(ideal, heron):
    one = dynamic()
    expected = AerSimulator().run(one, shots=60_000).result().get_counts()
    data = SamplerV2(mode=ideal).run([one], shots=SHOTS).result()[0].data
    joint = [f"{a} {b}" for a, b in zip(data.out.get_bitstrings(), data.m.get_bitstrings())]
    counts = {key: joint.count(key) for key in set(joint)}
    assert is_plausible(counts, {k: v / 60_000 for k, v in expected.items()}, SHOTS)
    isa = generate_preset_pass_manager(backend=heron, optimization_level=1).run(one)
    assert SamplerV2(mode=heron).run([isa], shots=50).result()[0].data.out.num_shots == 50


# Estimator


def test_estimator_gives_the_values_of_the_programs(ideal):
    bare = [circuit(program).remove_final_measurements(inplace=False) for program in programs()]
    rng = np.random.default_rng()
    pubs = []
    for one in bare:
        letters = ["".join(rng.choice(list("IXYZ"), one.num_qubits)) for _ in range(4)]
        pubs.append((one, SparsePauliOp(letters, rng.uniform(-1, 1, 4)).simplify()))
    truth = StatevectorEstimator().run(pubs).result()
    result = EstimatorV2(mode=ideal).run(pubs, precision=0.02).result()
    for answer, exact in zip(result, truth):
        assert answer.data.evs.shape == ()
        error = max(float(answer.data.stds), 0.02 / 8)
        assert abs(float(answer.data.evs) - float(exact.data.evs)) < EXPECTATION_SIGMAS * error


def test_observables_and_values_broadcast(ideal):
    one = efficient_su2(3, reps=1)
    rng = np.random.default_rng()
    values = rng.uniform(-2, 2, (4, one.num_parameters))
    observables = [[SparsePauliOp("XYZ")], [SparsePauliOp(["IIZ", "ZXI"], [0.3, -1.2])], [SparsePauliOp(["YII", "XXX"], [2, 0.1])]]
    exact = StatevectorEstimator().run([(one, observables, values)]).result()[0].data.evs
    found = EstimatorV2(mode=ideal).run([(one, observables, values, 0.02)]).result()[0]
    assert found.data.evs.shape == exact.shape == (3, 4)
    assert np.all(np.abs(found.data.evs - exact) < EXPECTATION_SIGMAS * np.maximum(found.data.stds, 0.004))


def test_readout_mitigation_is_resilience_level_one(heron):
    one = QuantumCircuit(2)
    one.x(0)
    isa = generate_preset_pass_manager(backend=heron, optimization_level=1).run(one)
    observable = SparsePauliOp("ZZ").apply_layout(isa.layout)
    values = {}
    for level in (0, 1):
        estimator = EstimatorV2(mode=heron, options={"resilience_level": level, "default_shots": 8000})
        values[level] = float(estimator.run([(isa, observable)]).result()[0].data.evs)
    assert -1.05 < values[1] < -0.93 and values[0] > values[1] + 0.005


def test_clients_without_qiskit_send_text_and_get_plain_results(daemon):
    text = 'OPENQASM 3.0; include "stdgates.inc"; input float[64] a; qubit[3] q; x q[1]; h q[0]; ry(a) q[2];'
    with httpx.Client(
            base_url=daemon.url + "/ibm/experimental/api/v1", headers={"Authorization": f"apikey {daemon.token}"}) as raw:
        def run(program, pub):
            sent = {"program_id": program, "backend": "ideal", "params": {"pubs": [pub], "support_qiskit": False}}
            name = raw.post("/jobs", json=sent).raise_for_status().json()["id"]
            while raw.get(f"/jobs/{name}").json()["status"] not in ("Completed", "Failed"):
                time.sleep(0.05)
            return raw.get(f"/jobs/{name}/results").json()["results"][0]["data"]

        # Projectors, which this release of the client does not let through.
        found = run("estimator", [text, [{"01+": 0.5}, {"1II": 1}, {"rlI": -2.0}], {"a": 0.7}])
        assert found["evs"] == pytest.approx([0.5 * np.cos(0.35) ** 2, np.sin(0.35) ** 2, -0.5], abs=0.05)
        found = run("sampler", [text + " bit[3] c; c = measure q;", [[0.0], [np.pi]], 400])["c"]
        assert found["num_bits"] == 3 and set(found["samples"][0]) == {"0x2", "0x3"}
        assert set(found["samples"][1]) == {"0x6", "0x7"} and len(found["samples"][1]) == 400


# Sessions, batches, jobs


def test_sessions_and_batches(ibm, heron):
    isa = generate_preset_pass_manager(backend=heron, optimization_level=1).run(circuit(programs(1)[0]))
    with Session(backend=heron, max_time="10m") as session:
        jobs = [SamplerV2(mode=session).run([isa], shots=20) for _ in range(2)]
        assert {job.session_id for job in jobs} == {session.session_id}
        for job in jobs:
            job.result()
        assert "accepting new jobs" in session.status() or session.status() == "Pending"
        assert session.details()["backend_name"] == "heron-133"
    for _ in range(50):
        if session.status() == "Closed":
            break
        time.sleep(0.1)
    assert session.status() == "Closed"
    assert len(ibm.jobs(session_id=session.session_id)) == 2
    with Batch(backend=heron) as batch:
        job = SamplerV2(mode=batch).run([isa], shots=20)
    assert job.result()[0].data is not None and batch.details()["mode"] == "batch"
    with pytest.raises(IBMRuntimeError):
        SamplerV2(mode=batch).run([isa])


def test_jobs_are_found_again_and_listed(daemon, ibm, ideal):
    tag = f"tag-{secrets.token_hex(5)}"
    one = circuit(programs(1)[0])
    begin = datetime.datetime.now() - datetime.timedelta(seconds=1)
    jobs = [
        SamplerV2(mode=ideal, options={"environment": {"job_tags": [tag, f"n{k}"]}}).run([one], shots=10 + k)
        for k in range(12)
    ]
    for job in jobs:
        job.result()
    fresh = connect(daemon)
    ids = [job.job_id() for job in jobs]
    assert [job.job_id() for job in fresh.jobs(job_tags=[tag], limit=None)] == ids[::-1]
    assert [j.job_id() for j in fresh.jobs(job_tags=[tag], limit=5, skip=3, descending=False)] == ids[3:8]
    assert [j.job_id() for j in fresh.jobs(job_tags=[tag, "n7"])] == [ids[7]]
    assert fresh.jobs(job_tags=[tag], pending=True) == [] and fresh.jobs(job_tags=[tag], backend_name="heron-133") == []
    assert len(fresh.jobs(created_after=begin, limit=None, program_id="sampler")) >= 12
    again = fresh.job(ids[4])
    assert again.status() == "DONE" and again.result()[0].data[one.cregs[0].name].num_shots == 14
    assert again.tags == [tag, "n4"] and again.primitive_id == "sampler"
    again.update_tags([tag, "renamed"])
    assert set(fresh.job(ids[4]).tags) == {tag, "renamed"}
    assert [j.job_id() for j in fresh.jobs(job_tags=["renamed"])] == [ids[4]]
    metrics = again.metrics()
    assert metrics["timestamps"]["created"] <= metrics["timestamps"]["running"] <= metrics["timestamps"]["finished"]
    assert "completed" in again.logs() and again.usage() >= 0
    sent = again.inputs["pubs"][0]
    assert sent[0] == one and sent[2] == 14
    fresh.delete_job(ids[4])
    with pytest.raises(Exception, match="not found"):
        fresh.job(ids[4])
    assert fresh.usage()["usage_consumed_seconds"] >= 0


def test_cancelling(ideal, heron):
    # Longer than anybody waits.
    one = QuantumCircuit(24)
    for layer in range(40):
        for k in range(24):
            one.ry(0.1 + layer + k, k)
        for k in range(23):
            one.cx(k, k + 1)
    one.measure_all()
    job = SamplerV2(mode=ideal).run([one] * 20, shots=1000)
    job.cancel()
    job.wait_for_final_state(timeout=30)
    assert job.status() == "CANCELLED"
    with pytest.raises(RuntimeInvalidStateError, match="over"):
        job.cancel()


def test_a_private_job_gives_its_result_once(ideal):
    one = circuit(programs(1)[0])
    job = SamplerV2(mode=ideal, options={"environment": {"private": True}}).run([one], shots=5)
    job.result()
    assert job.private
    with pytest.raises(Exception, match="read|given out"):
        job._api_client.job_results(job.job_id()) and job.result()


# What is refused


def test_what_is_switched_off_is_no_reason_to_refuse(ideal):
    options = {
        "dynamical_decoupling": {"enable": False, "sequence_type": "XX"}, "default_shots": 50,
        "twirling": {"enable_gates": False, "enable_measure": False, "num_randomizations": 8},
        "execution": {"init_qubits": True}, "max_execution_time": 300, "simulator": {"seed_simulator": 7},
    }
    one = circuit(programs(1)[0])
    first, second = (SamplerV2(mode=ideal, options=options).run([one]).result()[0].data for _ in range(2))
    # A seed gives the same outcomes.
    for name in first:
        assert first[name].num_shots == 50 and first[name] == second[name]


def test_two_users_do_not_see_each_other(daemon, ideal):
    job = SamplerV2(mode=ideal).run([circuit(programs(1)[0])], shots=5)
    name = f"lab{secrets.token_hex(3)}"
    token = user(daemon, name)
    crn = f"crn:v1:bluemix:public:quantum-computing:us-east:a/{name}:p::"
    other = connect(daemon, token=token, instance=crn)
    assert other.jobs() == []
    for attempt in (lambda: other.job(job.job_id()), lambda: other.delete_job(job.job_id())):
        with pytest.raises(Exception, match="not found"):
            attempt()
    own = SamplerV2(mode=other.backend("ideal")).run([circuit(programs(1)[0])], shots=5)
    own.result()
    assert [j.job_id() for j in other.jobs()] == [own.job_id()]
    with pytest.raises(Exception, match="instance"):
        connect(daemon, token=token, instance=crn.replace(":p::", ":other::")).jobs()


# The executor: what the client will use by itself in releases to come.


def test_the_executors_sampler(ideal, heron):
    from qiskit_ibm_runtime.executor_sampler import Sampler

    one = circuit(programs(1)[0])
    angles = ParameterVector("θ", 11)
    swept = QuantumCircuit(1, 1)
    for angle in angles:
        swept.ry(angle, 0)
    swept.measure(0, 0)
    manager = generate_preset_pass_manager(backend=heron, optimization_level=1)
    values = np.random.default_rng().uniform(0, 0.3, (2, 2, 11))
    isa = manager.run(one)
    there = generate_preset_pass_manager(backend=heron, optimization_level=1, initial_layout=[quietest(heron)])
    result = Sampler(mode=heron).run([isa, (there.run(swept), values)], shots=600).result()
    for name, shares in marginals(one).items():
        counts = result[0].data[name].get_counts()
        distance = sum(abs(counts.get(k, 0) / 600 - shares.get(k, 0)) for k in set(counts) | set(shares)) / 2
        assert distance < 0.35
    assert result[1].data.c.shape == (2, 2) and result[1].data.c.num_shots == 600
    for index in np.ndindex(2, 2):
        share = np.sin(values[index].sum() / 2) ** 2
        assert abs(result[1].data.c.get_counts(index).get("1", 0) / 600 - share) < 0.12
    with pytest.raises(Exception, match="samplex|twirling"):
        Sampler(mode=heron, options={"twirling": {"enable_gates": True}}).run([isa], shots=100).result()
