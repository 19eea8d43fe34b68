"""IBM's client pointed at Kelvin, as Docs/front-doors/ibm.md says."""

import os

import httpx
import pytest

CRN = "crn:v1:bluemix:public:quantum-computing:us-east:a/local:main::"


def environment(url):
    """Read once by the client, when a service is made."""
    os.environ.update(
        IAM_URL=url, QISKIT_FUNCTIONS_EXPERIMENTAL="1", GLOBAL_SEARCH_URL=url, GLOBAL_CATALOG_URL=url)


def connect(daemon, token=None, instance=CRN, prefix=""):
    from qiskit_ibm_runtime import QiskitRuntimeService

    environment(daemon.url + prefix)
    return QiskitRuntimeService(
        channel="ibm_quantum_platform", token=token or daemon.token, instance=instance,
        url=daemon.url + prefix + "/experimental/api/v1")


def user(daemon, name):
    """Somebody with a project of their own, and their token."""
    with httpx.Client(base_url=daemon.url, headers={"Authorization": f"Bearer {daemon.token}"}) as admin:
        admin.post("/v1/organisations", json={"name": name}).raise_for_status()
        admin.post(f"/v1/organisations/{name}/projects", json={"name": "p"}).raise_for_status()
        admin.post(
            f"/v1/organisations/{name}/users",
            json={"name": "u", "grants": [{"role": "member", "scope": f"{name}/p"}]}).raise_for_status()
        answer = admin.post(f"/v1/organisations/{name}/users/u/tokens", json={"name": "t", "abilities": ["read", "jobs"]})
        return answer.raise_for_status().json()["secret"]


def quietest(backend):
    """The site whose readout is best: some are wrong every sixth time."""
    return min(range(backend.num_qubits), key=lambda site: backend.target["measure"][(site,)].error)


@pytest.fixture(scope="module")
def ibm(daemon):
    return connect(daemon)


@pytest.fixture(scope="module")
def ideal(ibm):
    return ibm.backend("ideal")


@pytest.fixture(scope="module")
def heron(ibm):
    return ibm.backend("heron-133")
