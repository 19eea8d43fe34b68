"""What can go wrong between a program and its result."""

from __future__ import annotations

from typing import Any


class KelvinError(Exception):
    """A failure that the service told, or that kept us from asking it.

    Attributes:
        code: stable; ``GET /v1/errors/CODE`` explains it.
        cure: what to do about it, where that is known.
        status: of HTTP; None where there was no answer.
    """

    def __init__(self, message: str, *, code: str, cure: str | None = None, status: int | None = None) -> None:
        super().__init__(message if cure is None else f"{message}\n  cure: {cure}")
        self.code = code
        self.cure = cure
        self.status = status

    @staticmethod
    def of_answer(status: int, body: Any) -> KelvinError:
        """The error that an answer tells (RFC 9457)."""
        if not isinstance(body, dict) or "code" not in body:
            return KelvinError(f"the service answered with status {status}", code="no-answer", status=status)
        message, code, cure = str(body.get("detail") or body.get("title")), str(body["code"]), body.get("cure")
        return _CLASSES.get(code, _BY_STATUS.get(status, KelvinError))(message, code=code, cure=cure, status=status)


class ProgramError(KelvinError):
    """The program, or what is asked of it, cannot be run: the message says where and why."""


class NotSignedIn(KelvinError):
    """There is no token, or the service does not know it."""


class Forbidden(KelvinError):
    """The token may not do this."""


class NotFound(KelvinError):
    """There is no such thing, or it is somebody else's."""


class JobFailed(KelvinError):
    """The job ended without a result; ``code`` says why."""


class JobCancelled(JobFailed):
    """The job was cancelled."""


class Unreachable(KelvinError):
    """The service did not answer."""


class TimedOut(KelvinError, TimeoutError):
    """The job was not over within the time that the caller gave it; it goes on."""


_CLASSES: dict[str, type[KelvinError]] = {"cancelled": JobCancelled}
_BY_STATUS: dict[int, type[KelvinError]] = {
    400: ProgramError, 401: NotSignedIn, 403: Forbidden, 404: NotFound, 413: ProgramError, 422: ProgramError,
}
