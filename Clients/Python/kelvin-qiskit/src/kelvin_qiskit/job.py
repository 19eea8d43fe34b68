"""Jobs of Kelvin as Qiskit's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import kelvin
import numpy as np
import numpy.typing as npt
from qiskit.primitives import BitArray
from qiskit.primitives.base.base_primitive_job import BasePrimitiveJob
from qiskit.providers import BackendV2, JobStatus, JobV1
from qiskit.result import Result
from qiskit.result.models import ExperimentResult, ExperimentResultData

R = TypeVar("R")

_STATUS = {
    "created": JobStatus.INITIALIZING, "validated": JobStatus.VALIDATING, "queued": JobStatus.QUEUED,
    "paused": JobStatus.QUEUED, "compiling": JobStatus.RUNNING, "running": JobStatus.RUNNING,
    "mitigating": JobStatus.RUNNING, "completed": JobStatus.DONE, "failed": JobStatus.ERROR,
    "cancelled": JobStatus.CANCELLED,
}


def status(job: kelvin.Job) -> JobStatus:
    return _STATUS.get(job.status(), JobStatus.RUNNING)


def is_over(status: JobStatus) -> bool:
    return status in (JobStatus.DONE, JobStatus.ERROR, JobStatus.CANCELLED)


class KelvinPrimitiveJob(BasePrimitiveJob[R, JobStatus], Generic[R]):
    """A job of a primitive. ``kelvin_job`` is Kelvin's own, with provenance, trust and timing."""

    def __init__(self, job: kelvin.Job, read: Callable[[kelvin.Job, kelvin.Result], R]) -> None:
        super().__init__(job.id)
        self.kelvin_job = job
        self._read = read
        self._result: R | None = None

    def result(self, timeout: float | None = None) -> R:
        if self._result is None:
            self._result = self._read(self.kelvin_job, self.kelvin_job.result(timeout))
        return self._result

    def status(self) -> JobStatus:
        return status(self.kelvin_job)

    def done(self) -> bool:
        return self.status() is JobStatus.DONE

    def running(self) -> bool:
        return self.status() is JobStatus.RUNNING

    def cancelled(self) -> bool:
        return self.status() is JobStatus.CANCELLED

    def in_final_state(self) -> bool:
        return is_over(self.status())

    def cancel(self) -> None:
        self.kelvin_job.cancel()


class KelvinJob(JobV1):
    """A job of :meth:`KelvinBackend.run`."""

    def __init__(
        self, backend: BackendV2, job: kelvin.Job, names: Sequence[str], metadata: Sequence[dict[str, Any] | None],
        registers: Sequence[Sequence[tuple[str, int]]], memory: bool,
    ) -> None:
        super().__init__(backend, job.id)
        self.kelvin_job = job
        self._names, self._circuit_metadata, self._registers = names, metadata, registers
        self._memory = memory

    def submit(self) -> None:
        """It was submitted when it was made."""
        raise RuntimeError(f"{self.job_id()} is submitted already")

    def status(self) -> JobStatus:
        return status(self.kelvin_job)

    def cancel(self) -> None:
        self.kelvin_job.cancel()

    def result(self, timeout: float | None = None) -> Result:
        result = self.kelvin_job.result(timeout)
        shots = self.kelvin_job.shots() if self._memory else None
        experiments = []
        for place, block in enumerate(result.blocks):
            assert isinstance(block, kelvin.Samples)
            sample = block[0]
            registers = self._registers[place]
            counts = {
                hex(int(outcome.replace(" ", "") or "0", 2)): number
                for outcome, number in in_qiskit_order(sample).items()
            }
            memory = {} if shots is None else {
                "memory": [hex(value) for value in _integers(shots[sample.program].array())]}
            experiments.append(ExperimentResult(
                shots=sample.shots, success=True, data=ExperimentResultData(counts=counts, **memory),
                meas_level=2, seed=result.seed, status="DONE",
                header={
                    "name": self._names[place], "memory_slots": sum(size for _, size in registers),
                    "creg_sizes": [[name, size] for name, size in registers],
                    "metadata": self._circuit_metadata[place] or {},
                }))
        return Result(
            results=experiments, backend_name=result.device, backend_version=str(result.document["kelvin"]),
            job_id=self.job_id(), success=True, date=self.kelvin_job.document["updated"],
            metadata={"kelvin": {name: result.document[name] for name in ("device", "seed", "trust", "notes")}})


def in_qiskit_order(sample: kelvin.Sample) -> dict[str, int]:
    """Counts with the last register leftmost, as Qiskit prints them; Kelvin prints the first leftmost."""
    counts: dict[str, int] = {}
    for outcome, number in sample.counts.items():
        counts[" ".join(reversed(outcome.split(" ")))] = number
    return counts


def _integers(bits: npt.NDArray[np.uint8]) -> list[int]:
    return [int("".join(map(str, row[::-1])) or "0", 2) for row in bits]


def bit_arrays(
    job: kelvin.Job, block: kelvin.Samples, shots: Sequence[kelvin.Shots], registers: Sequence[tuple[str, int]]
) -> dict[str, BitArray]:
    """The outcomes of each register, shot by shot, in the shape of the inputs."""
    arrays: dict[str, BitArray] = {}
    for place, (name, size) in enumerate(registers):
        rows = []
        for sample in block:
            outcomes = shots[sample.program]
            found = outcomes.registers[place]
            if found.size != size:
                raise kelvin.KelvinError(
                    f"register '{name}' came back with {found.size} bits instead of {size}", code="qiskit.registers")
            rows.append(outcomes.array()[:, found.start:found.start + size])
        bits = np.array(rows, dtype=bool).reshape(*block.shape, len(shots[block[0].program]), size)
        arrays[name] = BitArray.from_bool_array(bits, order="little")
    return arrays
