"""The same seed gives the same bytes: run after run, on one core or all."""

import os
import shutil

import pytest

from peers import command, qasm2, workloads

RUNS = [("ideal", 5001), ("heron-133", 5002), ("heron-133", 5003), ("heron-156", 5004)]


def run_bytes(source, machine, seed, prefix=()):
    return command.kelvin(
        "run", source, "--device", machine, "--shots", 2000, "--seed", seed, "--format", "json", "--no-timing",
        prefix=prefix)  # fmt: skip


def one_core():
    if shutil.which("taskset") is None or len(os.sched_getaffinity(0)) < 2:
        pytest.skip("needs taskset and two cores")
    return ("taskset", "-c", str(min(os.sched_getaffinity(0))))


@pytest.mark.parametrize("machine,seed", RUNS)
def test_runs_repeat_byte_for_byte(machine, seed, tmp_path):
    source = tmp_path / "program.qasm"
    source.write_text(workloads.program(seed) if seed % 2 else workloads.dynamic(seed))
    first = run_bytes(source, machine, seed)
    for _ in range(3):
        assert run_bytes(source, machine, seed) == first
    for _ in range(2):
        assert run_bytes(source, machine, seed, one_core()) == first
    assert run_bytes(source, machine, seed + 1) != first


@pytest.mark.parametrize("seed", range(5100, 5106))
def test_compilations_repeat_byte_for_byte(seed, tmp_path):
    source = tmp_path / "program.qasm"
    source.write_text(qasm2.program(seed, most=9, statements=60, measured=True))
    arguments = ("compile", source, "--device", "heron-133", "--seed", seed)
    first = command.kelvin(*arguments)
    for _ in range(3):
        assert command.kelvin(*arguments) == first
    assert command.kelvin(*arguments, prefix=one_core()) == first
