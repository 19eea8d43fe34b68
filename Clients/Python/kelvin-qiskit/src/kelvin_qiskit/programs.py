"""Qiskit's circuits as programs for Kelvin: OpenQASM 3, with names that come back as they went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import kelvin
import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit, qasm3
from qiskit.circuit import (
    Barrier, ControlFlowOp, Delay, Gate, Measure, Operation, Parameter, ParameterExpression, Reset, Store,
)
from qiskit.circuit.library import UnitaryGate
from qiskit.transpiler import Layout, Target
from qiskit.transpiler.layout import TranspileLayout


#: For each gate that does not take all angles, the interval of each parameter, radians.
Bounds = Mapping[str, Sequence[tuple[float, float] | None]]


@dataclass(frozen=True)
class Export:
    """A circuit as it is sent.

    Attributes:
        inputs: for each parameter, in the circuit's order, the name of its input.
        registers: name and size of the classical registers, as results list them: loose bits first.
        is_native: it consists of native gates on the machine's sites, and nothing is to be changed.
    """

    text: str
    inputs: tuple[str, ...]
    registers: tuple[tuple[str, int], ...]
    is_native: bool

    def program(
        self, circuit: QuantumCircuit, values: npt.NDArray[np.float64] | None = None, *,
        observables: npt.NDArray[np.object_] | None = None, shots: int | None = None,
    ) -> kelvin.Program:
        """The program with its values.

        Args:
            values: the last axis runs over the circuit's parameters.
        """
        inputs = {} if values is None else {name: values[..., place] for place, name in enumerate(self.inputs)}
        return kelvin.Program(
            self.text, inputs, observables, shots, dialect="qiskit", name=circuit.name or "circuit")


class CannotExport(kelvin.ProgramError):
    """A circuit that Kelvin cannot be told."""


def export(
    circuit: QuantumCircuit, target: Target, bounds: Bounds, *, keep: bool | None = None
) -> Export:
    """The circuit as OpenQASM.

    Args:
        target: of the machine; a circuit that is native to it runs as it is, on the sites of its qubits.
        bounds: the angles that its gates take.
        keep: True to insist on that, False to let Kelvin compile it again, None to do what the circuit says.

    Raises:
        CannotExport: for what OpenQASM cannot say.
    """
    overlapping = sum(register.size for register in circuit.cregs) != len(
        {bit for register in circuit.cregs for bit in register})
    if overlapping:
        raise CannotExport(
            f"circuit '{circuit.name}': two classical registers share a bit", code="qiskit.registers",
            cure="give every bit one register")
    # Parameters have any name; inputs have one that no program has.
    inputs = tuple(f"kelvin_p{place}" for place in range(circuit.num_parameters))
    parameters = list(circuit.parameters)
    renamed = _plain(circuit)
    if parameters:
        renamed = renamed.assign_parameters(
            {parameter: Parameter(name) for parameter, name in zip(parameters, inputs, strict=True)})
    is_native = keep is not False and is_native_to(circuit, target, bounds)
    if keep and not is_native:
        raise CannotExport(
            f"circuit '{circuit.name}' is not native to the machine", code="qiskit.native",
            cure="transpile it with this backend, or leave it to Kelvin")
    if is_native or circuit.layout is not None:
        # The exporter writes qubit k as $k where a layout says that qubits are sites.
        if renamed is circuit:
            renamed = circuit.copy()
        renamed._layout = TranspileLayout(  # noqa: SLF001
            Layout(dict(enumerate(renamed.qubits))), {qubit: place for place, qubit in enumerate(renamed.qubits)})
    else:
        renamed._layout = None  # noqa: SLF001
    try:
        text = qasm3.dumps(renamed, allow_aliasing=False)
    except qasm3.QASM3ExporterError as fault:
        raise CannotExport(
            f"circuit '{circuit.name}': {fault.message}", code="qiskit.export",
            cure="decompose what it names into gates") from fault
    held = {bit for register in circuit.cregs for bit in register}
    loose = [(f"b{place}", 1) for place, bit in enumerate(bit for bit in circuit.clbits if bit not in held)]
    registers = tuple(loose + [(register.name, register.size) for register in circuit.cregs])
    return Export(text, inputs, registers, is_native)


def _plain(circuit: QuantumCircuit) -> QuantumCircuit:
    """The circuit, with what OpenQASM has no name for taken apart: what is no gate, and gates of other than angles."""
    fundamental = (Gate, Measure, Reset, Barrier, Delay, ControlFlowOp, Store)

    def is_composed(operation: Operation) -> bool:
        if isinstance(operation, fundamental):
            has_angles = all(isinstance(value, (int, float, ParameterExpression)) for value in operation.params)
            if has_angles or isinstance(operation, UnitaryGate) or not isinstance(operation, Gate):
                return False
        return operation.definition is not None

    # Definitions may hold what is composed again.
    for _ in range(16):
        composed = [instruction for instruction in circuit.data if is_composed(instruction.operation)]
        if not composed:
            break
        circuit = circuit.decompose([instruction.operation.name for instruction in composed])
    return circuit


def is_native_to(circuit: QuantumCircuit, target: Target, bounds: Bounds) -> bool:
    """Whether each instruction is one of the machine's on the sites that its qubits' places name."""
    if target.num_qubits is None or target.build_coupling_map() is None:
        return False
    if circuit.num_qubits != target.num_qubits:
        return False
    return _blocks_are_native(circuit, {qubit: place for place, qubit in enumerate(circuit.qubits)}, target, bounds)


def _blocks_are_native(circuit: QuantumCircuit, sites: dict[object, int], target: Target, bounds: Bounds) -> bool:
    for instruction in circuit.data:
        operation = instruction.operation
        places = tuple(sites[qubit] for qubit in instruction.qubits)
        if isinstance(operation, ControlFlowOp):
            if operation.name not in target.operation_names:
                return False
            for block in operation.blocks:
                inner = {qubit: place for qubit, place in zip(block.qubits, places, strict=True)}
                if not _blocks_are_native(block, inner, target, bounds):
                    return False
        elif operation.name in ("barrier", "store"):
            continue
        elif not target.instruction_supported(operation.name, places):
            return False
        elif not _angles_fit(operation, bounds):
            return False
    return True


def _angles_fit(operation: Gate, bounds: Bounds) -> bool:
    for value, bound in zip(operation.params, bounds.get(operation.name, []), strict=False):
        # Of a parameter without a value the machine decides when there is one.
        if bound is None or isinstance(value, ParameterExpression):
            continue
        if not bound[0] - 1e-12 <= float(value) <= bound[1] + 1e-12:
            return False
    return True
