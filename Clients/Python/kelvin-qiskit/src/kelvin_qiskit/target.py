"""A machine's figures as Qiskit's compiler wants them."""

from __future__ import annotations

from typing import Any

import kelvin
from qiskit.circuit import Delay, Gate, IfElseOp, Measure, Parameter, Reset, SwitchCaseOp, WhileLoopOp
from qiskit.circuit.controlflow import BreakLoopOp, ContinueLoopOp, ForLoopOp
from qiskit.circuit.library import C4XGate, RC3XGate
from qiskit.circuit.library.standard_gates import get_standard_gate_name_mapping
from qiskit.transpiler import InstructionProperties, QubitProperties, Target

#: Kelvin's names that Qiskit spells otherwise.
_OTHERWISE = {"c4x": C4XGate(), "rc3x": RC3XGate()}


def target(device: kelvin.Device) -> Target:
    """The machine: native gates with error and duration on each place, readout, relaxation times.

    Sites and couplers that are out of order are left out.
    """
    file, calibration = device.file, device.calibration
    assert file is not None
    dead = {site["site"] for site in calibration["sites"] if site.get("operational") is False}
    working = [site for site in calibration["sites"] if site["site"] not in dead]
    timing, abilities = file["timing"], file["abilities"]
    # Every site of an ideal machine is as good as any other: figures for each pair would only cost time.
    figures = {entry["gate"]: entry for entry in calibration["gates"]}
    is_uniform = file["modality"] == "simulator"
    result = Target(
        description=device.name, num_qubits=device.sites, dt=timing["dt"] or None,
        granularity=max(int(timing["granularity"]), 1), acquire_alignment=max(int(timing["acquireAlignment"]), 1),
        qubit_properties=None if is_uniform else _sites(device, calibration))
    known = get_standard_gate_name_mapping() | _OTHERWISE
    for gate in file["gates"]:
        instruction = known.get(gate["gate"])
        if instruction is None:
            continue
        # A gate with parameters stands for all their values.
        if instruction.params:
            instruction = instruction.base_class(*(Parameter(f"p{place}") for place in range(len(instruction.params))))
        places = None if is_uniform else _places(gate, instruction, figures.get(gate["gate"], {}), device, dead)
        result.add_instruction(instruction, places)
    readout = {
        (site["site"],): _readout(site.get("readout", {})) for site in working
    }
    result.add_instruction(Measure(), None if is_uniform else readout)
    if abilities.get("reset"):
        result.add_instruction(
            Reset(), None if is_uniform else {
                (site["site"],): InstructionProperties(
                    error=site.get("reset", {}).get("error"), duration=site.get("reset", {}).get("duration"))
                for site in working
            })
    result.add_instruction(Delay(Parameter("t")), None if is_uniform else {(site["site"],): None for site in working})
    if abilities.get("feedForward"):
        for operation in (IfElseOp, SwitchCaseOp, WhileLoopOp, ForLoopOp, BreakLoopOp, ContinueLoopOp):
            result.add_instruction(operation, name=_control_flow_names[operation])
    return result


_control_flow_names = {
    IfElseOp: "if_else", SwitchCaseOp: "switch_case", WhileLoopOp: "while_loop", ForLoopOp: "for_loop",
    BreakLoopOp: "break_loop", ContinueLoopOp: "continue_loop",
}


def angle_bounds(device: kelvin.Device) -> dict[str, list[tuple[float, float] | None]]:
    """The angles that gates take natively, radians, for those that do not take all.

    Qiskit's own targets can hold them, but its compiler then demands a way to wrap the angles of each such gate.
    """
    assert device.file is not None
    return {
        gate["gate"]: [None if bound is None else (bound[0], bound[1]) for bound in gate["angles"]]
        for gate in device.file["gates"] if any(bound is not None for bound in gate.get("angles", []))
    }


def _sites(device: kelvin.Device, calibration: dict[str, Any]) -> list[QubitProperties]:
    figures = {site["site"]: site for site in calibration["sites"]}
    return [
        QubitProperties(
            t1=figures.get(site, {}).get("t1"), t2=figures.get(site, {}).get("t2"),
            frequency=figures.get(site, {}).get("frequency"))
        for site in range(device.sites)
    ]


def _readout(readout: dict[str, Any]) -> InstructionProperties:
    """The mean of both errors, as Qiskit has it."""
    error = None
    if "falseOne" in readout and "falseZero" in readout:
        error = (readout["falseOne"] + readout["falseZero"]) / 2
    return InstructionProperties(error=error, duration=readout.get("duration"))


def _places(
    gate: dict[str, Any], instruction: Gate, entry: dict[str, Any], device: kelvin.Device, dead: set[int]
) -> dict[tuple[int, ...], InstructionProperties | None]:
    figures = {tuple(figure["sites"]): figure for figure in entry.get("figures", [])}
    default = entry.get("default", {})
    if instruction.num_qubits > 2:
        all_places: list[tuple[int, ...]] = list(figures)
    elif instruction.num_qubits == 1:
        all_places = [(site,) for site in range(device.sites)]
    else:
        pairs = device.couplings
        all_places = list(pairs) if pairs is not None else [
            (a, b) for a in range(device.sites) for b in range(device.sites) if a != b
        ]
    places: dict[tuple[int, ...], InstructionProperties | None] = {}
    for place in all_places:
        figure = figures.get(place, default)
        # An error of one is how calibrations say that a coupler is out of order.
        if dead & set(place) or figure.get("error") == 1:
            continue
        if figures and place not in figures and not default and instruction.num_qubits > 1:
            continue
        error, duration = (0.0, 0.0) if gate.get("virtual") else (figure.get("error"), figure.get("duration"))
        places[place] = InstructionProperties(error=error, duration=duration)
    return places
