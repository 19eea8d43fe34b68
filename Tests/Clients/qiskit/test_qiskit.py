"""kelvin-qiskit against Qiskit's own simulators."""

import numpy as np
import kelvin
import pytest
from kelvin_qiskit import KelvinBackend, KelvinEstimator, KelvinProvider, KelvinSampler
from kelvin_qiskit.target import angle_bounds
from programs import is_plausible, programs
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, transpile
from qiskit.circuit import Parameter, ParameterVector
from qiskit.circuit.classical import expr
from qiskit.circuit.library import Initialize, QFTGate, UnitaryGate, efficient_su2
from qiskit.primitives import StatevectorEstimator
from qiskit.quantum_info import Operator, SparsePauliOp, Statevector, random_unitary
from qiskit_aer import AerSimulator

SHOTS = 4000


def circuit(program):
    registers = [ClassicalRegister(size, name) for name, size in program.registers]
    result = QuantumCircuit(QuantumRegister(program.qubits, "q"), *registers, name=program.name)
    for gate, angles, qubits in program.steps:
        getattr(result, gate)(*angles, *qubits)
    named = {register.name: register for register in registers}
    for qubit, register, bit in program.measured:
        result.measure(qubit, named[register][bit])
    return result


def exact(circuit):
    """The distribution of what a circuit without feed-forward measures, in Qiskit's spelling."""
    simulator = AerSimulator(method="statevector")
    copy = circuit.copy()
    places = [(circuit.find_bit(i.qubits[0]).index, circuit.find_bit(i.clbits[0]).index)
              for i in circuit.data if i.operation.name == "measure"]
    copy.remove_final_measurements()
    copy.save_probabilities()
    probabilities = simulator.run(copy).result().data()["probabilities"]
    shares = {}
    for state, share in enumerate(probabilities):
        word = 0
        for qubit, bit in places:
            word |= (state >> qubit & 1) << bit
        shares[word] = shares.get(word, 0.0) + share
    spelled = {}
    for word, share in shares.items():
        texts, place = [], 0
        for register in circuit.cregs:
            texts.append(format(word >> place & (1 << register.size) - 1, f"0{register.size}b"))
            place += register.size
        spelled[" ".join(reversed(texts))] = share
    return spelled


@pytest.fixture(scope="module")
def provider(service):
    return KelvinProvider(service)


@pytest.fixture(scope="module")
def ideal(provider):
    return provider.backend("ideal")


def test_the_programs_come_back_as_they_are(ideal):
    circuits = [circuit(program) for program in programs()]
    result = ideal.run(circuits, shots=SHOTS).result()
    sampled = KelvinSampler(ideal).run(circuits, shots=SHOTS).result()
    for place, one in enumerate(circuits):
        expected = exact(one)
        assert is_plausible(result.get_counts(place), expected, SHOTS), f"{one}"
        for k, register in enumerate(one.cregs):
            marginal = {}
            for outcome, share in expected.items():
                part = list(reversed(outcome.split(" ")))[k]
                marginal[part] = marginal.get(part, 0.0) + share
            counts = sampled[place].data[register.name].get_counts()
            assert is_plausible(counts, marginal, SHOTS), f"{register.name} of {one}"


def test_expectation_values_are_those_of_the_state(ideal):
    rng = np.random.default_rng()
    pubs = []
    for program in programs(10):
        one = circuit(program)
        one.remove_final_measurements()
        labels = ["".join(rng.choice(list("IXYZ"), program.qubits)) for _ in range(4)]
        pubs.append((one, [SparsePauliOp(labels[:3], rng.normal(size=3)), labels[3]]))
    ours = KelvinEstimator(ideal).run(pubs).result()
    theirs = StatevectorEstimator().run(pubs).result()
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a.data.evs, b.data.evs, atol=1e-9)


def test_projectors_and_broadcasting(ideal):
    t = ParameterVector("θ", 2)
    one = QuantumCircuit(2)
    one.ry(t[0], 0)
    one.crx(t[1], 0, 1)
    values = np.random.rand(3, 1, 2) * 3
    observables = [{"0Z": 1.0, "1I": 0.5}, {"+r": 2.0}, {"-l": -1.0, "II": 0.25}]
    ours = KelvinEstimator(ideal).run([(one, observables, values)]).result()[0].data
    assert ours.evs.shape == (3, 3)
    for row in range(3):
        state = Statevector(one.assign_parameters(values[row, 0]))
        for column, observable in enumerate(observables):
            expected = sum(
                weight * state.expectation_value(Operator.from_label(label)).real
                for label, weight in observable.items())
            assert abs(ours.evs[row, column] - expected) < 1e-9, observable


