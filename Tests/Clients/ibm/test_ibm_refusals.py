"""What Kelvin refuses to qiskit-ibm-runtime, and how it says so; bodies that mean harm."""

import base64
import io
import secrets
import warnings
import zlib

import httpx
import numpy as np
import pytest
from fixtures import heron, ibm, ideal  # noqa: F401
from programs import programs
from qiskit import QuantumCircuit, qpy
from qiskit_ibm_runtime import EstimatorV2, RuntimeJobFailureError, SamplerV2
from qiskit_ibm_runtime.exceptions import IBMRuntimeError
from qiskit_programs import circuit

warnings.filterwarnings("ignore", category=DeprecationWarning)


@pytest.mark.parametrize("kind, options, name", [
    (SamplerV2, {"dynamical_decoupling": {"enable": True, "sequence_type": "XY4"}}, "dynamical_decoupling"),
    (SamplerV2, {"twirling": {"enable_gates": True}}, "twirling.enable_gates"),
    (SamplerV2, {"twirling": {"enable_measure": True}}, "twirling.enable_measure"),
    (SamplerV2, {"execution": {"rep_delay": 0.0001}}, "rep_delay"),
    (SamplerV2, {"execution": {"init_qubits": False}}, "init_qubits"),
    (SamplerV2, {"execution": {"meas_type": "kerneled"}}, "meas_type"),
    (SamplerV2, {"experimental": {"warp": 9}}, "warp"),
    (EstimatorV2, {"resilience_level": 2}, "resilience_level"),
    (EstimatorV2, {"resilience": {"zne_mitigation": True, "zne": {"noise_factors": [1, 3, 5]}}}, "zne_mitigation"),
    (EstimatorV2, {"resilience": {"pec_mitigation": True}}, "pec_mitigation"),
])
def test_options_that_kelvin_has_not_are_refused_by_name(heron, kind, options, name):
    one = QuantumCircuit(133, 1)
    one.x(3)
    if kind is SamplerV2:
        one.measure(3, 0)
    pub = (one,) if kind is SamplerV2 else (one, "I" * 132 + "Z")
    with pytest.raises(IBMRuntimeError, match=name):
        kind(mode=heron, options=options).run([pub])


def test_wrong_programs_are_refused_in_words(ibm, ideal, heron):
    silent = QuantumCircuit(2)
    with pytest.raises(IBMRuntimeError, match="measures nothing"):
        SamplerV2(mode=ideal).run([silent])
    wide = QuantumCircuit(1025, 1)
    with pytest.raises(IBMRuntimeError, match="1025 qubits"):
        SamplerV2(mode=ideal).run([wide])
    with pytest.raises(Exception, match="not found"):
        ibm.job(f"job-{secrets.token_hex(6)}")


def test_failed_jobs_say_why(ideal):
    endless = QuantumCircuit(2, 1)
    endless.ry(0.3, 1)
    with endless.while_loop((endless.clbits[0], 0)):
        endless.reset(0)
        endless.measure(0, 0)
    job = SamplerV2(mode=ideal).run([endless], shots=3)
    with pytest.raises(RuntimeJobFailureError) as failure:
        job.result(timeout=60)
    assert job.status() == "ERROR" and "loop" in str(failure.value) and "loop" in job.error_message()


def test_malformed_bodies_never_break_the_service(daemon, ideal):
    one = circuit(programs(1)[0])
    file = io.BytesIO()
    qpy.dump(one, file, version=17)
    good = base64.b64encode(zlib.compress(file.getvalue())).decode()
    empty = io.BytesIO()
    np.save(empty, np.zeros((0,)))
    array = base64.b64encode(zlib.compress(empty.getvalue())).decode()
    big = io.BytesIO()
    np.save(big, np.zeros((3, 4)))

    def body(circuit=good, values=array, shots=10, **rest):
        return {"program_id": "sampler", "backend": "ideal", "params": {
            "pubs": [[{"__type__": "QuantumCircuit", "__value__": circuit},
                      {"__type__": "ndarray", "__value__": values}, shots]], "options": {}, "version": 2}} | rest

    bomb = base64.b64encode(zlib.compress(b"\0" * (80 << 20), 9)).decode()
    packed = bytearray(zlib.compress(file.getvalue()))
    with httpx.Client(base_url=daemon.url, headers={"Authorization": f"apikey {daemon.token}"}, timeout=60) as raw:
        path = "/experimental/api/v1/jobs"
        assert raw.post(path, json=body()).status_code == 200
        wrong = [
            body(circuit=bomb), body(circuit="%%%"), body(circuit=""), body(circuit=good[:40]), body(values=bomb),
            body(values=good), body(values=base64.b64encode(zlib.compress(big.getvalue())).decode()), body(shots=-1),
            body(shots=1e30), body(shots="ten"), body(program_id="pec"), body(backend="nowhere"), body(params=[]),
            body(params={"pubs": []}), body(params={"pubs": [[]]}), body(params={"pubs": {}}), body(session_id="ses-9999"),
            body(calibration_id="of yesterday"), body(surprise=1), body(tags="a"), [], 7, "x", None,
            body(params={"pubs": [[good, None]]}), body(params={"pubs": [["OPENQASM 3.0; qubit q; bogus q;", None]]}),
        ]
        for one in wrong:
            answer = raw.post(path, json=one)
            assert 400 <= answer.status_code < 500, (answer.status_code, str(one)[:200])
            assert answer.json()["errors"][0]["message"]
        dice = np.random.default_rng()
        for _ in range(150):
            damaged = bytearray(file.getvalue())
            for place in dice.integers(0, len(damaged), 3):
                damaged[place] = dice.integers(0, 256)
            text = base64.b64encode(zlib.compress(bytes(damaged))).decode()
            assert raw.post(path, json=body(circuit=text, shots=1)).status_code < 500
        for _ in range(50):
            damaged = bytearray(packed)
            for place in dice.integers(0, len(damaged), 2):
                damaged[place] ^= 1 << int(dice.integers(0, 8))
            assert raw.post(path, json=body(circuit=base64.b64encode(bytes(damaged)).decode())).status_code < 500
        assert raw.post(path, content="[" * 100_000, headers={"content-type": "application/json"}).status_code == 400
        assert raw.get("/experimental/api/v1/nothing").status_code == 404
    assert SamplerV2(mode=ideal).run([circuit(programs(1)[0])], shots=5).result()
