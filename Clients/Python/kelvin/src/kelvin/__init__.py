"""Kelvin, the open quantum operating system, from Python.

>>> import kelvin
>>> service = kelvin.Service()                      # as `kelvin login` knows it
>>> service.run(open("bell.qasm").read(), "heron-133", shots=4000).counts
"""

from .asynchronous import AsyncJob, AsyncService
from .devices import Device
from .errors import (
    Forbidden, JobCancelled, JobFailed, KelvinError, NotFound, NotSignedIn, ProgramError, TimedOut, Unreachable,
)
from .request import Program, Request
from .results import Estimates, Register, Result, Sample, Samples
from .service import Job, Service, Session
from .shots import Shots
from .signin import SignIn

__version__ = "0.1.0"
__all__ = [
    "AsyncJob", "AsyncService", "Device", "Estimates", "Forbidden", "Job", "JobCancelled", "JobFailed", "KelvinError",
    "NotFound", "NotSignedIn", "Program", "ProgramError", "Register", "Request", "Result", "Sample", "Samples",
    "Service", "Session", "Shots", "SignIn", "TimedOut", "Unreachable",
]
