"""Mitiq, unmodified, on an emulated machine through kelvin-cirq: folded circuits stay folded, and less error is left."""

import re

import cirq
import numpy as np
import pytest
from kelvin_cirq import KelvinSampler
from mitiq import Executor, MeasurementResult, Observable, PauliString, benchmarks, zne

SHOTS = 8000


def sampler(service, **options):
    return KelvinSampler(service, "heron-133", keep_gates=True, seed=11, **options)


def survival(machine):
    """An executor as Mitiq's documentation writes it: the probability of finding nothing but zeros."""
    def execute(circuit: cirq.Circuit) -> float:
        measured = circuit + cirq.measure(*sorted(circuit.all_qubits()), key="m")
        return machine.run(measured, repetitions=SHOTS).histogram(key="m")[0] / SHOTS
    return execute


def returning(cliffords, seed=3):
    """Random Cliffords on two qubits that come back to where they began: without noise, all zeros."""
    (circuit,) = benchmarks.generate_rb_circuits(2, cliffords, trials=1, seed=seed)
    return circuit


def gates(machine, name):
    """How often a gate stands in the program that ran last."""
    (text,) = machine.job.result().compiled
    return len(re.findall(rf"^{name}\b", text, re.MULTILINE))


def run(machine, circuit):
    machine.run(circuit + cirq.measure(*sorted(circuit.all_qubits()), key="m"), repetitions=100)


@pytest.mark.parametrize("fold", [zne.scaling.fold_global, zne.scaling.fold_all, zne.scaling.fold_gates_at_random])
def test_folded_circuits_hold_the_gates_of_their_folds(service, fold):
    kept, free = sampler(service), KelvinSampler(service, "heron-133", seed=11)
    circuit = returning(4)
    run(kept, circuit)
    entanglers = gates(kept, "cz")
    assert entanglers == sum(len(operation.qubits) == 2 for operation in circuit.all_operations()) > 3
    pulses = gates(kept, "(sx|x)")
    for scale in (3, 5):
        folded = fold(circuit, scale)
        run(kept, folded)
        assert gates(kept, "cz") == scale * entanglers
        assert gates(kept, "(sx|x)") >= scale * pulses
        # A compiler that may do as it likes takes the folds out again.
        run(free, folded)
        assert gates(free, "cz") <= 3


def test_identities_that_are_put_in_stay(service):
    kept = sampler(service)
    circuit = returning(4)
    run(kept, zne.scaling.insert_id_layers(circuit, 2))
    assert gates(kept, "id") >= 2 * len(circuit)


@pytest.mark.parametrize("seed", [3, 8])
def test_zero_noise_extrapolation_leaves_less_error(service, seed):
    machine = sampler(service)
    execute = survival(machine)
    circuit = returning(24, seed)
    noisy = execute(circuit)
    scaled = execute(zne.scaling.fold_global(circuit, 3))
    # Three times the gates, about three times the error.
    assert 0.5 < noisy < 0.97
    assert 1.8 < (1 - scaled) / (1 - noisy) < 3.5
    factory = zne.inference.PolyFactory([1.0, 2.0, 3.0], order=2)
    better = zne.execute_with_zne(circuit, execute, factory=factory, scale_noise=zne.scaling.fold_global)
    assert abs(better - 1) < 0.5 * abs(noisy - 1), f"without {noisy}, scaled {scaled}, mitigated {better}"


def test_observables_are_measured_by_mitiq(service):
    # Sites of one's own choice: a circuit of another length might be placed elsewhere, where the noise is another one.
    machine = sampler(service, on_sites=True)
    calibration = machine.device.machine.calibration
    wrong = [site.get("readout", {}) for site in calibration["sites"]]
    (gate,) = [gate for gate in calibration["gates"] if gate["gate"] == "cz"]
    error = {tuple(figure["sites"]): figure["error"] for figure in gate["figures"]}
    # Few readout errors, which folding does not scale, and a gate that errs a little.
    q = min(machine.device.metadata.nx_graph.edges, key=lambda pair: 20 * error[pair[0].x, pair[1].x] + sum(
        wrong[qubit.x].get("falseOne", 1) + wrong[qubit.x].get("falseZero", 1) for qubit in pair))

    def execute(circuit: cirq.Circuit) -> MeasurementResult:
        (outcomes,) = machine.run(circuit, repetitions=SHOTS).measurements.values()
        (places,) = [operation.qubits for operation in circuit.all_operations() if cirq.is_measurement(operation)]
        return MeasurementResult(outcomes.tolist(), qubit_indices=tuple(q.index(place) for place in places))

    once = cirq.Circuit(cirq.CNOT(*q), cirq.rx(0.3)(q[1]), cirq.CNOT(*q), cirq.rx(-0.3)(q[1]))
    circuit = cirq.Circuit(cirq.ry(0.4)(q[0]), [once, cirq.inverse(once)] * 5)
    # In one basis: Mitiq 1.1.0 mixes the outcomes of several up when it extrapolates, whatever runs the circuits.
    observable = Observable(PauliString("ZI", 0.5), PauliString("ZZ"), PauliString("IZ"))
    ideal = 1.5 * np.cos(0.4) + 1
    noisy = Executor(execute).evaluate(circuit, observable)[0].real
    better = zne.execute_with_zne(
        circuit, execute, observable, factory=zne.inference.PolyFactory([1.0, 3.0, 5.0], order=2),
        scale_noise=zne.scaling.fold_all).real
    assert abs(better - ideal) < 0.6 * abs(noisy - ideal), f"ideal {ideal}, without {noisy}, mitigated {better}"


def test_circuits_of_a_batch_run_in_one_go(service):
    machine = sampler(service)
    circuits = [zne.scaling.fold_global(returning(6), scale) for scale in (1, 3, 5)]
    batches = []

    def execute(circuits) -> list[float]:
        batches.append(len(circuits))
        measured = [one + cirq.measure(*sorted(one.all_qubits()), key="m") for one in circuits]
        answers = machine.run_batch(measured, repetitions=SHOTS)
        return [answer[0].histogram(key="m")[0] / SHOTS for answer in answers]

    values = Executor(execute, max_batch_size=10).evaluate(circuits)
    assert batches == [3]
    assert values == sorted(values, reverse=True) and values[0] - values[2] > 0.05
