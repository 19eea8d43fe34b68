"""Cirq's circuits as programs for Kelvin."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import cirq
import kelvin


@dataclass(frozen=True)
class Record:
    """One measurement of a circuit: the register that holds it, and for which key."""

    register: str
    key: str
    bits: int


@dataclass(frozen=True)
class Export:
    """A circuit without free parameters as it is sent.

    Attributes:
        records: in the order in which they are taken; a key that is measured twice has two.
    """

    text: str
    records: tuple[Record, ...]


class CannotExport(kelvin.ProgramError):
    """A circuit that Kelvin cannot be told."""


def export(circuit: cirq.AbstractCircuit, sites: Sequence[cirq.Qid] | None = None) -> Export:
    """The circuit as OpenQASM 3.

    Args:
        sites: the qubits of a machine in the order of its sites, for a circuit that is to run on those that it names.

    Raises:
        CannotExport: for what OpenQASM cannot say.
    """
    qubits = sorted(circuit.all_qubits())
    if wide := [qubit for qubit in qubits if qubit.dimension != 2]:
        raise CannotExport(
            f"{wide[0]} has {wide[0].dimension} levels", code="cirq.levels", cure="use qubits")
    if cirq.is_parameterized(circuit):
        names = ", ".join(sorted(cirq.parameter_names(circuit)))
        raise CannotExport(f"no value for {names}", code="cirq.parameters", cure="give one to each, as in run_sweep")
    flat = cirq.unroll_circuit_op(circuit.unfreeze(), deep=True, tags_to_check=None)
    flat, records = _named(cirq.map_operations(flat, lambda operation, _: _plain(operation)))
    try:
        with warnings.catch_warnings():
            # A phase of the whole changes no outcome.
            warnings.simplefilter("ignore", UserWarning)
            text = flat.to_qasm(qubit_order=qubits, precision=17, version="3.0")
    except ValueError as fault:
        raise CannotExport(
            f"the circuit cannot be written as OpenQASM: {fault}", code="cirq.export",
            cure="decompose what it names into gates") from fault
    if sites is not None:
        text = _placed(text, qubits, sites)
    return Export(text, tuple(records))


#: What OpenQASM has a word for.
_SELF_INVERSE = (cirq.X, cirq.Y, cirq.Z, cirq.H, cirq.CZ, cirq.CX, cirq.SWAP, cirq.CCX, cirq.CCZ)


def _plain(operation: cirq.Operation) -> cirq.Operation:
    """An inverse that is the gate itself as that gate: Cirq writes ``CZ**-1`` as two entangling gates and rotations."""
    for gate in _SELF_INVERSE:
        if isinstance(operation, cirq.GateOperation) and operation.gate == gate:
            return gate.on(*operation.qubits)
    return operation


def _named(circuit: cirq.Circuit) -> tuple[cirq.Circuit, list[Record]]:
    """The circuit with a key of its own for each measurement: OpenQASM knows no lists of outcomes."""
    records: list[Record] = []
    latest: dict[str, str] = {}

    def renamed(operation: cirq.Operation, _: int) -> cirq.Operation:
        # What was measured last counts for the conditions that follow.
        if cirq.control_keys(operation):
            operation = cirq.with_measurement_key_mapping(operation, {
                str(key): latest[str(key)] for key in cirq.control_keys(operation) if str(key) in latest})
        keys = [str(key) for key in cirq.measurement_key_objs(operation)]
        if not keys:
            return operation
        name = f"k{len(records)}"
        records.append(Record(f"m_{name}", keys[0], len(operation.qubits)))
        latest[keys[0]] = name
        return cirq.with_measurement_key_mapping(operation, {keys[0]: name})

    moments = [cirq.Moment(renamed(operation, 0) for operation in moment) for moment in circuit]
    return cirq.Circuit(moments), records


def _placed(text: str, qubits: Sequence[cirq.Qid], sites: Sequence[cirq.Qid]) -> str:
    """The text with the machine's sites instead of a register."""
    place = {qubit: number for number, qubit in enumerate(sites)}
    if strange := [qubit for qubit in qubits if qubit not in place]:
        raise CannotExport(
            f"the machine has no qubit {strange[0]}", code="cirq.qubit", cure="use those of device.qubits")
    text = re.sub(r"^qubit\[\d+\] q;\n", "", text, flags=re.MULTILINE)
    return re.sub(r"\bq\[(\d+)\]", lambda match: f"${place[qubits[int(match[1])]]}", text)
