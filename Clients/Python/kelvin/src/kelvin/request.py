"""What is asked of Kelvin: programs with the values that vary in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Union

import numpy as np
import numpy.typing as npt

Value = Union[bool, int, float, str]
Mitigation = Literal["none", "readout"]
Effort = Literal["fast", "standard", "thorough"]


@dataclass(frozen=True)
class Program:
    """A program, and all the values with which it is to run.

    Attributes:
        text: OpenQASM 3 or 2.
        inputs: for each ``input`` of the program a number, or an array; arrays broadcast against each other, and the
            result has their common shape.
        observables: texts such as ``"0.5*ZZI + XXI - 1.5 Z0 Z3"`` (qubit 0 rightmost) of which expectation values are
            estimated, in any shape, which broadcasts against that of the inputs; None to sample outcomes.
        shots: None for those of the job.
        dialect: None for the specification's language; else braket, qiskit, ….
    """

    text: str
    inputs: Mapping[str, Value | npt.ArrayLike] = field(default_factory=dict)
    observables: str | Sequence[Any] | npt.NDArray[Any] | None = None
    shots: int | None = None
    dialect: str | None = None
    includes: Mapping[str, str] = field(default_factory=dict)
    name: str = "program"

    def block(self) -> dict[str, Any]:
        """As the interface has it: a row for each set of values."""
        columns = {name: np.asarray(value) for name, value in self.inputs.items()}
        arrays = np.broadcast_arrays(*columns.values()) if columns else []
        shape = list(arrays[0].shape) if arrays else []
        flat = [array.reshape(-1) for array in arrays]
        count = int(np.prod(shape)) if shape else 1
        block: dict[str, Any] = {
            "file": self.name, "text": self.text, "inputs": list(columns), "shape": shape,
            "rows": [[_written(column[row]) for column in flat] for row in range(count)],
        }
        if self.observables is not None:
            observables = np.asarray(self.observables, dtype=object)
            block["observables"] = [str(text) for text in observables.reshape(-1)]
            block["observableShape"] = list(observables.shape)
        if self.shots is not None:
            block["shots"] = int(self.shots)
        if self.dialect is not None:
            block["dialect"] = self.dialect
        if self.includes:
            block["includes"] = dict(self.includes)
        return block


def _written(value: Any) -> str:
    """A value as Kelvin reads it: floats with all their digits."""
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    return str(value)


@dataclass(frozen=True)
class Request:
    """A job as it is submitted.

    Attributes:
        device: an id, or several to choose among.
        mitigation: ``readout`` inverts the measured readout error; ``none`` leaves outcomes as they are read.
        seed: of everything random; None lets the service choose one, which the result tells.
        budget: machine time that must not be exceeded, seconds.
        compiled: the program consists of native gates on the machine's sites, and nothing is to be changed.
        keep_gates: each gate is translated by itself, and none are merged or left out: for programs that were made
            longer on purpose, such as folded ones.
        options: further fields of the interface by their names.
    """

    programs: Sequence[Program]
    device: str | Sequence[str]
    shots: int = 1024
    seed: int | None = None
    mitigation: Mitigation = "readout"
    effort: Effort = "standard"
    name: str | None = None
    project: str | None = None
    tags: Sequence[str] = ()
    session: str | None = None
    budget: float | None = None
    compiled: bool = False
    keep_gates: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    def document(self, seed: int) -> dict[str, Any]:
        devices = [self.device] if isinstance(self.device, str) else list(self.device)
        document: dict[str, Any] = {
            "format": "kelvin-request/1", "name": self.name or self.programs[0].name, "device": devices[0],
            "blocks": [program.block() for program in self.programs], "shots": int(self.shots),
            "seed": self.seed if self.seed is not None else seed, "mitigation": self.mitigation,
            "effort": self.effort,
        }
        if len(devices) > 1:
            document["devices"] = devices
        if self.project is not None:
            document["project"] = self.project
        if self.tags:
            document["tags"] = list(self.tags)
        if self.session is not None:
            document["session"] = self.session
        if self.budget is not None:
            document["budget"] = float(self.budget)
        if self.compiled:
            document["isCompiled"] = True
        if self.keep_gates:
            document["keepsGates"] = True
        return document | dict(self.options)