def test_bits_of_one_shot_belong_together(ideal):
    one = QuantumCircuit(QuantumRegister(3), ClassicalRegister(1, "a"), ClassicalRegister(2, "b"))
    one.h(0)
    one.cx(0, 2)
    one.measure([0, 1, 2], [0, 1, 2])
    data = KelvinSampler(ideal).run([one], shots=500).result()[0].data
    a, b = data.a.to_bool_array(order="little"), data.b.to_bool_array(order="little")
    assert (a[:, 0] == b[:, 1]).all() and not b[:, 0].any() and 0 < a.sum() < 500
    memory = ideal.run(one, shots=500, memory=True).result().get_memory()
    assert set(memory) == {"00 0", "10 1"} and len(memory) == 500


def test_dynamic_circuits(ideal):
    one = QuantumCircuit(QuantumRegister(3, "q"), ClassicalRegister(2, "mid"), ClassicalRegister(3, "end"))
    one.ry(1.1, 0)
    one.measure(0, 0)
    with one.if_test((one.clbits[0], 1)) as otherwise:
        one.x(1)
    with otherwise:
        one.ry(0.7, 1)
    one.measure(1, 1)
    with one.switch(one.cregs[0]) as case:
        with case(0):
            one.rx(0.4, 2)
        with case(1, 2):
            one.rx(1.9, 2)
        with case(case.DEFAULT):
            one.x(2)
    with one.if_test(expr.bit_xor(*one.cregs[0])):
        one.h(0)
    with one.for_loop(range(3)):
        one.ry(0.2, 1)
    one.measure([0, 1, 2], [2, 3, 4])
    shots = 20_000
    ours = ideal.run(one, shots=shots).result().get_counts()
    theirs = AerSimulator().run(one, shots=400_000).result().get_counts()
    total = sum(theirs.values())
    assert is_plausible(ours, {outcome: number / total for outcome, number in theirs.items()}, shots)
    assert any(instruction.operation.name == "switch_case" for instruction in one.data)


@pytest.mark.parametrize("name", ["heron-133", "heron-156", "garnet-20", "ion-chain-20", "racetrack-32"])
def test_transpiled_circuits_run_where_they_say(provider, name):
    backend = provider.backend(name)
    program = programs(1)[0]
    one = circuit(program)
    native = transpile(one, backend, optimization_level=1)
    export = backend.export(native)
    # Angles beyond what a gate takes natively are the machine's business to mend.
    if not angle_bounds(backend.device):
        assert export.is_native
    job = backend.run(native, shots=2000)
    counts, expected = job.result().get_counts(), exact(one)
    distance = sum(abs(counts.get(k, 0) / 2000 - expected.get(k, 0)) for k in set(counts) | set(expected)) / 2
    lost = 1 - job.kelvin_job.result().success_probability
    assert distance < lost + 0.15, f"{counts} {expected}"
    if export.is_native:
        sites = {native.find_bit(i.qubits[0]).index for i in native.data if i.operation.name == "measure"}
        compiled = job.kelvin_job.result().compiled[0]
        assert all(f"measure ${site};" in compiled for site in sites)


@pytest.mark.parametrize("transpiles", [False, True])
def test_optimization_level_0_keeps_each_gate(provider, transpiles):
    backend = provider.backend("garnet-20")
    once = QuantumCircuit(3)
    once.h(0)
    once.cz(0, 1)
    once.rx(0.4, 1)
    once.cz(1, 2)
    folded = once.copy()
    for _ in range(4):
        folded = folded.compose(once.inverse()).compose(once)
    folded.measure_all()
    if transpiles:
        folded = transpile(folded, backend, optimization_level=0)
    entanglers = folded.count_ops()["cz"]
    assert entanglers >= 18

    def compiled(job):
        return job.result() and job.kelvin_job.result().compiled[0]

    kept = compiled(backend.run(folded, shots=500, optimization_level=0, seed=4))
    assert kept.count("cz $") >= entanglers and kept.count("r(") >= 9
    if not transpiles:
        # Nothing but swaps comes on top.
        assert (kept.count("cz $") - entanglers) % 3 == 0
        assert compiled(backend.run(folded, shots=500, seed=4)).count("cz $") <= 2
    sampler = KelvinSampler(backend, options={"optimization_level": 0, "seed": 4})
    assert sampler.run([folded], shots=500).kelvin_job.result().compiled[0].count("cz $") == kept.count("cz $")
    with pytest.raises(kelvin.ProgramError, match="optimization level 2"):
        backend.run(folded, optimization_level=2)


