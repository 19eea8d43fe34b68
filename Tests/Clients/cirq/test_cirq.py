"""kelvin-cirq against Cirq's own simulators."""

import cirq
import kelvin
import numpy as np
import pytest
import sympy
from kelvin_cirq import KelvinSampler
from programs import is_plausible, programs

SHOTS = 4000


def circuit(program):
    qubits = [cirq.NamedQubit(f"n{k:02}") for k in range(program.qubits)]
    gates = {
        "h": cirq.H, "x": cirq.X, "y": cirq.Y, "z": cirq.Z, "s": cirq.S, "sdg": cirq.S**-1, "t": cirq.T,
        "tdg": cirq.T**-1, "sx": cirq.X**0.5, "cx": cirq.CX, "cz": cirq.CZ, "swap": cirq.SWAP,
        "cy": cirq.ControlledGate(cirq.Y), "rx": cirq.rx, "ry": cirq.ry, "rz": cirq.rz,
        "p": lambda a: cirq.ZPowGate(exponent=a / np.pi), "cp": lambda a: cirq.CZPowGate(exponent=a / np.pi),
        "rxx": lambda a: cirq.XXPowGate(exponent=a / np.pi, global_shift=-0.5),
        "ryy": lambda a: cirq.YYPowGate(exponent=a / np.pi, global_shift=-0.5),
        "rzz": lambda a: cirq.ZZPowGate(exponent=a / np.pi, global_shift=-0.5),
        "crx": lambda a: cirq.ControlledGate(cirq.rx(a)), "cry": lambda a: cirq.ControlledGate(cirq.ry(a)),
        "crz": lambda a: cirq.ControlledGate(cirq.rz(a)),
    }
    result = cirq.Circuit()
    for gate, angles, places in program.steps:
        operation = gates[gate](*angles) if angles else gates[gate]
        result.append(operation(*(qubits[place] for place in places)))
    for name, _ in program.registers:
        result.append(cirq.measure(*(qubits[q] for q, register, _ in program.measured if register == name), key=name))
    return result


def distribution(circuit):
    """Of all keys together, by Cirq's simulator."""
    unmeasured = cirq.Circuit(
        operation for operation in circuit.all_operations() if not cirq.is_measurement(operation))
    qubits = sorted(circuit.all_qubits())
    state = cirq.Simulator(dtype=np.complex128).simulate(unmeasured, qubit_order=qubits).final_state_vector
    shares = {}
    places = [qubits.index(q) for op in circuit.all_operations() if cirq.is_measurement(op) for q in op.qubits]
    for index, amplitude in enumerate(state):
        bits = format(index, f"0{len(qubits)}b")
        outcome = "".join(bits[place] for place in places)
        shares[outcome] = shares.get(outcome, 0.0) + abs(amplitude) ** 2
    return shares


def counted(result, circuit):
    keys = [cirq.measurement_key_name(op) for op in circuit.all_operations() if cirq.is_measurement(op)]
    rows = np.concatenate([result.measurements[key] for key in keys], axis=1)
    counts = {}
    for row in rows:
        outcome = "".join(map(str, row))
        counts[outcome] = counts.get(outcome, 0) + 1
    return counts


@pytest.fixture(scope="module")
def ideal(service):
    return KelvinSampler(service)


def test_the_programs_come_back_as_they_are(ideal):
    for program in programs():
        one = circuit(program)
        assert is_plausible(counted(ideal.run(one, repetitions=SHOTS), one), distribution(one), SHOTS), f"{one}"


def test_a_sweep_is_one_job(ideal, service):
    q, t = cirq.q("x"), sympy.Symbol("t")
    one = cirq.Circuit(cirq.rx(2 * t)(q), cirq.measure(q, key="a key with blanks"))
    before = len(list(service.jobs()))
    results = ideal.run_sweep(one, cirq.Linspace("t", 0, np.pi / 2, 5), repetitions=SHOTS)
    assert len(list(service.jobs())) == before + 1
    for value, result in zip(np.linspace(0, np.pi / 2, 5), results, strict=True):
        assert result.params["t"] == pytest.approx(value)
        share = result.measurements["a key with blanks"].mean()
        assert share == pytest.approx(np.sin(value) ** 2, abs=0.05)


