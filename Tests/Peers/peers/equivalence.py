"""Whether a compiled circuit does what its source does, under the layout that was reported."""

import numpy
from qiskit import QuantumCircuit
from qiskit.quantum_info import Operator
from qiskit_aer import AerSimulator

TOLERANCE = 1e-7


def compact(circuit, keep=()):
    """The circuit on the sites that it uses and those of `keep`; returns it with the list of those sites."""
    sites = set(keep)
    for instruction in circuit.data:
        if instruction.operation.name != "barrier":
            sites.update(circuit.find_bit(q).index for q in instruction.qubits)
    sites = sorted(sites)
    place = {site: k for k, site in enumerate(sites)}
    small = QuantumCircuit(len(sites), circuit.num_clbits, global_phase=circuit.global_phase)
    for instruction in circuit.data:
        qubits = [circuit.find_bit(q).index for q in instruction.qubits]
        if instruction.operation.name == "barrier":
            qubits = [q for q in qubits if q in place]
            if qubits:
                small.barrier([place[q] for q in qubits])
            continue
        bits = [circuit.find_bit(b).index for b in instruction.clbits]
        small.append(instruction.operation, [place[q] for q in qubits], bits)
    return small, sites


def unitary(circuit):
    """The matrix of a circuit of gates: by Aer where it knows them all, else by Qiskit's own algebra."""
    bare = QuantumCircuit(circuit.num_qubits, global_phase=circuit.global_phase)
    for instruction in circuit.data:
        if instruction.operation.name not in ("barrier", "delay", "measure"):
            bare.append(instruction.operation, [circuit.find_bit(q).index for q in instruction.qubits])
    known = {"cz", "rz", "sx", "x", "id", "cx", "h", "rx", "ry", "rzz", "p", "u", "ecr", "swap"}
    if {i.operation.name for i in bare.data} <= known:
        bare.save_unitary()
        simulator = AerSimulator(method="unitary", fusion_enable=False, max_parallel_threads=1)
        return numpy.asarray(simulator.run(bare).result().get_unitary())
    return Operator(bare).data


def spread(count, places):
    """For each basis state of `count` qubits, the basis state with its bits at `places` and zeros elsewhere."""
    states = numpy.arange(2**count)
    result = numpy.zeros_like(states)
    for k, place in enumerate(places):
        result |= ((states >> k) & 1) << place
    return result


def distance(meaning, compiled):
    """How far the compiled program is from the matrix `meaning`, up to one phase: the largest difference of any entry of
    the maps from program states (the other sites in |0⟩) to states of all sites."""
    count = len(compiled.initial)
    if meaning.shape != (2**count, 2**count):
        raise AssertionError(f"the layout has {count} qubits, the program {meaning.shape[0].bit_length() - 1}")
    small, sites = compact(compiled.circuit, [*compiled.initial, *compiled.final])
    place = {site: k for k, site in enumerate(sites)}
    columns = unitary(small)[:, spread(count, [place[s] for s in compiled.initial])]
    expected = numpy.zeros_like(columns)
    expected[spread(count, [place[s] for s in compiled.final]), :] = meaning
    overlap = numpy.vdot(expected, columns)
    if abs(overlap) < 1e-6:
        return 1.0
    return float(numpy.abs(columns - expected * (overlap / abs(overlap))).max())
