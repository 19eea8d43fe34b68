"""What Amazon published: the getting-started programs in the SDK's description, as they are, by Amazon's own names."""

import ast
import re

import published
import pytest
from botocore.exceptions import ClientError
from braket.aws import AwsDevice, AwsSession
from braket.devices import Devices


@pytest.fixture(scope="module")
def account(daemon):
    return {
        "AWS_ENDPOINT_URL": daemon.url + "/braket", "AWS_ACCESS_KEY_ID": daemon.token,
        "AWS_SECRET_ACCESS_KEY": daemon.token, "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}


def test_getting_started(account):
    first = published.readme("amazon-braket-sdk", "Devices.Amazon.SV1")
    more = published.readme("amazon-braket-sdk", "run_batch")
    counts = [ast.literal_eval(found) for found in re.findall(r"Counter\(({.*?})\)", published.run(first + more, account))]
    assert len(counts) == 2
    for one in counts:
        assert set(one) == {"00", "11"} and sum(one.values()) == 100 and min(one.values()) > 20


def test_machines_of_others_by_their_names(account, monkeypatch):
    for name, value in account.items():
        monkeypatch.setenv(name, value)
    simulator = AwsDevice(Devices.Amazon.SV1)
    assert simulator.name == "ideal" and simulator.provider_name == "Kelvin"
    assert "stands for amazon's sv1" in simulator.properties.service.deviceDocumentation.summary
    machine = AwsDevice(Devices.IQM.Garnet)
    assert machine.name == "garnet-20" and "emulated" in machine.provider_name
    for arn in (Devices.Rigetti.Cepheus1108Q, "arn:aws:braket:::device/quantum-simulator/amazon/tn1"):
        with pytest.raises(ValueError, match="not found"):
            AwsDevice(arn)
        # The SDK keeps our words to itself, its client does not.
        with pytest.raises(ClientError, match="quantum-simulator/kelvin/ideal") as caught:
            AwsSession().braket_client.get_device(deviceArn=str(arn))
        assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
