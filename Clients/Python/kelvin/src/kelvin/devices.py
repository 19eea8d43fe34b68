"""Machines, as their service describes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Device:
    """A machine.

    Attributes:
        summary: its figures in short.
        file: all that is known, as ``Docs/device-file.md`` describes it: description and calibration, in seconds, hertz
            and radians; None in a list of devices.
    """

    summary: dict[str, Any]
    file: dict[str, Any] | None = None

    @property
    def id(self) -> str:
        return str(self.summary["id"])

    @property
    def name(self) -> str:
        return str(self.summary["name"])

    @property
    def status(self) -> str:
        """In a word: online, maintenance, …"""
        return str(self.summary["status"])

    @property
    def emulated(self) -> bool:
        return bool(self.summary["emulated"])

    @property
    def sites(self) -> int:
        return int(self.summary["sites"])

    @property
    def gates(self) -> list[str]:
        """Native gates, by the names of OpenQASM's standard library."""
        return [str(gate["name"]) for gate in self.summary["nativeGates"]]

    @property
    def max_shots(self) -> int:
        return int(self.summary["maxShots"])

    @property
    def feed_forward(self) -> bool:
        """Whether later gates may depend on earlier outcomes."""
        return bool(self.summary["feedForward"])

    @property
    def couplings(self) -> list[tuple[int, int]] | None:
        """Pairs of sites on which gates act; None where all pairs do."""
        connectivity = self._known["connectivity"]
        return None if connectivity == "all" else [(int(a), int(b)) for a, b in connectivity]

    @property
    def calibration(self) -> dict[str, Any]:
        calibration = self._known["calibration"]
        assert isinstance(calibration, dict)
        return calibration

    @property
    def _known(self) -> dict[str, Any]:
        if self.file is None:
            raise ValueError(f"this is a line of a list: ask for service.device({self.id!r})")
        return self.file

    def __repr__(self) -> str:
        return f"<Device {self.id}: {self.sites} sites, {'emulated, ' if self.emulated else ''}{self.status}>"
