"""Kelvin as a sampler of Cirq."""

from __future__ import annotations

from collections.abc import Sequence

import cirq
import kelvin
import numpy as np

from .device import KelvinDevice
from .programs import export


#: Cirq writes gates that the standard include does not have (sxdg); Qiskit's exporter has the same habit.
DIALECT = "qiskit"


class KelvinSampler(cirq.Sampler):
    """A machine of Kelvin as a :class:`cirq.Sampler`; all of a sweep is one job.

    Args:
        service: None for the one that ``kelvin login`` knows.
        name: an id, as ``kelvin devices`` lists them.
        on_sites: circuits use the qubits of :attr:`device` and run where they say; otherwise any qubits will do, and
            Kelvin places them by the calibration of the moment.
        seed: of everything random; None lets the service choose.
        mitigation: of the outcomes nothing is taken away, so that only ``none`` makes sense for samples.
        keep_gates: each gate of a circuit is translated by itself; none are merged or left out, so that a circuit that
            was made longer on purpose stays as long (Mitiq's folding).
        job: the last one, with provenance, trust and timing.
    """

    def __init__(
        self, service: kelvin.Service | None = None, name: str = "ideal", *, on_sites: bool = False,
        seed: int | None = None, effort: kelvin.request.Effort = "standard", session: kelvin.Session | None = None,
        tags: Sequence[str] = (), keep_gates: bool = False,
    ) -> None:
        self.service = service or kelvin.Service()
        self.name, self.on_sites, self.seed, self.effort = name, on_sites, seed, effort
        self.session, self.tags, self.keep_gates = session, tuple(tags), keep_gates
        self.job: kelvin.Job | None = None
        self._device: KelvinDevice | None = None

    @property
    def device(self) -> KelvinDevice:
        if self._device is None:
            self._device = KelvinDevice(self.service.device(self.name))
        return self._device

    def run_sweep(
        self, program: cirq.AbstractCircuit, params: cirq.Sweepable, repetitions: int = 1
    ) -> Sequence[cirq.Result]:
        """
        Raises:
            kelvin.ProgramError: for what cannot be run, with the reason.
        """
        if not program.has_measurements():
            raise kelvin.ProgramError("the circuit measures nothing", code="cirq.measure", cure="add cirq.measure(…)")
        resolvers = list(cirq.to_resolvers(params))
        sites = self.device.qubits if self.on_sites else None
        exports = [export(cirq.resolve_parameters(program, resolver), sites) for resolver in resolvers]
        programs = [kelvin.Program(sent.text, shots=repetitions, dialect=DIALECT, name="circuit") for sent in exports]
        self.job = job = self.service.submit(kelvin.Request(
            programs, self.name, shots=repetitions, seed=self.seed, mitigation="none", effort=self.effort,
            tags=self.tags, keep_gates=self.keep_gates,
            session=self.session.id if self.session is not None else None))
        result, shots, answers = job.result(), job.shots(), []
        for resolver, sent, block in zip(resolvers, exports, result.blocks, strict=True):
            assert isinstance(block, kelvin.Samples)
            outcomes = shots[block[0].program]
            # A key's records: repetitions × times that it was measured × qubits.
            records: dict[str, list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]] = {}
            for record in sent.records:
                records.setdefault(record.key, []).append(outcomes.array(record.register))
            answers.append(cirq.ResultDict(
                params=resolver, records={key: np.stack(times, axis=1) for key, times in records.items()}))
        return answers
