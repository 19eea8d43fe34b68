"""What Kelvin refuses to Braket's SDK: wrong credentials, requests that were changed, programs that cannot be run."""

import datetime
import json
import uuid
import warnings

import botocore.auth
import httpx
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from braket.aws import AwsSession
from braket.circuits import Circuit
from braket.device_schema import GateModelParameters
from braket.device_schema.simulators import GateModelSimulatorDeviceParameters
from braket.ir.openqasm import Program
from fixtures import IDEAL, refusal, session

warnings.filterwarnings("ignore")


def test_wrong_credentials(daemon, ideal):
    token = daemon.token
    wrong = "kelvin_" + uuid.uuid4().hex + "01234567890"
    code, message = refusal(lambda: session(token, wrong).braket_client.search_devices(filters=[]))
    assert code == "InvalidSignatureException" and "does not match" in message
    code, _ = refusal(lambda: session(wrong).braket_client.search_devices(filters=[]))
    assert code == "UnrecognizedClientException"
    code, _ = refusal(lambda: session("AKIAIOSFODNN7EXAMPLE", "secret").sts_client.get_caller_identity())
    assert code == "UnrecognizedClientException"
    code, _ = refusal(lambda: session(token, wrong).s3_client.get_object(Bucket="b", Key="k/results.json"))
    assert code == "InvalidSignatureException"


def signed(daemon, body=b'{"filters": []}', path="/braket/devices", date=None):
    request = AWSRequest("POST", daemon.url + path, data=body, headers={"Content-Type": "application/json"})
    signer = botocore.auth.SigV4Auth(Credentials(daemon.token, daemon.token), "braket", "us-east-1")
    with pytest.MonkeyPatch.context() as patch:
        if date:
            patch.setattr(botocore.auth, "get_current_datetime", lambda *_, **__: date)
        signer.add_auth(request)
    return dict(request.headers)


def test_signatures_cover_the_body_and_age(daemon):
    url = daemon.url + "/braket/devices"
    headers = signed(daemon)
    assert httpx.post(url, content=b'{"filters": []}', headers=headers).status_code == 200
    changed = httpx.post(url, content=b'{"filters": [ ]}', headers=headers)
    assert changed.status_code == 403 and changed.headers["x-amzn-ErrorType"] == "InvalidSignatureException"
    elsewhere = httpx.post(daemon.url + "/braket/quantum-tasks", content=b'{"filters": []}', headers=headers)
    assert elsewhere.status_code == 403
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    for minutes, status in ((-14, 200), (-16, 403), (16, 403)):
        old = signed(daemon, date=now + datetime.timedelta(minutes=minutes))
        answer = httpx.post(url, content=b'{"filters": []}', headers=old)
        assert answer.status_code == status, answer.text
        assert status == 200 or "expired" in answer.json()["message"]


@pytest.mark.parametrize(("source", "why"), [
    ("OPENQASM 3.0; qubit[2] q; hadamard q[0];", "hadamard"),
    ("OPENQASM 3.0; qubit[2] q; h q[5];", "q"),
    ("this is no program", "OPENQASM|expected|program"),
    ("OPENQASM 3.0; qubit q; input float a; bit b; rx(a) q; b = measure q;", "a"),
    ("OPENQASM 3.0; bit b;", "no qubit"),
    ("OPENQASM 3.0; qubit[2] q; h q;\n#pragma braket result state_vector", "without shots"),
    ("OPENQASM 3.0; qubit[2] q; h q;\n#pragma braket result expectation x(q[0])\n#pragma braket result expectation z(q[0])",
     "bases"),
    ("OPENQASM 3.0; qubit[2] q; h q;\n#pragma braket result adjoint_gradient expectation(x(q[0]))", "adjoint_gradient"),
    ("OPENQASM 3.0; qubit[1] q; output float y; bit b; b = measure q[0];", "output"),
    ("OPENQASM 3.0; " + "qubit[20] q; " + "{" * 5000, "."),
])
def test_programs_that_cannot_be_run(ideal, source, why):
    with pytest.raises(ClientError, match=why) as caught:
        ideal.run(Program(source=source), shots=10)
    assert caught.value.response["Error"]["Code"] == "ValidationException"


def test_requests_that_mean_nothing(ideal, heron, daemon):
    good = dict(
        clientToken="t", deviceArn=IDEAL, shots=5, outputS3Bucket="bucket", outputS3KeyPrefix="prefix",
        action=json.dumps({"braketSchemaHeader": {"name": "braket.ir.openqasm.program", "version": "1"},
                           "source": "OPENQASM 3.0; qubit q; h q;"}))
    client = AwsSession().braket_client

    def why(**changed):
        code, message = refusal(lambda: client.create_quantum_task(**{**good, "clientToken": uuid.uuid4().hex, **changed}))
        assert code in ("ValidationException", "ResourceNotFoundException"), (code, message)
        return message

    assert "shots" in why(shots=10_000_000) and "no JSON" in why(action="{") and "hybrid jobs" in why(jobToken="x")
    assert "analog" in why(action=json.dumps({"braketSchemaHeader": {"name": "braket.ir.ahs.program", "version": "1"}}))
    assert "no device" in why(deviceArn="arn:aws:braket:::device/qpu/kelvin/no")
    assert "errorMitigation" in why(deviceParameters=json.dumps({"errorMitigation": [{"type": "debias"}]}))
    assert "reserves" in why(associations=[{"arn": "arn:aws:braket:us-east-1:1:reservation/1", "type": "RESERVATION_TIME_WINDOW_ARN"}])
    assert "no JSON" in why(action="[" * 100_000) and "source" in why(action=json.dumps(
        {"braketSchemaHeader": {"name": "braket.ir.openqasm.program", "version": "1"}, "source": 7}))
    with pytest.raises(ClientError, match="shots"):
        heron.run(Circuit().h(0).state_vector(), shots=0)
    with pytest.raises(ClientError, match="2 digits"):
        ideal.run(Program(source='OPENQASM 3.0; qubit[2] q; h q;\n#pragma braket result amplitude "0"'), shots=0)
    with pytest.raises(ClientError, match="physical qubits"):
        heron.run(Program(source="OPENQASM 3.0; qubit q; bit b; x q; b = measure q;"), shots=5,
                  device_parameters=GateModelSimulatorDeviceParameters(
                      paradigmParameters=GateModelParameters(qubitCount=1, disableQubitRewiring=True)))
    with pytest.raises(ClientError, match="hybrid jobs"):
        client.search_jobs(filters=[])
    for body in (b"", b"{", b"\xff\xfe", b"[]", b'{"shots": "many"}', b'{"a": ' + b"[" * 4000):
        answer = httpx.post(daemon.url + "/braket/quantum-task", content=body,
                            headers=signed(daemon, body, "/braket/quantum-task"))
        assert answer.status_code == 400 and answer.headers["x-amzn-ErrorType"] == "ValidationException", answer.text


def test_buckets_hold_results_alone(credentials):
    s3 = AwsSession().s3_client
    s3.create_bucket(Bucket="some-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    assert refusal(lambda: s3.put_object(Bucket="some-bucket", Key="x", Body=b"1"))[0] == "AccessDenied"
    assert refusal(lambda: s3.get_object(Bucket="some-bucket", Key="../../etc/passwd"))[0]
    assert refusal(lambda: s3.get_object(Bucket="some-bucket", Key="tasks/x/results.json"))[0] == "NoSuchKey"
