"""Outcomes shot by shot: the binary form of a result."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_MAGIC = b"KELVSHOT"


@dataclass(frozen=True)
class ShotRegister:
    name: str
    start: int
    size: int


@dataclass(frozen=True)
class Shots:
    """The shots of one program, in the order in which they were taken.

    Attributes:
        packed: a row a shot; bit k of the outcome is bit k mod 8 of byte k // 8.
        bits: bits of one outcome.
    """

    packed: npt.NDArray[np.uint8]
    bits: int
    registers: tuple[ShotRegister, ...]

    def __len__(self) -> int:
        return int(self.packed.shape[0])

    def array(self, register: str | None = None) -> npt.NDArray[np.uint8]:
        """Zeros and ones, shots × bits, bit 0 first."""
        array = np.unpackbits(self.packed, axis=1, count=self.bits, bitorder="little")
        if register is None:
            return array
        for place in self.registers:
            if place.name == register:
                return array[:, place.start:place.start + place.size]
        known = ", ".join(place.name for place in self.registers)
        raise KeyError(f"there is no register '{register}': {known}")

    @staticmethod
    def read(data: bytes) -> list[Shots]:
        """Reads the layout that ``Docs/result-format.md`` describes: one entry a program.

        Raises:
            ValueError: for bytes of another form.
        """
        if len(data) < 16 or data[:8] != _MAGIC:
            raise ValueError("these bytes are no shots of Kelvin")
        version, length = struct.unpack_from("<II", data, 8)
        if version != 1:
            raise ValueError(f"shots of version {version}; this client reads version 1")
        programs = json.loads(data[16:16 + length])["programs"]
        place, shots = 16 + length, []
        for program in programs:
            rows, width = program["shots"], program["bytesPerShot"]
            end = place + rows * width
            if end > len(data):
                raise ValueError(f"the shots end after {len(data)} bytes, {end} were announced")
            packed = np.frombuffer(data, np.uint8, rows * width, place).reshape(rows, width)
            registers = tuple(ShotRegister(r["name"], r["start"], r["size"]) for r in program["registers"])
            shots.append(Shots(packed, program["bits"], registers))
            place = end
        if place != len(data):
            raise ValueError(f"{len(data) - place} bytes after the last shot")
        return shots
