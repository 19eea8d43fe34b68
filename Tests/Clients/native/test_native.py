"""The client of our own."""

import asyncio
import subprocess
import sys
from pathlib import Path

import httpx
import kelvin
import numpy as np
import pytest

HEAD = 'OPENQASM 3.0;\ninclude "stdgates.inc";\n'
ANSATZ = HEAD + "input float a; input float b; qubit[3] q; ry(a) q[0]; cx q[0], q[1]; rx(b) q[2];\n"
PACKAGES = Path(__file__).parents[3] / "Clients" / "Python"


def test_inputs_broadcast_and_results_have_their_shape(service):
    a, b = np.linspace(0, 3, 4).reshape(4, 1), np.array([0.2, 1.1, 2.5])
    result = service.run(kelvin.Program(ANSATZ, {"a": a, "b": b}, "Z0"), "ideal")
    assert result.values.shape == (4, 3)
    np.testing.assert_allclose(result.values, np.cos(a) * np.ones(3), atol=1e-12)
    paulis = [["Z0", "Z2"], ["0.5*Z1 - 2", "Y2"]]
    result = service.run(kelvin.Program(ANSATZ, {"a": 0.4, "b": 0.9}, paulis), "ideal")
    np.testing.assert_allclose(
        result.values, [[np.cos(0.4), np.cos(0.9)], [0.5 * np.cos(0.4) - 2, -np.sin(0.9)]], atol=1e-12)


def test_outcomes_have_bit_0_rightmost_and_registers_in_order(service):
    text = HEAD + "qubit[3] q; x q[0]; bit[2] low; bit out; low[0] = measure q[0]; low[1] = measure q[1]; out = measure q[2];"
    result = service.run(text, "ideal", shots=50)
    assert result.counts == {"01 0": 50}
    sample = result[0][0]
    assert sample.register("low").counts == {"01": 50} and sample.register("out").counts == {"0": 50}
    with pytest.raises(KeyError, match="low, out"):
        sample.register("high")


def test_shots_come_one_by_one(service):
    text = HEAD + "qubit[9] q; h q[0]; cx q[0], q[8]; bit[9] c = measure q;"
    job = service.submit(kelvin.Request([kelvin.Program(text)], "ideal", shots=400))
    counts = job.result(60).counts
    [shots] = job.shots()
    bits = shots.array("c")
    assert bits.shape == (400, 9) and (bits[:, 0] == bits[:, 8]).all()
    assert counts["1" + "0" * 7 + "1"] == bits[:, 0].sum()


def test_a_seed_gives_the_same_and_the_result_tells_it(service):
    text = HEAD + "qubit[4] q; h q; bit[4] c = measure q;"
    first = service.run(text, "garnet-20", shots=200)
    again = service.run(text, "garnet-20", shots=200, seed=first.seed)
    other = service.run(text, "garnet-20", shots=200, seed=first.seed + 1)
    assert first.counts == again.counts != other.counts
    assert first.emulated and 0 < first.success_probability < 1 and first.calibration.startswith("garnet-20")


def test_a_submission_whose_answer_is_lost_is_one_job(daemon):
    lost = []

    class Losing(httpx.HTTPTransport):
        def handle_request(self, request):
            answer = super().handle_request(request)
            if request.method == "POST" and len(lost) < 2:
                lost.append(request)
                raise httpx.ReadError("cut")
            return answer

    with kelvin.Service(daemon.url, daemon.token, transport=Losing()) as service:
        tag = f"lost-{np.random.randint(10**9)}"
        request = kelvin.Request([kelvin.Program(HEAD + "qubit q; bit c = measure q;")], "ideal", tags=[tag])
        job = service.submit(request)
        assert len(lost) == 2 and [found.id for found in service.jobs(tag=tag)] == [job.id]


