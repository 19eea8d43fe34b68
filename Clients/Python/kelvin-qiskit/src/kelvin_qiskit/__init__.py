"""Kelvin's devices for Qiskit.

>>> from kelvin_qiskit import KelvinProvider, KelvinSampler
>>> backend = KelvinProvider().backend("heron-133")
>>> KelvinSampler(backend).run([circuit], shots=4000).result()[0].data.meas.get_counts()
"""

from .backend import KelvinBackend, KelvinProvider
from .job import KelvinJob, KelvinPrimitiveJob
from .primitives import EstimatorOptions, KelvinEstimator, KelvinSampler, SamplerOptions

__version__ = "0.1.0"
__all__ = [
    "EstimatorOptions", "KelvinBackend", "KelvinEstimator", "KelvinJob", "KelvinPrimitiveJob", "KelvinProvider",
    "KelvinSampler", "SamplerOptions",
]
