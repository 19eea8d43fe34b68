"""Aer's noise for a machine of a device file: the same convention, worked out again from the published figures.

A gate is followed by depolarizing noise and by the relaxation of its operands over its duration; the depolarizing part
makes up what is missing to the published average infidelity. Delays relax. Readout flips bits by the confusion matrix.
"""

import math

from qiskit import QuantumCircuit
from qiskit.circuit import Delay
from qiskit_aer.noise import NoiseModel, ReadoutError, RelaxationNoisePass
from qiskit_aer.noise.errors import depolarizing_error, thermal_relaxation_error

from .equivalence import compact


def entanglement_fidelity(t1, t2, time):
    """Of relaxation to the ground state over `time`, from its Pauli transfer matrix diag(1, e₂, e₂, e₁)."""
    return (1 + math.exp(-time / t1) + 2 * math.exp(-time / t2)) / 4


def depolarizing_part(error, dimension, relaxation_fidelity):
    """λ of ρ ↦ (1 − λ)·ρ + λ·1/d, such that with relaxation the average infidelity is `error`; 0 where relaxation alone
    is worse."""
    target = ((1 - error) * (dimension + 1) - 1) / dimension
    least = 1 / dimension**2
    return max(0.0, (relaxation_fidelity - target) / (relaxation_fidelity - least))


def gate_error(device, name, sites):
    error, duration = device.gate(name, sites)
    times = [device.relaxation(s) for s in sites]
    fidelity = math.prod(entanglement_fidelity(t1, t2, duration) for t1, t2 in times)
    dimension = 2 ** len(sites)
    part = depolarizing_error(depolarizing_part(error, dimension, fidelity), len(sites))
    relaxation = thermal_relaxation_error(*times[0], duration)
    for t1, t2 in times[1:]:
        # Operand 0 is the least significant qubit: `expand` puts further ones above it.
        relaxation = relaxation.expand(thermal_relaxation_error(t1, t2, duration))
    return part.compose(relaxation)


def noisy(circuit, device):
    """A compiled circuit with explicit delays on the sites it uses, its idle relaxation written in, and the noise model
    of its gates and readouts. Errors during the readout are part of the readout's figures: sites do not relax in it."""
    small, sites = compact(circuit)
    model = NoiseModel(basis_gates=["cz", "rz", "sx", "x", "id", "rx", "rzz"])
    seen = set()
    for instruction in small.data:
        name = instruction.operation.name
        places = [small.find_bit(q).index for q in instruction.qubits]
        operands = [sites[p] for p in places]
        if name in ("delay", "barrier") or name in device.virtual or (name, tuple(places)) in seen:
            continue
        seen.add((name, tuple(places)))
        if name == "measure":
            readout = device.sites[operands[0]]["readout"]
            one, zero = readout["falseOne"], readout["falseZero"]
            model.add_readout_error(ReadoutError([[1 - one, one], [zero, 1 - zero]]), places)
        else:
            model.add_quantum_error(gate_error(device, name, operands), name, places)
    times = [device.relaxation(s) for s in sites]
    idle = RelaxationNoisePass([t for t, _ in times], [t for _, t in times], dt=device.dt, op_types=Delay)
    timed = QuantumCircuit(small.num_qubits, small.num_clbits)
    # Measurements come last on their sites here; last in the text, Aer evolves the density matrix once for all shots.
    for instruction in sorted(small.data, key=lambda i: i.operation.name == "measure"):
        timed.append(
            instruction.operation, [small.find_bit(q).index for q in instruction.qubits],
            [small.find_bit(b).index for b in instruction.clbits])  # fmt: skip
    return idle(timed), model, sites
