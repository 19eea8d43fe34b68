"""The running service against its own description: schemathesis makes requests of every operation, right and wrong, and
holds the answers against what openapi.json promises (status codes, media types, schemas, headers; wrong requests refused,
right ones taken, nothing without a token)."""

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from daemon import Daemon

EXAMPLES = int(os.environ.get("KELVIN_SERVICE_EXAMPLES", "40"))


daemon = Daemon()
schema = schemathesis.openapi.from_url(daemon.url + "/v1/openapi.json")


@pytest.fixture(scope="module", autouse=True)
def ended():
    yield
    assert daemon.process.poll() is None, "the service died"
    assert b"ready" in daemon.get("/v1/ready")
    resident = next(
        int(line.split()[1]) for line in open(f"/proc/{daemon.process.pid}/status") if line.startswith("VmRSS"))
    print(f"resident after all requests: {resident / 1024:.0f} MB")
    daemon.stop()
    with open(daemon.home.name + "/log") as log:
        faults = [line for line in log if "a fault" in line]
    assert not faults, faults[:3]


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_operation(case):
    # The token of the run is not to be revoked, and a wait costs only time.
    if any(parameter.name == "wait" for parameter in case.operation.query):
        case.query.pop("wait", None)
    case.call_and_validate(headers={"Authorization": "Bearer " + daemon.token}, timeout=60)
