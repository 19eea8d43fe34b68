"""Docs/benchmarks/doors.md: what a front door costs beside the native interface, on this machine.

KELVIND names the daemon (a release build). Runs in the environment of Tests/Clients/ibm. Each door is spoken to in its SDK's
wire format on a connection that stays open; Python's own work lies outside the clock. A round sends the same Bell circuit once
through every door and once natively, so that all of them meet the same load."""

import hashlib
import hmac
import http.client
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
import zipfile
from pathlib import Path
from urllib.parse import quote, urlsplit

import common
import ibm_sampler
from qiskit import QuantumCircuit
from qiskit_ibm_runtime.json import RuntimeEncoder

ROUNDS, SHOTS = int(os.environ.get("ROUNDS", 300)), 100
QASM3 = 'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;'
QASM2 = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[2]; creg c[2]; h q[0]; cx q[0],q[1]; measure q -> c;'


class Line:
    """A connection that stays open, and how long the exchanges on it took."""

    def __init__(self, url, token):
        self.host, self.token, self.seconds = urlsplit(url).netloc, token, 0.0
        self.connection = http.client.HTTPConnection(self.host, timeout=60)
        self.connection.connect()

    def send(self, method, path, body=None, headers=None, statuses=(200, 201, 202, 204)):
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        fields = {"Content-Type": "application/json", **(headers or {})}
        begin = time.perf_counter()
        self.connection.request(method, path, content, fields)
        answer = self.connection.getresponse()
        data = answer.read()
        self.seconds += time.perf_counter() - begin
        assert answer.status in statuses, (method, path, answer.status, data[:500])
        try:
            return json.loads(data) if data else None
        except ValueError:
            return data.decode()

    def until(self, ask, is_over):
        """Asks again at once: how long an SDK sleeps between two questions is no cost of the door."""
        while not is_over(found := ask()):
            pass
        return found


def native(line):
    bearer = {"Authorization": f"Bearer {line.token}"}
    job = line.send("POST", "/v1/jobs", {"program": QASM3, "device": "ideal", "shots": SHOTS, "mitigation": "none"},
                    bearer)["id"]
    line.until(lambda: line.send("GET", f"/v1/jobs/{job}", headers=bearer), lambda j: j["status"] == "completed")
    return line.send("GET", f"/v1/jobs/{job}/result", headers=bearer)["results"][0]["samples"][0]["counts"]


def ionq(line):
    key = {"Authorization": f"apiKey {line.token}"}
    gates = [{"gate": "h", "target": 0}, {"gate": "cnot", "control": 0, "target": 1}]
    job = line.send("POST", "/ionq/v0.4/jobs", {
        "type": "ionq.circuit.v1", "backend": "simulator", "shots": SHOTS, "name": "bell",
        "input": {"format": "ionq.circuit.v0", "gateset": "qis", "qubits": 2, "circuit": gates}}, key)["id"]
    line.until(lambda: line.send("GET", f"/ionq/v0.4/jobs/{job}", headers=key), lambda j: j["status"] == "completed")
    return line.send("GET", f"/ionq/v0.4/jobs/{job}/results/probabilities", headers=key)


def qbraid(line):
    key = {"X-Api-Key": line.token}
    job = line.send("POST", "/qbraid/jobs", {
        "deviceQrn": "ideal", "shots": SHOTS, "program": {"format": "qasm3", "data": QASM3}}, key)["data"]["jobQrn"]
    path = "/qbraid/jobs/" + quote(job, safe="")
    line.until(lambda: line.send("GET", path, headers=key), lambda j: j["data"]["status"] == "COMPLETED")
    return line.send("GET", path + "/result", headers=key)


def aqt(line):
    bearer = {"Authorization": f"Bearer {line.token}"}
    pi = 3.14159265
    job = line.send("PUT", "/aqt/ideal/circuit", {
        "repetitions": SHOTS, "number_of_qubits": 2, "quantum_circuit": [
            {"operation": "R", "qubit": 0, "theta": 0.5, "phi": 0.0},
            {"operation": "RXX", "qubits": [0, 1], "theta": 0.5}, {"operation": "RZ", "qubit": 1, "phi": pi / 2},
            {"operation": "MEASURE"}]}, bearer)
    return line.send("GET", f"/aqt/ideal/circuit/result/{job}", headers=bearer)["payload"]["result"]


def iqm(line):
    bearer = {"Authorization": f"Bearer {line.token}"}

    def prx(qubit, angle, phase):
        return {"name": "prx", "locus": [qubit], "args": {"angle": angle, "phase": phase}}

    job = line.send("POST", "/api/v1/jobs/ideal/circuit", {"shots": SHOTS, "circuits": [{"name": "bell", "instructions": [
        prx("QB1", 1.5708, 1.5708), prx("QB2", 1.5708, 1.5708), {"name": "cz", "locus": ["QB1", "QB2"], "args": {}},
        prx("QB2", -1.5708, 1.5708), {"name": "measure", "locus": ["QB1", "QB2"], "args": {"key": "m"}}]}]}, bearer)["id"]
    line.until(lambda: line.send("GET", f"/api/v1/jobs/{job}", headers=bearer), lambda j: j["status"] == "completed")
    return line.send("GET", f"/api/v1/jobs/{job}/artifacts/measurements", headers=bearer)