def test_cirq_s_gates_all_of_them(ideal):
    q = cirq.LineQubit.range(3)
    one = cirq.Circuit(
        cirq.ry(0.3)(q[0]), (cirq.ISWAP**0.5)(q[0], q[1]), cirq.FSimGate(0.3, 0.4)(q[1], q[2]),
        cirq.PhasedXZGate(x_exponent=0.2, z_exponent=0.3, axis_phase_exponent=0.1)(q[0]), cirq.CCX(*q),
        cirq.MatrixGate(cirq.testing.random_unitary(4, random_state=5))(q[2], q[0]),
        cirq.QuantumFourierTransformGate(3)(*q), cirq.CSWAP(q[1], q[0], q[2]), cirq.measure(*q[::-1], key="m"))
    assert is_plausible(counted(ideal.run(one, repetitions=SHOTS), one), distribution(one), SHOTS)


def test_repeated_keys_controls_resets_and_inversions(ideal):
    q = cirq.LineQubit.range(2)
    body = cirq.FrozenCircuit(cirq.ry(0.7)(q[0]), cirq.measure(q[0], key="r"))
    one = cirq.Circuit(
        cirq.CircuitOperation(body, use_repetition_ids=False).repeat(2),
        cirq.X(q[1]).with_classical_controls("r"), cirq.measure(q[1], key="follow", invert_mask=(True,)),
        cirq.ResetChannel()(q[1]), cirq.measure(q[1], key="zero"))
    result = ideal.run(one, repetitions=20_000)
    theirs = cirq.Simulator(seed=1).run(one, repetitions=20_000)
    assert result.records["r"].shape == theirs.records["r"].shape == (20_000, 2, 1)
    for key in ("r", "follow", "zero"):
        np.testing.assert_allclose(result.records[key].mean(axis=0), theirs.records[key].mean(axis=0), atol=0.025)
    # The second measurement decides, shot by shot.
    assert (result.records["follow"][:, 0, 0] == 1 - result.records["r"][:, 1, 0]).all()


def test_expectation_values_by_cirq(ideal):
    q = cirq.LineQubit.range(2)
    one = cirq.Circuit(cirq.ry(0.6)(q[0]), cirq.CNOT(*q))
    values = ideal.sample_expectation_values(one, [cirq.Z(q[0]), cirq.X(q[0]) * cirq.X(q[1])], num_samples=8000)
    np.testing.assert_allclose(np.array(values).ravel(), [np.cos(0.6), np.sin(0.6)], atol=0.06)


def test_a_machine_as_cirq_s_device(service):
    sampler = KelvinSampler(service, "willow-105", on_sites=True)
    device = sampler.device
    a, b = next(iter(device.metadata.nx_graph.edges))
    one = cirq.Circuit(
        cirq.PhasedXPowGate(phase_exponent=0.3, exponent=0.7)(a), cirq.X(b), cirq.CZ(a, b), cirq.measure(a, b, key="m"))
    device.validate_circuit(one)
    far = next(q for q in device.qubits if q != a and not device.metadata.nx_graph.has_edge(a, q))
    with pytest.raises(ValueError, match="not coupled"):
        device.validate_circuit(cirq.Circuit(cirq.CZ(a, far)))
    with pytest.raises(ValueError, match="no native gate"):
        device.validate_circuit(cirq.Circuit(cirq.SWAP(a, b)))
    counts = counted(sampler.run(one, repetitions=2000), one)
    compiled = sampler.job.result().compiled[0]
    assert f"measure ${a.x};" in compiled and f"measure ${b.x};" in compiled
    # The machine and Cirq's own noise model of its figures agree to a few hundredths.
    noisy = cirq.DensityMatrixSimulator(noise=device.noise_model(), seed=3).run(one, repetitions=2000)
    theirs = counted(noisy, one)
    assert sum(abs(counts.get(k, 0) - theirs.get(k, 0)) for k in {*counts, *theirs}) / 4000 < 0.08


@pytest.mark.parametrize(("make", "why"), [
    (lambda q: cirq.Circuit(cirq.X(q)), "measures nothing"),
    (lambda q: cirq.Circuit(cirq.rx(sympy.Symbol("t"))(q), cirq.measure(q)), "no value for t"),
    (lambda q: cirq.Circuit(cirq.measure(cirq.LineQid(0, dimension=3))), "3 levels"),
])
def test_what_cannot_be_run_says_why(ideal, make, why):
    with pytest.raises(kelvin.ProgramError, match=why):
        ideal.run(make(cirq.q("a")))
