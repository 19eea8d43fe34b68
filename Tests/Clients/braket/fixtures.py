"""Braket's SDK pointed at Kelvin, as Docs/front-doors/braket.md says."""

import boto3
import pytest
from botocore.exceptions import ClientError
from braket.aws import AwsSession

IDEAL = "arn:aws:braket:::device/quantum-simulator/kelvin/ideal"
HERON = "arn:aws:braket:us-east-1::device/qpu/kelvin/heron-133"


def session(key, secret=None, region="us-east-1"):
    return AwsSession(boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret or key, region_name=region))


def refusal(make):
    """The code and the words of what a call is refused with."""
    with pytest.raises(ClientError) as caught:
        make()
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]
