"""The examples of quri-parts-oqtopus, as they are published, on a machine that is called what they ask for."""

import ast
import re

import published
import pytest
from conftest import Daemon

SOURCE = "quri-parts-oqtopus==1.1.5"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home directory with the section of `~/.oqtopus` that the examples name."""
    home = tmp_path_factory.mktemp("home")
    published.machine(home, "qulacs")
    daemon = Daemon(KELVIN_DEVICES=str(home))
    (home / ".oqtopus").write_text(f"[oqtopus-dev]\nurl={daemon.url}/oqtopus\napi_token={daemon.token}\n")
    yield home
    daemon.stop()


def printed(name, home):
    return published.run(published.archive(SOURCE) / "examples" / name, {"HOME": str(home)})


def last(text):
    """The dictionary of the last line: examples end with what came out."""
    line = re.sub(r"Counter\(({.*?})\)", r"\1", text.strip().splitlines()[-1])
    return ast.literal_eval(re.search(r"{.*}", line)[0])


@pytest.mark.parametrize("name", [
    "submit_job_sampling.py", "submit_job_sampling_qasm.py", "submit_job_sampling_device_info.py",
    "submit_job_sampling_transpiler_info.py"])
def test_sampling(name, home):
    counts = last(printed(name, home))
    total = sum(counts.values())
    # A Bell state of 10,000 shots on an emulated machine.
    assert total == pytest.approx(10_000, abs=1)
    for outcome in (0, 3):
        assert counts[outcome] / total == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("name", [
    "submit_job_multi_manual.py", "submit_job_multi_manual_qasm.py", "submit_job_multi_manual_transpiler_info.py"])
def test_several_programs_at_once(name, home):
    counts = last(printed(name, home))
    assert set(counts) == {0, 1}
    assert counts[1].get(1, 0) > 9_000


@pytest.mark.parametrize("name, exact", [
    # XX + ZZ of a Bell state; the last leaves the Hadamard gate out.
    ("submit_job_estimation.py", 2), ("submit_job_estimation_qasm.py", 2),
    ("submit_job_estimation_transpiler_info.py", 1)])
def test_estimation(name, exact, home):
    value = complex(re.findall(r"^\(?(-?[\d.]+(?:[+-][\d.]+j)?)\)?$", printed(name, home), re.M)[0])
    assert value.real == pytest.approx(exact, abs=0.2)


def test_machines_are_listed(home):
    assert "######## device for qulacs" in printed("get_devices.py", home)
