"""Qiskit's observables as Kelvin writes them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
import numpy.typing as npt
from qiskit.primitives.containers.observables_array import ObservablesArray

#: A projector as a sum of Paulis: |0⟩⟨0| = (I + Z)/2, and so on.
_LETTERS: dict[str, list[tuple[str, float]]] = {
    "I": [("I", 1.0)], "X": [("X", 1.0)], "Y": [("Y", 1.0)], "Z": [("Z", 1.0)],
    "0": [("I", 0.5), ("Z", 0.5)], "1": [("I", 0.5), ("Z", -0.5)],
    "+": [("I", 0.5), ("X", 0.5)], "-": [("I", 0.5), ("X", -0.5)],
    "r": [("I", 0.5), ("Y", 0.5)], "l": [("I", 0.5), ("Y", -0.5)],
}


def written(observable: Mapping[str, float]) -> str:
    """A weighted sum of Pauli strings (qubit 0 rightmost) as text with the number of each qubit."""
    sums: dict[tuple[tuple[str, int], ...], float] = {}
    for letters, weight in observable.items():
        choices = [_LETTERS[letter] for letter in reversed(letters)]
        for term in product(*choices):
            factor = float(np.real(weight))
            for _, part in term:
                factor *= part
            place = tuple((letter, qubit) for qubit, (letter, _) in enumerate(term) if letter != "I")
            sums[place] = sums.get(place, 0.0) + factor
    texts = []
    for place, factor in sums.items():
        paulis = " ".join(f"{letter}{qubit}" for letter, qubit in place)
        texts.append(f"{factor!r} {paulis}" if paulis else repr(factor))
    return " + ".join(texts).replace("+ -", "- ") or "0"


def table(observables: ObservablesArray) -> npt.NDArray[np.object_]:
    """The observables as texts, in their shape."""
    texts = np.empty(observables.shape, dtype=object)
    for index in np.ndindex(observables.shape):
        texts[index] = written(observables[index])
    return texts