def mqss(line):
    bearer = {"Authorization": f"Bearer {line.token}"}
    job = line.send("POST", "/mqss/v1/job", {
        "circuit": str([QASM2]), "circuit_format": "qasm", "resource_name": "ideal", "shots": SHOTS}, bearer)["uuid"]
    line.until(lambda: line.send("GET", f"/mqss/v1/job/{job}/status", headers=bearer),
               lambda j: j["status"] == "COMPLETED")
    return line.send("GET", f"/mqss/v1/job/{job}/result", headers=bearer)


def oqtopus(line):
    key = {"q-api-token": line.token}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("input.json", json.dumps({"program": [QASM3]}))
    made = line.send("POST", "/oqtopus/jobs", b"", key)
    job, link, mark = made["job_id"], made["presigned_url"], uuid.uuid4().hex
    parts = "".join(f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                    for name, value in link["fields"].items())
    form = (parts + f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="input.zip"\r\n'
            "Content-Type: application/zip\r\n\r\n").encode() + packed.getvalue() + f"\r\n--{mark}--\r\n".encode()
    line.send("POST", urlsplit(link["url"]).path, form, {"Content-Type": f"multipart/form-data; boundary={mark}"})
    line.send("POST", f"/oqtopus/jobs/{job}/submit", {
        "device_id": "ideal", "job_type": "sampling", "shots": SHOTS, "name": "bell"}, key)
    line.until(lambda: line.send("GET", f"/oqtopus/jobs/{job}/status", headers=key),
               lambda j: j["status"] == "succeeded")
    return line.send("GET", f"/oqtopus/jobs/{job}", headers=key)["job_info"]["result"]


def signed(line, method, path, body, service):
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    scope = f"{moment[:8]}/us-east-1/{service}/aws4_request"
    where = path if service == "s3" else quote(path, safe="-._~/")
    canonical = "\n".join([method, where, "", f"host:{line.host}", f"x-amz-date:{moment}", "", "host;x-amz-date",
                           hashlib.sha256(body or b"").hexdigest()])
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = ("AWS4" + line.token).encode()
    for word in [*scope.split("/"), text]:
        key = hmac.digest(key, word.encode(), "sha256")
    return {"X-Amz-Date": moment, "Authorization":
            f"AWS4-HMAC-SHA256 Credential={line.token}/{scope}, SignedHeaders=host;x-amz-date, Signature={key.hex()}"}


def braket(line):
    def send(method, path, body=None, service="braket"):
        content = json.dumps(body).encode() if body else None
        return line.send(method, path, content, signed(line, method, path, content, service))

    source = "OPENQASM 3.0; bit[2] b; qubit[2] q; h q[0]; cnot q[0], q[1]; b[0] = measure q[0]; b[1] = measure q[1];"
    arn = send("POST", "/braket/quantum-task", {
        "deviceArn": "arn:aws:braket:::device/quantum-simulator/kelvin/ideal", "shots": SHOTS, "outputS3Bucket": "bucket",
        "outputS3KeyPrefix": "tasks", "clientToken": str(uuid.uuid4()), "action": json.dumps({
            "braketSchemaHeader": {"name": "braket.ir.openqasm.program", "version": "1"}, "source": source,
            "inputs": {}})})["quantumTaskArn"]
    path = "/braket/quantum-task/" + quote(arn, safe="")
    line.until(lambda: send("GET", path), lambda task: task["status"] == "COMPLETED")
    return send("GET", f"/braket/bucket/tasks/{arn.split('/')[-1]}/results.json", service="s3")


def ibm(line):
    bearer = {"Authorization": f"Bearer {line.token}", "IBM-API-Version": "2025-01-01"}
    base = "/experimental/api/v1/jobs"
    bell = QuantumCircuit(2)
    bell.h(0)
    bell.cx(0, 1)
    bell.measure_all()
    body = json.dumps({"program_id": "sampler", "backend": "ideal", "params": {
        "pubs": [(bell, None, SHOTS)], "version": 2, "support_qiskit": True, "options": {}}}, cls=RuntimeEncoder)
    job = line.send("POST", base, body.encode(), bearer)["id"]
    line.until(lambda: line.send("GET", f"{base}/{job}?exclude_params=true", headers=bearer),
               lambda j: j["status"] == "Completed")
    return line.send("GET", f"{base}/{job}/results", headers=bearer)


