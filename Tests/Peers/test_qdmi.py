"""QDMI both ways: mqt-core's device libraries behind Kelvin, Kelvin's device library behind mqt-core and Qiskit."""

import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from peers.command import BINARY, KelvinError, kelvin

MQT = Path(str(files("mqt.core"))) / "lib64"
DDSIM = MQT / "mqt-core-qdmi-ddsim-device.qdmi.json"
SC = MQT / "mqt-core-qdmi-sc-device.qdmi.json"

# Asymmetric in every bit: a = 101 or 111 with bit 1 random, b = 1.
PROGRAM = """OPENQASM 3.0; include "stdgates.inc";
qubit[4] q; bit[3] a; bit b;
x q[0]; h q[1]; x q[3]; cx q[1], q[2]; cx q[3], q[2]; cx q[1], q[2];
a[0] = measure q[0]; a[1] = measure q[1]; a[2] = measure q[2]; b = measure q[3];
"""


def test_ddsim_runs(tmp_path):
    program = tmp_path / "p.qasm"
    program.write_text(PROGRAM)
    result = json.loads(
        kelvin("run", program, "--device", DDSIM, "--shots", 1000, "--mitigation", "none", "--format", "json"))  # fmt: skip
    sample = result["results"][0]["samples"][0]
    counts = sample["counts"]
    assert set(counts) == {"101 1", "111 1"} and sum(counts.values()) == 1000
    assert abs(counts["101 1"] - 500) < 100


def test_ddsim_conforms():
    report = json.loads(
        kelvin("devices", "conform", DDSIM, "--shots", 400, "--sample", 1, "--format", "json", timeout=600))  # fmt: skip
    assert [c["check"] for c in report["checks"] if not c["passed"]] == []


@pytest.mark.parametrize("name, model", [("mqt.sc.iqm.garnet", "iqm-garnet"), ("mqt.sc.iqm.emerald", "iqm-emerald")])
def test_sc_describes_its_machine(name, model, tmp_path):
    """The library's own description, read through QDMI, equals the file that it was configured with."""
    shown = json.loads(kelvin("devices", "show", f"{SC}#{name}", "--format", "json"))
    theirs = json.loads((MQT / f"{model}.json").read_text())
    assert str(theirs["numQubits"]) in json.dumps(shown)
    direct = tmp_path / "direct.json"
    kelvin("devices", "import", MQT / f"{model}.json", "-o", direct)
    assert json.loads(direct.read_text())["siteCount"] == theirs["numQubits"]


def test_sc_runs_nothing(tmp_path):
    program = tmp_path / "p.qasm"
    program.write_text(PROGRAM)
    with pytest.raises(KelvinError) as refusal:
        kelvin("run", program, "--device", f"{SC}#mqt.sc.iqm.garnet")
    assert "takes no OpenQASM" in refusal.value.message


CLIENT = """
import json, sys
from mqt.core import qdmi
from mqt.core.plugins.qiskit import QDMIBackend
from qiskit import QuantumCircuit, transpile

session = qdmi.Session()
report = {"ids": list(session.device_ids)}
device = session.get_device("kelvin.heron-133")
cz = next(o for o in device.operations() if o.name() == "cz")
unit = {"ns": 1e-9}[device.duration_unit()] * device.duration_scale_factor()
report["t1"] = [s.t1() * unit for s in device.sites()]
report["cz"] = [
    [a.index(), b.index(), 1 - cz.fidelity(sites=[a, b]), cz.duration(sites=[a, b]) * unit] for a, b in cz.site_pairs()
]
for name in ["kelvin.heron-133", "kelvin.heron-156", "kelvin.ideal"]:
    backend = QDMIBackend.from_device_id(name)
    circuit = QuantumCircuit(3, 3)
    circuit.x(0)
    circuit.h(1)
    circuit.cx(1, 2)
    circuit.measure([0, 1, 2], [0, 1, 2])
    job = backend.run(transpile(circuit, backend, seed_transpiler=1), shots=600)
    report[name] = job.result().get_counts()
job = device.submit_job(sys.argv[1], qdmi.ProgramFormat.QASM3, 200)
job.wait()
report["physical"] = job.get_counts()
report["shots"] = len(job.get_shots())
print(json.dumps(report))
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    library = Path(BINARY).parent / "libKelvinQDMI.so"
    manifest = tmp_path_factory.mktemp("qdmi") / "kelvin.qdmi.json"
    manifest.write_bytes(kelvin("devices", "manifest", "--library", library))
    program = 'OPENQASM 3.0; include "stdgates.inc"; bit[2] c; x $7; c[1] = measure $7; c[0] = measure $6;'
    done = subprocess.run(
        [sys.executable, "-c", CLIENT, program], capture_output=True, text=True, timeout=600,
        env={**os.environ, "MQT_CORE_QDMI_CONFIG_FILE": str(manifest)})  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_mqt_lists_every_device(client):
    ours = {f"kelvin.{d['id']}" for d in json.loads(kelvin("devices", "list", "--format", "json"))}
    assert ours <= set(client["ids"])


def test_mqt_reads_every_figure(client):
    ours = json.loads((Path(__file__).parents[2] / "Sources/Drivers/Devices/heron-133.json").read_text())
    for site, t1 in zip(ours["calibration"]["sites"], client["t1"]):
        assert abs(site["t1"] - t1) < 1e-11
    figures = next(g for g in ours["calibration"]["gates"] if g["gate"] == "cz")["figures"]
    table = {tuple(f["sites"]): f for f in figures if f["error"] < 1}
    assert {(a, b) for a, b, _, _ in client["cz"]} == set(table)
    for a, b, error, duration in client["cz"]:
        assert abs(table[a, b]["error"] - error) < 1e-12 and abs(table[a, b]["duration"] - duration) < 1e-15


def test_qiskit_runs_on_our_devices(client):
    for name in ["kelvin.heron-133", "kelvin.heron-156", "kelvin.ideal"]:
        counts = client[name]
        assert sum(counts.values()) == 600
        likely = counts.get("001", 0) + counts.get("111", 0)
        assert likely > (599 if name == "kelvin.ideal" else 500)
        assert abs(counts["001"] - counts["111"]) < 160


def test_physical_qubits_are_sites(client):
    assert client["physical"].get("10", 0) > 150 and client["shots"] == 200
