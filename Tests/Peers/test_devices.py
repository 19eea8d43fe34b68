"""Every shipped machine: it keeps the promises of the driver interface, never meets a dead coupler, and is quick."""

import json
import re
import resource
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from peers import workloads
from peers.command import BINARY, ROOT, kelvin

MACHINES = sorted(p.stem for p in (ROOT / "Sources" / "Drivers" / "Devices").glob("*.json"))


def test_there_are_ten():
    assert len(MACHINES) == 10


@pytest.mark.parametrize("name", [*MACHINES, "ideal"])
def test_conforms(name):
    report = json.loads(
        kelvin("devices", "conform", name, "--shots", 1000, "--sample", 1, "--format", "json", timeout=600))  # fmt: skip
    assert len(report["checks"]) == 7
    assert [c for c in report["checks"] if not c["passed"]] == []


@pytest.mark.parametrize("name", MACHINES)
def test_every_figure_has_a_source(name):
    """A paper, a published file, or the word "assumed", printed by `devices show`."""
    document = json.loads((ROOT / "Sources" / "Drivers" / "Devices" / f"{name}.json").read_text())
    shown = kelvin("devices", "show", name).decode()
    flat = re.sub(r"\s+", " ", shown)
    for figure in document["source"]["figures"]:
        assert re.sub(r"\s+", " ", figure["source"]) in flat


@pytest.mark.parametrize("name", [m for m in MACHINES if m.startswith(("heron", "garnet", "emerald", "nighthawk", "willow"))])
def test_dead_couplers_are_never_used(name, tmp_path):
    document = json.loads((ROOT / "Sources" / "Drivers" / "Devices" / f"{name}.json").read_text())
    record = document["calibration"]
    dead = {k["site"] for k in record["sites"] if not k.get("operational", True)}
    broken = {
        frozenset(f["sites"]) for g in record["gates"] for f in g.get("figures", [])
        if len(f["sites"]) == 2 and f["error"] >= 1
    }  # fmt: skip
    source = tmp_path / "p.qasm"
    # Wide enough to meet whatever is broken: a random circuit over two thirds of the machine.
    count = document["siteCount"] * 2 // 3
    lines = ["OPENQASM 3.0;", 'include "stdgates.inc";', f"qubit[{count}] q;", "h q;"]
    lines += [f"cx q[{k}], q[{(k * 7 + 3) % count}];" for k in range(count) if k != (k * 7 + 3) % count]
    source.write_text("\n".join(lines) + "\n")
    text = kelvin("compile", source, "--device", name, "--to", "qasm3").decode()
    used = 0
    for line in text.splitlines():
        if line.startswith(("barrier", "delay", "gate")):
            continue
        sites = [int(p) for p in re.findall(r"\$(\d+)", line)]
        used += len(sites) == 2
        assert not dead & set(sites), line
        assert len(sites) != 2 or frozenset(sites) not in broken, line
    assert used > count // 2


def test_a_small_noisy_job_takes_milliseconds(tmp_path):
    """Five qubits, 1,000 shots on 156 sites: under 20 ms after compilation, the best of several runs."""
    source = tmp_path / "p.qasm"
    source.write_text(workloads.program(5001))
    assert "qubit[5]" in source.read_text()
    best = min(execution(source) for _ in range(15))
    print(f"{best:.1f} ms")
    assert best < 20


def execution(source):
    """Milliseconds of the step that runs the compiled program."""
    document = json.loads(
        kelvin("run", source, "--device", "heron-156", "--shots", 1000, "--mitigation", "none", "--format", "json"))  # fmt: skip
    return next(s["busySeconds"] * 1e3 for s in document["timing"]["steps"] if s["step"] == "execute")


def test_import_of_156_sites_takes_milliseconds(tmp_path):
    """The whole command, processor time, the best of several runs: under 50 ms."""
    folder = Path(str(files("qiskit_ibm_runtime"))) / "fake_provider" / "backends" / "boston"
    sources = [folder / "conf_boston.json", folder / "props_boston.json"]

    def import_once():
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [BINARY, "devices", "import", *sources, "-o", tmp_path / "device.json"], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1e3

    best = min(import_once() for _ in range(25))
    print(f"{best:.1f} ms")
    assert best < 50
