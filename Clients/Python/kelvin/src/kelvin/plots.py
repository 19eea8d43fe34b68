"""Pictures of results; needs ``pip install kelvin-client[plots]``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .results import Sample, Samples

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def histogram(
    counts: Mapping[str, int] | Sample | Samples, *, axes: Axes | None = None, largest: int = 32, **style: Any
) -> Axes:
    """Outcomes with their 1σ error bars (binomial), and beside them the corrected ones where there are.

    Args:
        largest: outcomes that are drawn; the rest is one bar.
    """
    import matplotlib.pyplot as pyplot

    sample = counts[0] if isinstance(counts, Samples) and len(counts) == 1 else counts
    if isinstance(sample, Samples):
        raise ValueError(f"there are {len(sample)} samples: draw one of them")
    table = sample.counts if isinstance(sample, Sample) else dict(sample)
    corrected = sample.corrected if isinstance(sample, Sample) else None
    total = sum(table.values())
    names = sorted(sorted(table, key=lambda name: -table[name])[:largest])
    rest = total - sum(table[name] for name in names)
    shares = np.array([table[name] for name in names] + ([rest] if rest else [])) / total
    places = np.arange(len(shares))
    drawing = axes if axes is not None else pyplot.subplots()[1]
    width = 0.8 if corrected is None else 0.4
    drawing.bar(
        places, shares, width, yerr=np.sqrt(shares * (1 - shares) / total), capsize=2, label="as read", **style)
    if corrected is not None:
        pairs = np.array([corrected.get(name, (0.0, 0.0)) for name in names])
        drawing.bar(places[:len(names)] + width, pairs[:, 0], width, yerr=pairs[:, 1], capsize=2, label="corrected")
        drawing.legend()
    drawing.set_xticks(places, names + (["others"] if rest else []), rotation=90)
    drawing.set_ylabel("probability")
    return drawing