def azure(line):
    key, job = {"x-ms-quantum-api-key": line.token}, str(uuid.uuid4())
    workspace = "/azure/subscriptions/s/resourceGroups/local/providers/Microsoft.Quantum/workspaces/main"
    container = f"job-{job}"
    address = line.send("POST", workspace + "/storage/sasUri", {"containerName": container}, key)["sasUri"]
    place, signature = urlsplit(address).path, urlsplit(address).query
    line.send("PUT", f"{place}/inputData?{signature}", QASM3.encode(), {"x-ms-blob-type": "BlockBlob"})
    origin = f"http://{line.host}{place}"
    line.send("PUT", f"{workspace}/jobs/{job}", {
        "id": job, "name": "bell", "containerUri": origin, "inputDataUri": origin + "/inputData",
        "inputDataFormat": "openqasm.v3", "outputDataFormat": "microsoft.quantum-results.v1", "providerId": "kelvin",
        "target": "kelvin.ideal", "inputParams": {"shots": SHOTS}}, key)
    line.until(lambda: line.send("GET", f"{workspace}/jobs/{job}", headers=key), lambda j: j["status"] == "Succeeded")
    return line.send("GET", f"{place}/rawOutputData?{signature}")


WAYS = {
    "native": native, "Amazon Braket": braket, "IBM Runtime": ibm, "IonQ": ionq, "Azure Quantum": azure, "IQM": iqm, "AQT": aqt,
    "OQTOPUS": oqtopus, "qBraid": qbraid, "MQSS": mqss,
}


def member(url, admin):
    """Somebody of local/main, as users are: who has one project need not name it."""
    line, key = Line(url, admin), {"Authorization": f"Bearer {admin}"}
    users = "/v1/organisations/local/users"
    line.send("POST", users, {"name": "bench", "grants": [{"role": "member", "scope": "local/main"}]}, key)
    return line.send("POST", users + "/bench/tokens", {"name": "bench"}, key)["secret"]


def measured():
    with tempfile.TemporaryDirectory() as directory:
        daemon = ibm_sampler.Daemon(directory)
        try:
            token = member(daemon.url, daemon.token)
            lines = {name: Line(daemon.url, token) for name in WAYS}
            seconds = {name: [] for name in WAYS}
            for number in range(ROUNDS + 20):
                for name, way in WAYS.items():
                    lines[name].seconds = 0.0
                    way(lines[name])
                    # The first rounds warm up.
                    if number >= 20:
                        seconds[name].append(lines[name].seconds)
            return seconds
        finally:
            daemon.process.terminate()
            daemon.process.wait(60)


def main():
    seconds = measured()
    base = statistics.median(seconds["native"])
    rows, late_doors = [], []
    for name, times in seconds.items():
        times = sorted(times)
        middle, late = statistics.median(times), times[int(len(times) * 0.95)]
        rows.append([name, f"{middle * 1e3:.2f}", f"{late * 1e3:.2f}",
                     "" if name == "native" else f"{(middle - base) * 1e3:+.2f}"])
        if middle - base >= 2e-3:
            late_doors.append(name)
        print(*rows[-1], file=sys.stderr)
    verdict = f"; {', '.join(late_doors)} took longer here" if late_doors else ", and all of them kept it here"
    sampler = json.loads(subprocess.check_output([sys.executable, str(Path(__file__).with_name("ibm_sampler.py"))]))
    common.page("doors", f"""# What a front door costs

From the first byte of a submission to the last of its result, the same 2-qubit circuit with {SHOTS} shots on the ideal machine,
{ROUNDS} times each way in turn, on one connection that stays open and in the wire format of each door's SDK. Nobody waits
between two questions whether the job is over, and the SDK's own time is left out. Sending a program takes some doors several
exchanges: OQTOPUS registers, uploads and submits, Azure uploads first, Amazon and Azure fetch results from storage. AQT has no
gates of a Bell circuit and gets two qubits of its own.

{common.table(["way", "median, ms", "95 %, ms", "over native, ms"], rows)}
The aim is less than 2 ms over the native interface{verdict}.

A sampler job of {sampler["circuits"]} circuits of {sampler["qubits"]} qubits with {sampler["shots"]} shots each, sent by
qiskit-ibm-runtime {sampler["versions"]["qiskit-ibm-runtime"]}, against Aer's SamplerV2 ({sampler["versions"]["qiskit-aer"]}) in
process; medians of {sampler["rounds"]} rounds:

{common.table(["", "wall, s", "processor, s"], [
    ["Kelvin, in the server", f"{sampler['server_seconds']:.2f}", f"{sampler['server_cpu_seconds']:.2f}"],
    ["Kelvin, as the client sees it", f"{sampler['client_seconds']:.2f}", ""],
    ["Aer", f"{sampler['aer_seconds']:.2f}", f"{sampler['aer_cpu_seconds']:.2f}"],
    ["Aer ÷ server", f"{sampler['ratio']:.2f}", f"{sampler['cpu_ratio']:.2f}"]])}
{common.machine()} Written by `make bench-doors`.
""")


if __name__ == "__main__":
    main()
