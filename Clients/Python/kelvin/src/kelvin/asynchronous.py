"""The client for ``asyncio``: the same calls, awaited."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any, TypeVar

import httpx

from . import calls
from .calls import Call
from .devices import Device
from .errors import KelvinError, TimedOut
from .request import Program, Request
from .results import Result
from .service import _end_of_job, _programs, _shapes, _trust
from .shots import Shots
from .signin import SignIn

T = TypeVar("T")


class AsyncService:
    """As :class:`Service`, for ``asyncio``: ``async with AsyncService() as service: …``."""

    def __init__(
        self, url: str | None = None, token: str | None = None, *, authority: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.sign_in = SignIn.find(url, token, authority)
        self._http = httpx.AsyncClient(
            base_url=self.sign_in.url, headers={"Authorization": f"Bearer {self.sign_in.token}"},
            verify=_trust(self.sign_in.authority), timeout=httpx.Timeout(calls.LONGEST_WAIT + 30, connect=10),
            transport=transport)

    async def __aenter__(self) -> AsyncService:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def devices(self) -> list[Device]:
        return await self.send(calls.devices())

    async def device(self, name: str) -> Device:
        return await self.send(calls.device(name))

    async def check(self, request: Request) -> dict[str, Any]:
        return await self.send(calls.check(request))

    async def submit(self, request: Request, *, key: str | None = None) -> AsyncJob:
        return AsyncJob(self, await self.send(calls.submit(request, key)), request)

    async def run(
        self, program: str | Program | Sequence[Program], device: str | Sequence[str] = "ideal", *,
        timeout: float | None = None, **options: Any,
    ) -> Result:
        job = await self.submit(Request(_programs(program), device, **options))
        return await job.result(timeout)

    async def job(self, name: str) -> AsyncJob:
        return AsyncJob(self, await self.send(calls.job(name)))

    async def jobs(self, *, limit: int | None = None, **filters: Any) -> AsyncIterator[AsyncJob]:
        call = calls.jobs({**filters, "limit": min(limit or 200, 200)})
        left = limit
        while left is None or left > 0:
            page = await self.send(call)
            for document in page["jobs"][:left]:
                yield AsyncJob(self, document)
            if "next" not in page:
                return
            left = left - len(page["jobs"]) if left is not None else None
            call = calls.page(page["next"])

    async def send(self, call: Call[T]) -> T:
        attempt = 0
        while True:
            answer: httpx.Response | None = None
            try:
                answer = await self._http.request(
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
            await asyncio.sleep(pause)


class AsyncJob:
    """As :class:`Job`; ``await job`` waits for its result."""

    def __init__(self, service: AsyncService, document: dict[str, Any], request: Request | None = None) -> None:
        self.service = service
        self.document = document
        self._request = request

    @property
    def id(self) -> str:
        return str(self.document["id"])

    def __await__(self) -> Any:
        return self.result().__await__()

    async def status(self) -> str:
        self.document = await self.service.send(calls.job(self.id))
        return str(self.document["status"])

    async def cancel(self) -> None:
        self.document = await self.service.send(calls.change(self.id, "cancel"))

    async def result(self, timeout: float | None = None) -> Result:
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            left = calls.LONGEST_WAIT if end is None else min(calls.LONGEST_WAIT, end - time.monotonic())
            try:
                document = await self.service.send(calls.result(self.id, max(left, 0)))
                break
            except KelvinError as fault:
                if fault.code != "unfinished":
                    raise _end_of_job(self.id, fault) from None
            if end is not None and time.monotonic() >= end:
                raise TimedOut(
                    f"{self.id} is not over after {timeout:g} s", code="client.timeout",
                    cure="wait longer, or ask for it later by its id")
        if self._request is not None:
            blocks = [program.block() for program in self._request.programs]
        else:
            blocks = (await self.service.send(calls.request_of(self.id)))["blocks"]
        return Result.of_document(document, _shapes(blocks))

    async def shots(self) -> list[Shots]:
        return Shots.read(await self.service.send(calls.shots(self.id)))
