"""The interface of the service as calls that know how to be sent and how to read their answers.

Both clients, the one that waits and the one for ``asyncio``, send the same calls.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import httpx

from .devices import Device
from .errors import KelvinError, Unreachable
from .request import Request

T = TypeVar("T")

#: The longest that the service holds a request, seconds.
LONGEST_WAIT = 50.0
#: Times that a call is sent before its failure counts.
ATTEMPTS = 5


@dataclass(frozen=True)
class Call(Generic[T]):
    method: str
    path: str
    read: Callable[[httpx.Response], T]
    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def may_repeat(self) -> bool:
        """Whether sending it twice does no more than once: it changes nothing, or has a key."""
        return self.method in ("GET", "PUT", "DELETE") or "Idempotency-Key" in self.headers


def wait_before(attempt: int, answer: httpx.Response | None) -> float | None:
    """Seconds after which a call is sent again; None where its answer counts."""
    if attempt + 1 >= ATTEMPTS or (answer is not None and answer.status_code not in (429, 502, 503, 504)):
        return None
    told = answer.headers.get("Retry-After", "") if answer is not None else ""
    # Many clients that were turned away at once come back at different times.
    return float(told) if told.isdecimal() else 0.1 * 2**attempt * random.uniform(0.5, 1)


def checked(call: Call[T], answer: httpx.Response) -> T:
    if answer.is_success:
        return call.read(answer)
    try:
        body = answer.json()
    except ValueError:
        body = None
    raise KelvinError.of_answer(answer.status_code, body)


def unreachable(url: str, fault: httpx.HTTPError) -> Unreachable:
    return Unreachable(
        f"{url} does not answer: {fault}", code="client.unreachable",
        cure="is the service running (kelvin serve), and the address right?")


def _json(answer: httpx.Response) -> Any:
    return answer.json()


def _nothing(answer: httpx.Response) -> None:
    return None


def devices() -> Call[list[Device]]:
    return Call("GET", "/v1/devices", lambda answer: [Device(summary) for summary in answer.json()])


def device(name: str) -> Call[Device]:
    def read(answer: httpx.Response) -> Device:
        document = answer.json()
        return Device(document["summary"], document["device"])

    return Call("GET", f"/v1/devices/{quote(name, safe='')}", read)


def check(request: Request) -> Call[dict[str, Any]]:
    return Call("POST", "/v1/check", _json, body=request.document(seed=0))


def submit(request: Request, key: str | None, wait: float = 0) -> Call[dict[str, Any]]:
    """The key makes a request that is sent again, because its answer was lost, the same job."""
    # The service holds a seed of 48 bits that it chooses itself.
    seed = uuid.uuid4().int >> 80
    query = {"wait": f"{wait:g}"} if wait else {}
    return Call(
        "POST", "/v1/jobs", _json, body=request.document(seed), query=query,
        headers={"Idempotency-Key": key or str(uuid.uuid4())})


def job(name: str, wait: float = 0, history: bool = False) -> Call[dict[str, Any]]:
    query = ({"wait": f"{wait:g}"} if wait else {}) | ({"history": "true"} if history else {})
    return Call("GET", f"/v1/jobs/{quote(name, safe='')}", _json, query=query)


def jobs(filters: Mapping[str, Any]) -> Call[dict[str, Any]]:
    """A page; where the next one is, it says itself: see :func:`page`."""
    return Call("GET", "/v1/jobs", _json, query={name: value for name, value in filters.items() if value is not None})


def page(path: str) -> Call[dict[str, Any]]:
    return Call("GET", path, _json)


def change(name: str, what: str) -> Call[dict[str, Any]]:
    return Call(
        "POST", f"/v1/jobs/{quote(name, safe='')}/{what}", _json, headers={"Idempotency-Key": str(uuid.uuid4())})


def forget(name: str) -> Call[None]:
    return Call("DELETE", f"/v1/jobs/{quote(name, safe='')}", _nothing, query={"forget": "true"})


def result(name: str, wait: float = 0) -> Call[dict[str, Any]]:
    return Call(
        "GET", f"/v1/jobs/{quote(name, safe='')}/result", _json, query={"wait": f"{wait:g}"} if wait else {},
        headers={"Accept": "application/json"})


def request_of(name: str) -> Call[dict[str, Any]]:
    return Call("GET", f"/v1/jobs/{quote(name, safe='')}/request", _json)


def shots(name: str) -> Call[bytes]:
    return Call(
        "GET", f"/v1/jobs/{quote(name, safe='')}/result", lambda answer: answer.content,
        headers={"Accept": "application/octet-stream"})


def open_session(
    device: str, kind: str, project: str | None, idle: float | None, maximum: float | None, budget: float | None
) -> Call[dict[str, Any]]:
    body = {
        "device": device, "kind": kind, "project": project, "idleSeconds": idle, "maximalSeconds": maximum,
        "budget": budget,
    }
    return Call(
        "POST", "/v1/sessions", _json, body={name: value for name, value in body.items() if value is not None},
        headers={"Idempotency-Key": str(uuid.uuid4())})


def session(name: str) -> Call[dict[str, Any]]:
    return Call("GET", f"/v1/sessions/{quote(name, safe='')}", _json)


def close_session(name: str) -> Call[dict[str, Any]]:
    return Call("DELETE", f"/v1/sessions/{quote(name, safe='')}", _json)
