"""A machine of Kelvin as a backend of Qiskit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import kelvin
from qiskit import QuantumCircuit
from qiskit.providers import BackendV2, Options
from qiskit.transpiler import Target

from .job import KelvinJob
from .programs import Export, export
from .target import angle_bounds, target


class KelvinProvider:
    """The machines of a service: ``KelvinProvider().backend("heron-133")``.

    Args:
        service: None for the one that ``kelvin login`` knows, or ``KELVIN_SERVICE`` and ``KELVIN_TOKEN`` name.
    """

    def __init__(self, service: kelvin.Service | None = None) -> None:
        self.service = service or kelvin.Service()

    def backends(self, name: str | None = None, *, min_num_qubits: int = 0) -> list[KelvinBackend]:
        return [
            KelvinBackend(self.service, device.id) for device in self.service.devices()
            if name in (None, device.id) and device.sites >= min_num_qubits
        ]

    def backend(self, name: str) -> KelvinBackend:
        return KelvinBackend(self.service, name)


class KelvinBackend(BackendV2):
    """A machine of Kelvin.

    Circuits that are native to it (``transpile(circuit, backend)``) run as they are, on the sites that they name; all
    others are compiled by Kelvin, against the calibration of the moment in which they run.

    Args:
        service: None for the one that ``kelvin login`` knows.
        name: an id, as ``kelvin devices`` lists them.
        session: jobs go into it.
    """

    def __init__(
        self, service: kelvin.Service | None = None, name: str = "ideal", *, session: kelvin.Session | None = None,
        **options: Any,
    ) -> None:
        self.service = service or kelvin.Service()
        self.device = self.service.device(name)
        self.session = session
        super().__init__(name=self.device.id, description=self.device.name, backend_version="1")
        self._target = target(self.device)
        self.set_options(**options)

    @classmethod
    def _default_options(cls) -> Options:
        return Options(
            shots=1024, seed=None, memory=False, mitigation="none", effort="standard", tags=(), native=None,
            optimization_level=None)

    @property
    def target(self) -> Target:
        """As of the calibration that was in force when the backend was made; :meth:`refresh` takes the current one."""
        return self._target

    @property
    def max_circuits(self) -> int:
        return 1000

    @property
    def dtm(self) -> float:
        return float(self._target.dt or 0)

    def refresh(self) -> None:
        self.device = self.service.device(self.name)
        self._target = target(self.device)

    def status(self) -> str:
        return self.service.device(self.name).status

    def configuration(self) -> SimpleNamespace:
        """The figures that libraries from before ``BackendV2`` still ask for (mthree); the rest is in the target."""
        return SimpleNamespace(
            backend_name=self.name, n_qubits=self.num_qubits, num_qubits=self.num_qubits, memory=True,
            max_shots=self.device.max_shots, max_experiments=self.max_circuits,
            simulator=self.device.file is not None and self.device.file["modality"] == "simulator")

    def run(self, run_input: QuantumCircuit | Sequence[QuantumCircuit], **options: Any) -> KelvinJob:
        """Samples circuits; one job for all.

        Args:
            options: ``shots``, ``seed`` (or ``seed_simulator``), ``memory`` (outcomes shot by shot), ``mitigation``,
                ``effort``, ``tags`` (or ``job_tags``), ``native`` (True to refuse circuits that are not, False to compile
                all of them), ``optimization_level`` (0 to keep each gate: none are merged or left out).

        Raises:
            kelvin.ProgramError: for what cannot be run, with the reason.
        """
        circuits = [run_input] if isinstance(run_input, QuantumCircuit) else list(run_input)
        # What others call them; an option that is None was not set.
        for theirs, ours in (("seed_simulator", "seed"), ("job_tags", "tags")):
            if theirs in options:
                options[ours] = options.pop(theirs)
        options = {name: value for name, value in options.items() if value is not None}
        chosen = dict(self.options.__dict__) | options
        known = self._default_options().__dict__
        if strange := [name for name in chosen if name not in known]:
            raise kelvin.ProgramError(
                f"no option of Kelvin: {', '.join(strange)}", code="qiskit.option",
                cure=f"known are {', '.join(known)}")
        for circuit in circuits:
            if circuit.num_parameters:
                raise kelvin.ProgramError(
                    f"circuit '{circuit.name}' has parameters without values", code="qiskit.parameters",
                    cure="assign them, or use the sampler")
        exports = [self.export(circuit, keep=chosen["native"]) for circuit in circuits]
        job = self.submit(
            exports, [e.program(c) for e, c in zip(exports, circuits, strict=True)], shots=chosen["shots"],
            seed=chosen["seed"], mitigation=chosen["mitigation"], effort=chosen["effort"], tags=chosen["tags"],
            optimization_level=chosen["optimization_level"])
        return KelvinJob(
            self, job, [circuit.name for circuit in circuits], [circuit.metadata for circuit in circuits],
            [e.registers for e in exports], bool(chosen["memory"]))

    def export(self, circuit: QuantumCircuit, *, keep: bool | None = None) -> Export:
        """The circuit as it is sent to this machine."""
        return export(circuit, self._target, angle_bounds(self.device), keep=keep)

    def submit(
        self, exports: Iterable[Export], programs: Sequence[kelvin.Program], *, shots: int, seed: int | None,
        mitigation: str, effort: str, tags: Sequence[str] = (), optimization_level: int | None = None,
    ) -> kelvin.Job:
        """A request whose programs are all native stays as it is; one program that is not, and Kelvin compiles all.

        Args:
            optimization_level: 0 to translate each gate by itself and keep it, None to let Kelvin make the best program.

        Raises:
            kelvin.ProgramError: for another level.
        """
        if optimization_level not in (None, 0):
            raise kelvin.ProgramError(
                f"optimization level {optimization_level} is not there", code="qiskit.optimization",
                cure="0 keeps each gate; leave it away for the best program, and say with effort how hard to try")
        exports = list(exports)
        keep_gates = optimization_level == 0
        return self.service.submit(kelvin.Request(
            programs, self.name, shots=shots, seed=seed, mitigation=mitigation,  # type: ignore[arg-type]
            effort=effort, tags=tuple(tags), keep_gates=keep_gates,  # type: ignore[arg-type]
            compiled=not keep_gates and all(e.is_native for e in exports),
            session=self.session.id if self.session is not None else None))

    def retrieve_job(self, name: str) -> KelvinJob:
        """A job of :meth:`run` by its id, from whatever process it came."""
        job = self.service.job(name)
        result = job.result()
        registers = [
            [(register.name, register.size) for register in block[0].registers] if isinstance(block, kelvin.Samples)
            else [] for block in result.blocks
        ]
        names = [str(result.document["name"])] * len(registers)
        return KelvinJob(self, job, names, [None] * len(registers), registers, memory=False)
