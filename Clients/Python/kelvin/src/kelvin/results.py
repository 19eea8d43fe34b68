"""What a job gave: outcomes and expectation values as numpy arrays, with error bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Register:
    """The outcomes of one classical register: bit 0 rightmost."""

    name: str
    size: int
    counts: dict[str, int]

    def probabilities(self) -> dict[str, float]:
        total = sum(self.counts.values())
        return {outcome: number / total for outcome, number in self.counts.items()}


@dataclass(frozen=True)
class Sample:
    """The outcomes of one program with one set of values.

    Attributes:
        counts: all classical bits; registers in the order of declaration, separated by a space, bit 0 rightmost.
        corrected: quasi-probabilities with the readout error inverted, each with its standard error; None where nothing
            was corrected. They may be slightly negative.
        exact: the distribution itself, from a device that knows it.
        outputs: for each ``output`` variable the values that it took and how often.
    """

    inputs: dict[str, str]
    shots: int
    counts: dict[str, int]
    registers: tuple[Register, ...]
    corrected: dict[str, tuple[float, float]] | None
    exact: dict[str, float] | None
    outputs: dict[str, list[tuple[str, int]]]
    program: int

    def register(self, name: str) -> Register:
        for register in self.registers:
            if register.name == name:
                return register
        known = ", ".join(register.name for register in self.registers)
        raise KeyError(f"there is no register '{name}': {known}")

    def expectation(self, weights: Sequence[int] | None = None) -> tuple[float, float]:
        """The mean of the parity of some bits, and its standard error.

        Args:
            weights: the bits, counted from the right of ``counts`` without its spaces; None for all.
        """
        total = parity = 0
        for outcome, number in self.counts.items():
            bits = outcome.replace(" ", "")[::-1]
            chosen = bits if weights is None else [bits[place] for place in weights]
            parity += number * (1 - 2 * (sum(bit == "1" for bit in chosen) % 2))
            total += number
        mean = parity / total
        return mean, float(np.sqrt(max(1 - mean * mean, 0) / total))


@dataclass(frozen=True)
class Samples:
    """The outcomes of one program: an array of samples in the shape of its inputs."""

    shape: tuple[int, ...]
    samples: tuple[Sample, ...]

    def __iter__(self) -> Iterator[Sample]:
        return iter(self.samples)

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int | tuple[int, ...]) -> Sample:
        if isinstance(index, tuple):
            return self.samples[int(np.ravel_multi_index(index, self.shape))]
        return self.samples[index]

    @property
    def counts(self) -> dict[str, int]:
        """Of a program with one set of values."""
        if len(self.samples) != 1:
            raise ValueError(f"there are {len(self.samples)} samples: take one, as in result[0].samples[3].counts")
        return self.samples[0].counts


@dataclass(frozen=True)
class Estimates:
    """Expectation values in the common shape of inputs and observables.

    Attributes:
        standard_errors: 0 where a value is exact.
        uncorrected: the values without mitigation.
    """

    values: npt.NDArray[np.float64]
    standard_errors: npt.NDArray[np.float64]
    uncorrected: npt.NDArray[np.float64]
    observables: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape


@dataclass(frozen=True)
class Result:
    """What a job gave, with everything that it takes to give it again.

    Attributes:
        blocks: one for each program of the request.
        emulated: whether the device is no physical machine.
        document: all of it, as ``Docs/result-format.md`` describes it.
    """

    blocks: tuple[Samples | Estimates, ...]
    document: dict[str, Any]

    @staticmethod
    def of_document(document: dict[str, Any], shapes: Sequence[tuple[int, ...]] | None = None) -> Result:
        """Reads ``kelvin-result/1``.

        Args:
            shapes: of the inputs of each program; None for one axis.
        """
        form = document.get("format")
        if form != "kelvin-result/1":
            raise ValueError(f"'{form}' is no result that this client reads: it knows kelvin-result/1")
        blocks = [
            _estimates(block) if block["kind"] == "estimates"
            else _samples(block, shapes[place] if shapes is not None else None)
            for place, block in enumerate(document["results"])
        ]
        return Result(tuple(blocks), document)

    def __getitem__(self, index: int) -> Samples | Estimates:
        return self.blocks[index]

    def __len__(self) -> int:
        return len(self.blocks)

    @property
    def counts(self) -> dict[str, int]:
        """Of a job with one program and one set of values."""
        block = self._only
        if not isinstance(block, Samples):
            raise ValueError("this job estimated expectation values: see .values")
        return block.counts

    @property
    def values(self) -> npt.NDArray[np.float64]:
        """Expectation values of a job with one program."""
        return self._estimated.values

    @property
    def standard_errors(self) -> npt.NDArray[np.float64]:
        return self._estimated.standard_errors

    @property
    def device(self) -> str:
        return str(self.document["device"]["id"])

    @property
    def emulated(self) -> bool:
        return bool(self.document["device"]["emulated"])

    @property
    def seed(self) -> int:
        return int(self.document["seed"])

    @property
    def calibration(self) -> str:
        return str(self.document["device"]["calibration"])

    @property
    def success_probability(self) -> float:
        """The estimated chance that one shot goes through without an error."""
        return float(self.document["trust"]["successProbability"])

    @property
    def notes(self) -> list[str]:
        return list(self.document["notes"])

    @property
    def compiled(self) -> list[str]:
        """The programs that ran, on the machine's sites (OpenQASM 3)."""
        return [program["compiled"] for program in self.document["programs"]]

    @property
    def _only(self) -> Samples | Estimates:
        if len(self.blocks) != 1:
            raise ValueError(f"the job had {len(self.blocks)} programs: take one, as in result[0]")
        return self.blocks[0]

    @property
    def _estimated(self) -> Estimates:
        block = self._only
        if not isinstance(block, Estimates):
            raise ValueError("this job sampled outcomes: see .counts")
        return block

    def __repr__(self) -> str:
        kind = "emulated " if self.emulated else ""
        return f"<Result of {self.document['name']!r} on {kind}{self.device}, {len(self.blocks)} block(s)>"


def _samples(block: dict[str, Any], shape: tuple[int, ...] | None) -> Samples:
    samples = tuple(
        Sample(
            inputs={entry["name"]: entry["value"] for entry in sample["inputs"]}, shots=sample["shots"],
            counts=sample["counts"],
            registers=tuple(Register(r["name"], r["size"], r["counts"]) for r in sample["registers"]),
            corrected={
                outcome: (entry["probability"], entry["standardError"])
                for outcome, entry in sample["corrected"].items()
            } if sample.get("corrected") is not None else None,
            exact=sample.get("exact"),
            outputs={
                output["name"]: [(entry["value"], entry["count"]) for entry in output["values"]]
                for output in sample["outputs"]
            },
            program=sample["program"])
        for sample in block["samples"])
    return Samples(shape if shape is not None else (len(samples),), samples)


def _estimates(block: dict[str, Any]) -> Estimates:
    shape, rows = tuple(block["shape"]), block["estimates"]

    def column(name: str) -> npt.NDArray[np.float64]:
        return np.array([row.get(name, np.nan) for row in rows], dtype=np.float64).reshape(shape)

    return Estimates(
        column("value"), column("standardError"), column("uncorrectedValue"),
        tuple(row["observable"] for row in rows))
