import os

import pytest
from braket.aws import AwsDevice
from fixtures import HERON, IDEAL


@pytest.fixture(scope="module", autouse=True)
def credentials(daemon):
    """One address and one token, as users set them."""
    os.environ.update(
        AWS_ENDPOINT_URL=daemon.url + "/braket", AWS_ACCESS_KEY_ID=daemon.token, AWS_SECRET_ACCESS_KEY=daemon.token,
        AWS_REGION="eu-west-2", AWS_DEFAULT_REGION="eu-west-2")
    os.environ.pop("AWS_SESSION_TOKEN", None)


@pytest.fixture(scope="module")
def ideal(credentials):
    return AwsDevice(IDEAL)


@pytest.fixture(scope="module")
def heron(credentials):
    return AwsDevice(HERON)