def test_failures_say_what_where_and_the_cure(service, daemon):
    with pytest.raises(kelvin.ProgramError, match="gate 'foo' is not declared") as caught:
        service.run(HEAD + "qubit q; foo q;")
    assert caught.value.code.startswith("QASM") and caught.value.cure
    with pytest.raises(kelvin.NotSignedIn):
        kelvin.Service(daemon.url, "kelvin_wrong").devices()
    with pytest.raises(kelvin.NotFound):
        service.device("nowhere-1")
    with pytest.raises(kelvin.KelvinError, match="unencrypted"):
        kelvin.Service("http://example.org", "x")
    with pytest.raises(kelvin.Unreachable):
        kelvin.Service("http://127.0.0.1:9", daemon.token).devices()


def test_a_job_that_names_sites_starts_on_every_machine(service):
    for device in service.devices():
        if device.id != "ideal":
            text = HEAD + "x $2; bit c; c = measure $2;"
            assert service.run(text, device.id, shots=20, mitigation="none", timeout=60).counts


def test_pages_of_jobs_join(service):
    tag = f"page-{np.random.randint(10**9)}"
    program = kelvin.Program(HEAD + "qubit q; bit c = measure q;")
    made = {service.submit(kelvin.Request([program], "ideal", shots=1, tags=[tag])).id for _ in range(7)}
    assert {job.id for job in service.jobs(tag=tag)} == made
    assert len(list(service.jobs(tag=tag, limit=3))) == 3


def test_a_session_takes_jobs_and_ends(service):
    with service.session("garnet-20") as session:
        assert sum(session.run(HEAD + "qubit q; h q; bit c = measure q;", shots=30).counts.values()) == 30
    assert session.document["status"] == "closed"


def test_many_at_once(daemon):
    async def all_of_them():
        async with kelvin.AsyncService(daemon.url, daemon.token) as service:
            program = HEAD + "input float t; qubit q; rx(t) q; bit c = measure q;"
            jobs = await asyncio.gather(*(
                service.submit(kelvin.Request([kelvin.Program(program, {"t": t})], "ideal", shots=10))
                for t in (0.0, np.pi) * 10))
            return [(await job).counts for job in jobs]

    assert asyncio.run(all_of_them()) == [{"0": 10}, {"1": 10}] * 10


def test_the_sign_in_of_the_command_line_is_known(daemon, tmp_path, monkeypatch):
    book = tmp_path / "kelvin" / "services.json"
    book.parent.mkdir()
    book.write_text('{"current": "lab", "services": {"lab": {"url": "%s", "token": "%s"}}}' % (
        daemon.url, daemon.token))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("KELVIN_SERVICE", "KELVIN_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    book.chmod(0o644)
    with pytest.raises(kelvin.KelvinError, match="chmod 600"):
        kelvin.Service()
    book.chmod(0o600)
    assert kelvin.Service().devices() and kelvin.Service("lab").devices()
    assert daemon.token not in repr(kelvin.Service().sign_in)


def test_a_picture(service, tmp_path):
    import matplotlib

    matplotlib.use("agg")
    from kelvin import plots

    result = service.run(HEAD + "qubit[2] q; h q[0]; bit[2] c = measure q;", "garnet-20", shots=300)
    axes = plots.histogram(result[0])
    axes.figure.savefig(tmp_path / "counts.png")
    # Bars as read and bars with the readout error inverted.
    assert len(axes.containers) == 4 and (tmp_path / "counts.png").stat().st_size > 1000


@pytest.mark.parametrize("package", ["kelvin", "kelvin-qiskit", "kelvin-cirq"])
def test_types_hold_and_wheels_build(package, tmp_path):
    subprocess.run([sys.executable, "-m", "mypy", "src"], cwd=PACKAGES / package, check=True)
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path], cwd=PACKAGES / package,
        check=True, stdout=subprocess.DEVNULL)
    [wheel] = tmp_path.glob("*.whl")
    assert "py.typed" in subprocess.run(
        [sys.executable, "-m", "zipfile", "-l", wheel], check=True, capture_output=True, text=True).stdout
