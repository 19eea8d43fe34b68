"""What qiskit-ibm-runtime's description shows on PyPI, with an account that is saved, as it asks for.

Its examples of estimators want circuits that are twirled (samplex), which Kelvin refuses by name.
"""

import ast
import re

import httpx
import kelvin
import published
import pytest
from conftest import Daemon
from fixtures import CRN


@pytest.fixture(scope="module")
def daemon():
    """A service whose operator took every machine out but one: the examples take the least busy, and of machines of gates that
    Qiskit's transpiler has no words for they could not use any."""
    daemon = Daemon()
    with kelvin.Service(daemon.url, daemon.token) as service:
        names = [device.id for device in service.devices() if device.id not in ("ideal", "heron-133")]
    for name in names:
        httpx.post(
            f"{daemon.url}/v1/devices/{name}/drain", json={"reason": "not today"},
            headers={"Authorization": f"Bearer {daemon.token}"}).raise_for_status()
    yield daemon
    daemon.stop()


@pytest.fixture(scope="module")
def account(daemon, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    environment = {
        "HOME": str(home), "IAM_URL": daemon.url, "QISKIT_FUNCTIONS_EXPERIMENTAL": "1",
        "GLOBAL_SEARCH_URL": daemon.url, "GLOBAL_CATALOG_URL": daemon.url}
    published.run(
        f"""from qiskit_ibm_runtime import QiskitRuntimeService
QiskitRuntimeService.save_account(
    channel="ibm_quantum_platform", token={daemon.token!r}, instance={CRN!r},
    url={daemon.url + "/experimental/api/v1"!r}, set_as_default=True)""", environment)
    return environment


def printed(word, account, seconds=240):
    return published.run(published.readme("qiskit-ibm-runtime", word), account, seconds=seconds)


def test_sampler(account):
    text = printed("import Sampler\n\nservice = ", account)
    counts = ast.literal_eval(re.search(r"{.*}", text)[0])
    assert sum(counts.values()) == 1024 and set(counts) <= {"00", "01", "10", "11"}
    # A Bell state on whichever emulated machine has the shortest queue.
    assert counts["00"] + counts["11"] > 700 and min(counts["00"], counts["11"]) > 250