def test_estimates_on_a_noisy_machine_carry_their_errors(provider):
    backend = provider.backend("garnet-20")
    t = Parameter("t")
    one = QuantumCircuit(2)
    one.ry(t, 0)
    one.cx(0, 1)
    native = transpile(one, backend)
    observable = SparsePauliOp("ZI").apply_layout(native.layout)
    values = np.linspace(0.2, 2.9, 5)
    estimator = KelvinEstimator(backend, options={"resilience_level": 1})
    result = estimator.run([(native, observable, values.reshape(5, 1))], precision=0.02).result()
    data = result[0].data
    assert data.evs.shape == (5,) and (data.stds > 0).all() and (data.stds < 0.05).all()
    np.testing.assert_allclose(data.evs, np.cos(values), atol=0.12)
    assert result.metadata["emulated"] and result.metadata["device"] == "garnet-20"
    with pytest.raises(kelvin.ProgramError, match="resilience level 2"):
        KelvinEstimator(backend, options={"resilience_level": 2}).run([(native, observable, [1.0])])


def test_what_is_no_gate_is_taken_apart(ideal):
    one = QuantumCircuit(3, 3)
    one.append(UnitaryGate(random_unitary(4, seed=5)), [2, 0])
    one.append(Initialize([0.6, 0.8j]), [1])
    one.append(QFTGate(3), [0, 2, 1])
    inner = QuantumCircuit(2, name="inner part")
    inner.cp(0.3, 0, 1)
    one.append(inner.to_gate().control(1, ctrl_state=0), [1, 2, 0])
    one.measure([0, 1, 2], [2, 0, 1])
    counts = AerSimulator().run(transpile(one, AerSimulator()), shots=400_000).result().get_counts()
    expected = {outcome: number / 400_000 for outcome, number in counts.items()}
    assert is_plausible(ideal.run(one, shots=SHOTS).result().get_counts(), expected, SHOTS)


def test_parameters_have_any_name(ideal):
    names = ["θ", "a b", "gate", "π/2", "x"]
    parameters = [Parameter(name) for name in names]
    one = QuantumCircuit(1, 1)
    for parameter in parameters:
        one.rx(parameter, 0)
    one.measure(0, 0)
    values = dict(zip(parameters, [0.1, 0.2, 0.3, 0.4, 0.5], strict=True))
    counts = KelvinSampler(ideal).run([(one, values)], shots=SHOTS).result()[0].data.c.get_counts()
    share = np.sin(1.5 / 2) ** 2
    assert is_plausible(counts, {"1": share, "0": 1 - share}, SHOTS)


def test_what_cannot_be_run_says_why(ideal, provider):
    with pytest.raises(kelvin.ProgramError, match="measures nothing"):
        KelvinSampler(ideal).run([QuantumCircuit(1)])
    open_circuit = QuantumCircuit(1, 1)
    open_circuit.rx(Parameter("t"), 0)
    with pytest.raises(kelvin.ProgramError, match="without values"):
        ideal.run(open_circuit)
    with pytest.raises(kelvin.ProgramError, match="no option of Kelvin: shotz"):
        ideal.run(QuantumCircuit(1, 1), shotz=3)
    shared = ClassicalRegister(2, "a")
    both = QuantumCircuit(QuantumRegister(1), shared, ClassicalRegister(name="b", bits=shared[:1]))
    with pytest.raises(kelvin.ProgramError, match="share a bit"):
        ideal.run(both)
    wide = QuantumCircuit(30, 30)
    wide.measure(range(30), range(30))
    with pytest.raises((kelvin.ProgramError, kelvin.JobFailed), match="20"):
        provider.backend("garnet-20").run(wide).result(60)


def test_sessions_and_retrieval(provider, service):
    one = QuantumCircuit(2, 2, name="kept")
    one.x(1)
    one.measure([0, 1], [0, 1])
    with service.session("garnet-20") as session:
        backend = KelvinBackend(service, "garnet-20", session=session)
        job = backend.run(one, shots=100, seed_simulator=7)
        counts = job.result().get_counts()
    found = provider.backend("garnet-20").retrieve_job(job.job_id())
    assert found.result().get_counts() == counts and found.status().name == "DONE"


def test_a_variational_loop_finds_its_minimum(ideal):
    """Estimator by SciPy, as Qiskit's tutorial on VQE does it."""
    from scipy.optimize import minimize

    hamiltonian = SparsePauliOp.from_list(
        [("YZ", 0.3980), ("ZI", -0.3980), ("ZZ", -0.0113), ("XX", 0.1810)])
    ansatz = efficient_su2(2, reps=1)
    estimator = KelvinEstimator(ideal)

    def cost(values):
        return float(estimator.run([(ansatz, hamiltonian, values)]).result()[0].data.evs)

    found = minimize(cost, np.full(ansatz.num_parameters, 0.4), method="COBYLA", options={"maxiter": 150})
    exact = np.linalg.eigvalsh(hamiltonian.to_matrix())[0]
    assert found.fun < exact + 0.05
