"""Kelvin as a sampler of Cirq.

>>> from kelvin_cirq import KelvinSampler
>>> KelvinSampler(name="willow-105").run(circuit, repetitions=4000).histogram(key="m")
"""

from .device import KelvinDevice, KelvinNoiseProperties
from .programs import CannotExport
from .sampler import KelvinSampler

__version__ = "0.1.0"
__all__ = ["CannotExport", "KelvinDevice", "KelvinNoiseProperties", "KelvinSampler"]
