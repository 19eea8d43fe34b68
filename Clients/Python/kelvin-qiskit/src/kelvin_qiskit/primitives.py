"""Qiskit's primitives (V2) on Kelvin: all of a call is one job."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import kelvin
from qiskit.primitives import BaseEstimatorV2, BaseSamplerV2, DataBin, PrimitiveResult, PubResult, SamplerPubResult
from qiskit.primitives.containers import EstimatorPubLike, SamplerPubLike
from qiskit.primitives.containers.estimator_pub import EstimatorPub
from qiskit.primitives.containers.sampler_pub import SamplerPub

from . import observables
from .backend import KelvinBackend
from .job import KelvinPrimitiveJob, bit_arrays


@dataclass
class SamplerOptions:
    """
    Attributes:
        seed: of everything random; None lets the service choose.
        native: True to refuse circuits that are not native, False to compile all of them, None to do what circuits say.
        optimization_level: 0 to keep each gate (none are merged or left out), None for the best program.
    """

    default_shots: int = 1024
    seed: int | None = None
    effort: str = "standard"
    native: bool | None = None
    optimization_level: int | None = None
    tags: tuple[str, ...] = ()


@dataclass
class EstimatorOptions:
    """
    Attributes:
        default_precision: the standard error that is aimed at; shots follow from it.
        resilience_level: 0 for none, 1 for readout errors inverted. Higher levels are refused.
        optimization_level: 0 to keep each gate (none are merged or left out), None for the best program.
    """

    default_precision: float = 1 / 64
    resilience_level: int = 1
    seed: int | None = None
    effort: str = "standard"
    native: bool | None = None
    optimization_level: int | None = None
    tags: tuple[str, ...] = ()


class KelvinSampler(BaseSamplerV2):
    """``SamplerV2`` on a machine of Kelvin."""

    def __init__(self, backend: KelvinBackend, *, options: SamplerOptions | dict[str, object] | None = None) -> None:
        self.backend = backend
        self.options = options if isinstance(options, SamplerOptions) else SamplerOptions(
            **(options or {}))  # type: ignore[arg-type]

    def run(
        self, pubs: Iterable[SamplerPubLike], *, shots: int | None = None
    ) -> KelvinPrimitiveJob[PrimitiveResult[SamplerPubResult]]:
        blocks = [SamplerPub.coerce(pub, shots or self.options.default_shots) for pub in pubs]
        if not blocks:
            raise kelvin.ProgramError("there is nothing to sample", code="qiskit.empty", cure="give at least one PUB")
        exports = [self.backend.export(pub.circuit, keep=self.options.native) for pub in blocks]
        for pub, sent in zip(blocks, exports, strict=True):
            if not sent.registers:
                raise kelvin.ProgramError(
                    f"circuit '{pub.circuit.name}' measures nothing", code="qiskit.measure",
                    cure="circuit.measure_all()")
        programs = [
            sent.program(pub.circuit, pub.parameter_values.as_array(pub.circuit.parameters), shots=pub.shots)
            for pub, sent in zip(blocks, exports, strict=True)
        ]
        job = self.backend.submit(
            exports, programs, shots=max(pub.shots for pub in blocks), seed=self.options.seed, mitigation="none",
            effort=self.options.effort, tags=self.options.tags,
            optimization_level=self.options.optimization_level)

        def read(job: kelvin.Job, result: kelvin.Result) -> PrimitiveResult[SamplerPubResult]:
            outcomes, answers = job.shots(), []
            for pub, sent, block in zip(blocks, exports, result.blocks, strict=True):
                assert isinstance(block, kelvin.Samples)
                arrays = bit_arrays(job, block, outcomes, sent.registers)
                answers.append(SamplerPubResult(
                    DataBin(**arrays, shape=pub.shape),
                    metadata={"shots": pub.shots, "circuit_metadata": pub.circuit.metadata}))
            return PrimitiveResult(answers, metadata=_metadata(result))

        return KelvinPrimitiveJob(job, read)


class KelvinEstimator(BaseEstimatorV2):
    """``EstimatorV2`` on a machine of Kelvin; errors are handled there."""

    def __init__(
        self, backend: KelvinBackend, *, options: EstimatorOptions | dict[str, object] | None = None
    ) -> None:
        self.backend = backend
        self.options = options if isinstance(options, EstimatorOptions) else EstimatorOptions(
            **(options or {}))  # type: ignore[arg-type]

    def run(
        self, pubs: Iterable[EstimatorPubLike], *, precision: float | None = None
    ) -> KelvinPrimitiveJob[PrimitiveResult[PubResult]]:
        level = self.options.resilience_level
        if level not in (0, 1):
            raise kelvin.ProgramError(
                f"resilience level {level} is not there", code="qiskit.resilience",
                cure="0 leaves errors as they are, 1 inverts readout errors")
        blocks = [EstimatorPub.coerce(pub, precision or self.options.default_precision) for pub in pubs]
        if not blocks:
            raise kelvin.ProgramError("there is nothing to estimate", code="qiskit.empty", cure="give at least one PUB")
        exports = [self.backend.export(pub.circuit, keep=self.options.native) for pub in blocks]
        limit = self.backend.device.max_shots
        programs = []
        for pub, sent in zip(blocks, exports, strict=True):
            if not pub.precision > 0:
                raise kelvin.ProgramError(
                    f"no number of shots has precision {pub.precision}", code="qiskit.precision",
                    cure="ask for one above 0")
            shots = math.ceil(1 / pub.precision**2)
            if shots > limit:
                raise kelvin.ProgramError(
                    f"precision {pub.precision} takes {shots} shots; {self.backend.name} gives {limit}",
                    code="qiskit.precision", cure=f"ask for {1 / math.sqrt(limit):.2g} or more")
            programs.append(sent.program(
                pub.circuit, pub.parameter_values.as_array(pub.circuit.parameters),
                observables=observables.table(pub.observables), shots=shots))
        job = self.backend.submit(
            exports, programs, shots=max(program.shots or 1 for program in programs), seed=self.options.seed,
            mitigation="readout" if level else "none", effort=self.options.effort, tags=self.options.tags,
            optimization_level=self.options.optimization_level)

        def read(job: kelvin.Job, result: kelvin.Result) -> PrimitiveResult[PubResult]:
            answers = []
            for pub, block, program in zip(blocks, result.blocks, programs, strict=True):
                assert isinstance(block, kelvin.Estimates)
                answers.append(PubResult(
                    DataBin(
                        evs=block.values.reshape(pub.shape), stds=block.standard_errors.reshape(pub.shape),
                        shape=pub.shape),
                    metadata={
                        "shots": program.shots, "target_precision": pub.precision,
                        "circuit_metadata": pub.circuit.metadata,
                    }))
            return PrimitiveResult(answers, metadata=_metadata(result) | {"resilience_level": level})

        return KelvinPrimitiveJob(job, read)


def _metadata(result: kelvin.Result) -> dict[str, object]:
    """Where the figures come from."""
    return {
        "version": 2, "device": result.device, "emulated": result.emulated, "calibration": result.calibration,
        "seed": result.seed, "success_probability": result.success_probability, "notes": result.notes,
    }
