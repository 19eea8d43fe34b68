"""The client that waits."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, TypeVar

import httpx

from . import calls
from .calls import Call
from .devices import Device
from .errors import JobCancelled, JobFailed, KelvinError, TimedOut
from .request import Program, Request
from .results import Result
from .shots import Shots
from .signin import SignIn

T = TypeVar("T")


class Service:
    """A service of Kelvin: ``kelvin serve`` on this computer, or one that many share.

    Args:
        url: its address, or the name that ``kelvin login`` keeps it by; None for ``KELVIN_SERVICE``, else the one signed
            in to last.
        token: None for ``KELVIN_TOKEN``, else the one that ``kelvin login`` keeps.
        authority: a file with the certificate (PEM) of a private authority.
        transport: of httpx, for tests and unusual networks.

    Raises:
        NotSignedIn: where nothing says which service is meant, or as whom.
    """

    def __init__(
        self, url: str | None = None, token: str | None = None, *, authority: str | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.sign_in = SignIn.find(url, token, authority)
        self._http = httpx.Client(
            base_url=self.sign_in.url, headers={"Authorization": f"Bearer {self.sign_in.token}"},
            verify=_trust(self.sign_in.authority), timeout=httpx.Timeout(calls.LONGEST_WAIT + 30, connect=10),
            transport=transport)

    def __enter__(self) -> Service:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def __deepcopy__(self, memo: object) -> Service:
        """Connections are not copied: what has a service and is copied speaks to the same one."""
        return self

    def __repr__(self) -> str:
        return f"<Service {self.sign_in.url}>"

    def devices(self) -> list[Device]:
        return self.send(calls.devices())

    def device(self, name: str) -> Device:
        return self.send(calls.device(name))

    def check(self, request: Request) -> dict[str, Any]:
        """Dry run: what a job may expect, and what it would cost, without submitting it."""
        return self.send(calls.check(request))

    def submit(self, request: Request, *, key: str | None = None) -> Job:
        """Submits a job. A lost answer is asked for again, and does not make a second job.

        Args:
            key: makes two submissions the same job; None for a new one.

        Raises:
            ProgramError: with place, cause and cure, for what cannot be run.
        """
        return Job(self, self.send(calls.submit(request, key)), request)

    def run(
        self, program: str | Program | Sequence[Program], device: str | Sequence[str] = "ideal", *,
        timeout: float | None = None, **options: Any,
    ) -> Result:
        """Submits and waits: ``service.run(text, "heron-133", shots=4000).counts``."""
        return self.submit(Request(_programs(program), device, **options)).result(timeout)

    def job(self, name: str) -> Job:
        return Job(self, self.send(calls.job(name)))

    def jobs(self, *, limit: int | None = None, **filters: Any) -> Iterator[Job]:
        """Jobs, newest first.

        Args:
            limit: of all; None for all there are.
            filters: ``state``, ``project``, ``device``, ``tag``, ``mine``.
        """
        call = calls.jobs({**filters, "limit": min(limit or 200, 200)})
        left = limit
        while left is None or left > 0:
            page = self.send(call)
            for document in page["jobs"][:left]:
                yield Job(self, document)
            if "next" not in page:
                return
            left = left - len(page["jobs"]) if left is not None else None
            call = calls.page(page["next"])

    def session(
        self, device: str, kind: str = "shared", *, project: str | None = None, idle: float | None = None,
        maximum: float | None = None, budget: float | None = None,
    ) -> Session:
        """Opens a session (``shared`` or ``dedicated``) or a ``batch``; times in seconds."""
        return Session(self, self.send(calls.open_session(device, kind, project, idle, maximum, budget)))

    def send(self, call: Call[T]) -> T:
        attempt = 0
        while True:
            answer: httpx.Response | None = None
            try:
                answer = self._http.request(
                    call.method, call.path, params=dict(call.query), headers=dict(call.headers),
                    **({} if call.body is None else {"json": call.body}))
            except httpx.TransportError as fault:
                pause = calls.wait_before(attempt, None) if call.may_repeat else None
                if pause is None:
                    raise calls.unreachable(self.sign_in.url, fault) from fault
            else:
                pause = calls.wait_before(attempt, answer) if call.may_repeat else None
                if pause is None:
                    return calls.checked(call, answer)
            attempt += 1
            time.sleep(pause)


class Job:
    """A job of a service.

    Attributes:
        document: as it was when it was last asked for.
    """

    def __init__(self, service: Service, document: dict[str, Any], request: Request | None = None) -> None:
        self.service = service
        self.document = document
        self._request = request
        self._result: Result | None = None

    @property
    def id(self) -> str:
        return str(self.document["id"])

    @property
    def device(self) -> str:
        return str(self.document["device"])

    def status(self) -> str:
        """Asks: created, queued, compiling, running, mitigating, completed, failed, cancelled or paused."""
        self.document = self.service.send(calls.job(self.id))
        return str(self.document["status"])

    def refresh(self, *, history: bool = False) -> dict[str, Any]:
        self.document = self.service.send(calls.job(self.id, history=history))
        return self.document

    def cancel(self) -> None:
        self.document = self.service.send(calls.change(self.id, "cancel"))

    def pause(self) -> None:
        self.document = self.service.send(calls.change(self.id, "pause"))

    def resume(self) -> None:
        self.document = self.service.send(calls.change(self.id, "resume"))

    def delete(self) -> None:
        """Removes a job that is over, with its result."""
        self.service.send(calls.forget(self.id))

    def result(self, timeout: float | None = None) -> Result:
        """Waits for the job and takes its result.

        Raises:
            TimedOut: after ``timeout`` seconds; the job goes on.
            JobFailed, JobCancelled: where it ended without one.
        """
        if self._result is None:
            end = None if timeout is None else time.monotonic() + timeout
            while True:
                left = calls.LONGEST_WAIT if end is None else min(calls.LONGEST_WAIT, end - time.monotonic())
                try:
                    document = self.service.send(calls.result(self.id, max(left, 0)))
                    break
                except KelvinError as fault:
                    if fault.code != "unfinished":
                        raise _end_of_job(self.id, fault) from None
                if end is not None and time.monotonic() >= end:
                    raise TimedOut(
                        f"{self.id} is not over after {timeout:g} s", code="client.timeout",
                        cure="wait longer, or ask for it later by its id")
            self._result = Result.of_document(document, _shapes(self._blocks()))
        return self._result

    def shots(self) -> list[Shots]:
        """The outcomes shot by shot, one entry a program; of a job that is over."""
        return Shots.read(self.service.send(calls.shots(self.id)))

    def _blocks(self) -> list[dict[str, Any]]:
        if self._request is not None:
            return [program.block() for program in self._request.programs]
        blocks = self.service.send(calls.request_of(self.id))["blocks"]
        assert isinstance(blocks, list)
        return blocks

    def __repr__(self) -> str:
        return f"<Job {self.id} on {self.device}: {self.document['status']}>"


class Session:
    """A time in which jobs follow each other without queueing anew; closed at the end of a ``with`` block."""

    def __init__(self, service: Service, document: dict[str, Any]) -> None:
        self.service = service
        self.document = document

    @property
    def id(self) -> str:
        return str(self.document["id"])

    def refresh(self) -> dict[str, Any]:
        self.document = self.service.send(calls.session(self.id))
        return self.document

    def run(
        self, program: str | Program | Sequence[Program], *, timeout: float | None = None, **options: Any
    ) -> Result:
        return self.service.run(
            program, str(self.document["device"]), timeout=timeout, session=self.id, **options)

    def close(self) -> None:
        """No further jobs; those there are end."""
        self.document = self.service.send(calls.close_session(self.id))

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _trust(authority: str | None) -> Any:
    import ssl

    return True if authority is None else ssl.create_default_context(cafile=authority)


def _programs(program: str | Program | Sequence[Program]) -> Sequence[Program]:
    if isinstance(program, str):
        return [Program(program)]
    return [program] if isinstance(program, Program) else program


def _shapes(blocks: Sequence[dict[str, Any]]) -> list[tuple[int, ...]]:
    return [tuple(block["shape"]) for block in blocks]


def _end_of_job(name: str, fault: KelvinError) -> KelvinError:
    """What a job that is over tells is its failure, whatever the status of the answer."""
    if isinstance(fault, JobFailed) or fault.status is None or fault.status in (401, 403, 404):
        return fault
    kind = JobCancelled if fault.code == "cancelled" else JobFailed
    return kind(f"{name} failed: {fault}", code=fault.code, status=fault.status)
