"""Which service is spoken to, and as whom: the sign-in that ``kelvin login`` keeps."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .errors import KelvinError, NotSignedIn


@dataclass(frozen=True)
class SignIn:
    """An address, a token, and whom one believes that the address is itself.

    Attributes:
        url: ``https://host:port``, without a slash at the end.
        authority: a file with a certificate (PEM) that is trusted; None for those of the system.
    """

    url: str
    token: str
    authority: str | None = None

    def __repr__(self) -> str:
        return f"SignIn({self.url!r})"

    @staticmethod
    def find(url: str | None = None, token: str | None = None, authority: str | None = None) -> SignIn:
        """What the caller says, else ``KELVIN_SERVICE`` and ``KELVIN_TOKEN``, else what ``kelvin login`` keeps.

        Raises:
            NotSignedIn: where nothing says it.
        """
        name = url or os.environ.get("KELVIN_SERVICE")
        kept = _kept(name if name and "://" not in name else None)
        if name and "://" in name:
            address = name.rstrip("/")
            kept = next((entry for entry in _all().values() if entry.url == address), None)
        elif kept is not None:
            address = kept.url
        else:
            raise NotSignedIn(
                "there is no service to speak to" if not name else f"there is no service named '{name}'",
                code="client.service", cure="kelvin login https://…, or set KELVIN_SERVICE and KELVIN_TOKEN")
        secret = token or os.environ.get("KELVIN_TOKEN") or (kept.token if kept else None)
        if not secret:
            raise NotSignedIn(
                f"there is no token for {address}", code="client.token", cure=f"kelvin login {address}")
        trusted = authority or os.environ.get("KELVIN_CACERT") or (kept.authority if kept else None)
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise KelvinError(
                f"'{address}' is no address of a service", code="client.address", cure="write https://host:port")
        if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise KelvinError(
                f"a token would travel unencrypted to {address}", code="client.address",
                cure="use https; http is for this computer alone")
        return SignIn(address, secret.strip(), trusted)


def _directory() -> Path:
    home = os.environ.get("XDG_CONFIG_HOME")
    return Path(home) / "kelvin" if home and home.startswith("/") else Path.home() / ".config" / "kelvin"


def _page() -> dict[str, object]:
    path = _directory() / "services.json"
    try:
        mode = path.stat().st_mode
    except OSError:
        return {}
    if stat.S_IMODE(mode) & 0o077:
        raise KelvinError(
            f"{path} holds tokens, and others may read it", code="client.rights", cure=f"chmod 600 {path}")
    try:
        page = json.loads(path.read_text())
        assert isinstance(page, dict) and isinstance(page.get("services"), dict)
    except (ValueError, AssertionError) as fault:
        raise KelvinError(
            f"{path} is no list of services", code="client.book", cure="remove it, and sign in again") from fault
    return page


def _all() -> dict[str, SignIn]:
    services = _page().get("services", {})
    assert isinstance(services, dict)
    return {
        name: SignIn(
            line["url"], line["token"],
            str(_directory() / "authorities" / line["authority"]) if line.get("authority") else None)
        for name, line in services.items()
    }


def _kept(name: str | None) -> SignIn | None:
    current = name or _page().get("current")
    return _all().get(current) if isinstance(current, str) else None
