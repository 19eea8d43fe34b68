"""Other people's device files: every figure arrives, and what Kelvin exports is read by those who own the form."""

import json
import math
import resource
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from peers.command import BINARY, KelvinError, kelvin

SNAPSHOTS = Path(str(files("qiskit_ibm_runtime"))) / "fake_provider" / "backends"
NAMES = sorted(p.name for p in SNAPSHOTS.iterdir() if (p / f"props_{p.name}.json").exists())
SCALE = {"us": 1e-6, "µs": 1e-6, "ns": 1e-9, "": 1.0, "GHz": 1e9}


def files_of(name):
    return SNAPSHOTS / name / f"conf_{name}.json", SNAPSHOTS / name / f"props_{name}.json"


def imported(directory, *sources, flags=()):
    output = Path(directory) / "device.json"
    done = subprocess.run(
        [BINARY, "devices", "import", *map(str, sources), "-o", output, *flags], capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(output.read_text()), done.stderr


def test_there_are_about_sixty():
    assert len(NAMES) >= 60


def close(a, b):
    return a == b or math.isclose(a, b, rel_tol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_every_snapshot(name, tmp_path):
    conf, props = (json.loads(p.read_text()) for p in files_of(name))
    device, warnings = imported(tmp_path, *files_of(name))
    assert device["siteCount"] == conf["n_qubits"]
    record = device["calibration"]
    for site, published in zip(record["sites"], props["qubits"]):
        figures = {f["name"]: f["value"] * SCALE[f["unit"]] for f in published}
        for key, name_there in [("t1", "T1"), ("t2", "T2")]:
            assert (key in site) == (name_there in figures)
            if key in site:
                # Kept as published, also where T2 > 2·T1.
                assert close(site[key], figures[name_there])
        if site.get("t2", 0) > 2 * site.get("t1", math.inf):
            assert f"site {site['site']}: the published T2" in warnings
        readout = site["readout"]
        if figures["readout_error"] < 1:
            assert close(readout["falseZero"], figures["prob_meas0_prep1"])
            assert close(readout["falseOne"], figures["prob_meas1_prep0"])
    theirs = {}
    for gate in props["gates"]:
        figures = {f["name"]: f["value"] * SCALE[f["unit"]] for f in gate["parameters"]}
        theirs[gate["gate"], tuple(gate["qubits"])] = figures
    seen = 0
    for gate in record["gates"]:
        for entry in gate.get("figures", []):
            published = theirs.get((gate["gate"], tuple(entry["sites"]))) or theirs.get(
                ({"p": "u1", "u": "u3"}.get(gate["gate"]), tuple(entry["sites"])))  # fmt: skip
            if published is None:
                continue
            seen += 1
            assert close(entry["error"], min(1, published["gate_error"]))
            if published.get("gate_length"):
                assert close(entry["duration"], published["gate_length"])
            if published["gate_error"] >= 1 and len(entry["sites"]) == 2:
                assert "reported dead and never used" in warnings
    assert seen >= conf["n_qubits"]
    # Couplings are those of the machine; one without any figure is left out, and said so.
    pairs = {tuple(p) for p in conf["coupling_map"] or []}
    ours = {tuple(p) for p in device["connectivity"]}
    assert ours <= pairs and (ours == pairs or "left out" in warnings)


@pytest.mark.parametrize("name", ["aachen", "torino", "brisbane", "almaden", "armonk", "kingston"])
def test_imported_machines_run(name, tmp_path):
    imported(tmp_path, *files_of(name))
    program = tmp_path / "p.qasm"
    program.write_text('OPENQASM 3.0; include "stdgates.inc"; qubit q; bit c; x q; c = measure q;')
    result = json.loads(
        kelvin("run", program, "--device", tmp_path / "device.json", "--shots", 400, "--seed", 1, "--format", "json"))  # fmt: skip
    counts = result["results"][0]["samples"][0]["counts"]
    assert counts["1"] > 300


@pytest.mark.parametrize("snapshot, shipped", [("torino", "heron-133"), ("boston", "heron-156")])
def test_shipped_files_are_imports(snapshot, shipped, tmp_path):
    device, _ = imported(tmp_path, *files_of(snapshot), flags=["--id", shipped])
    ours = json.loads((Path(__file__).parents[2] / "Sources/Drivers/Devices" / f"{shipped}.json").read_text())
    for a, b in zip(device["calibration"]["sites"], ours["calibration"]["sites"]):
        assert {k: a[k] for k in ("t1", "t2", "readout")} == {k: b[k] for k in ("t1", "t2", "readout")}
    table = {(g["gate"], tuple(f["sites"])): f for g in device["calibration"]["gates"] for f in g["figures"]}
    for gate in ours["calibration"]["gates"]:
        for figures in gate.get("figures", []):
            assert table[gate["gate"], tuple(figures["sites"])] == figures


def cpu(*arguments):
    """Processor time of a command, seconds: the least of several runs, other programs take none of it."""
    best = math.inf
    for _ in range(7):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([BINARY, *map(str, arguments)], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return best


def test_156_qubits_take_under_50_ms(tmp_path):
    spent = cpu("devices", "import", *files_of("aachen"), "-o", tmp_path / "d.json") - cpu("version")
    print(f"import of 156 qubits: {1e3 * spent:.1f} ms")
    assert spent < 0.050


def test_mqt_devices(tmp_path):
    library = Path(str(files("mqt.core"))) / "lib64"
    garnet, _ = imported(tmp_path, library / "iqm-garnet.json")
    theirs = json.loads((library / "iqm-garnet.json").read_text())
    assert close(garnet["calibration"]["sites"][0]["t1"], 26626e-9)
    cz = {tuple(f["sites"]): f["error"] for g in garnet["calibration"]["gates"] if g["gate"] == "cz" for f in g["figures"]}
    for entry in next(o for o in theirs["operations"] if o["name"] == "cz")["siteOverrides"]:
        assert math.isclose(cz[tuple(entry["sites"])], 1 - entry["fidelity"], rel_tol=1e-9)
    for name in ["iqm-emerald", "ibm-heron", "ibm-nighthawk", "mqt-core-qdmi-sc-device"]:
        imported(tmp_path, library / f"{name}.json")


@pytest.mark.parametrize(
    "calibration, specification, count",
    [
        ("willow_pink_d7v1-2024_08_16_calibration", "willow_pink_d7v1-2024_08_16_device_spec_for_grid_device", 105),
        ("weber_2021_11_03_calibration", "weber_2021_12_10_device_spec_for_grid_device", 53),
        ("rainbow_2021_11_16_calibration", "rainbow_2021_12_10_device_spec_for_grid_device", 23),
    ],
)
def test_cirq_calibrations(calibration, specification, count, tmp_path):
    import sysconfig

    root = Path(sysconfig.get_paths()["purelib"]) / "cirq_google" / "devices"
    source = root / "calibrations" / f"{calibration}.json"
    device, _ = imported(tmp_path, source, root / "specifications" / f"{specification}.proto.txt")
    assert device["siteCount"] == count
    metrics = json.loads(source.read_text())["metrics"]["metrics"]
    theirs = {
        m["targets"][0]: m["values"][0]["doubleVal"] for m in metrics if m["name"] == "single_qubit_idle_t1_micros"
    }
    for site, (row, column) in zip(device["calibration"]["sites"], device["coordinates"]):
        if f"{row}_{column}" in theirs:
            assert close(site["t1"], theirs[f"{row}_{column}"] * 1e-6)


@pytest.mark.parametrize("device", ["heron-133", "heron-156"])
def test_ibm_reads_our_export(device, tmp_path):
    from qiskit_ibm_runtime.models import BackendProperties, QasmBackendConfiguration
    from qiskit_ibm_runtime.utils.backend_converter import convert_to_target

    kelvin("devices", "export", device, "--format", "ibm", "-o", tmp_path)
    conf = QasmBackendConfiguration.from_dict(json.loads((tmp_path / f"conf_{device}.json").read_text()))
    props = BackendProperties.from_dict(json.loads((tmp_path / f"props_{device}.json").read_text()))
    ours = json.loads((Path(__file__).parents[2] / "Sources/Drivers/Devices" / f"{device}.json").read_text())
    assert conf.n_qubits == ours["siteCount"]
    for site in ours["calibration"]["sites"]:
        assert close(props.t1(site["site"]), site["t1"]) and close(props.t2(site["site"]), site["t2"])
    for gate in ours["calibration"]["gates"]:
        for figures in gate.get("figures", []):
            assert close(props.gate_error(gate["gate"], figures["sites"]), figures["error"])
            assert close(props.gate_length(gate["gate"], figures["sites"]), figures["duration"])
    target = convert_to_target(conf, props)
    assert target.num_qubits == ours["siteCount"] and "cz" in target.operation_names


def test_braket_reads_our_export(tmp_path):
    from braket.device_schema.iqm import IqmDeviceCapabilities

    kelvin("devices", "export", "heron-133", "--format", "braket", "-o", tmp_path)
    text = (tmp_path / "heron-133.braket.json").read_text()
    capabilities = IqmDeviceCapabilities.parse_raw(text)
    assert capabilities.paradigm.qubitCount == 133
    assert len(capabilities.standardized.oneQubitProperties) == 133
    back, _ = imported(tmp_path, tmp_path / "heron-133.braket.json")
    assert back["siteCount"] == 133


def test_wrong_files_are_refused(tmp_path):
    conf, props = files_of("torino")
    for text in ["", "{", "[]", '{"backend_name": 1}', "NaN"]:
        wrong = tmp_path / "wrong.json"
        wrong.write_text(text)
        for sources in [[wrong], [conf, wrong], [wrong, props]]:
            with pytest.raises(KelvinError) as refusal:
                kelvin("devices", "import", *sources, "-o", tmp_path / "x.json")
            assert refusal.value.status in (1, 3) and "error[" in refusal.value.message
