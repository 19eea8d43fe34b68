"""A worker of its own reaches a machine whose token only the vault has, by the key file that it was given a copy of."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.request

from daemon import Daemon

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "Tests" / "Chaos"))
import postgresql  # noqa: E402


def test_a_worker_opens_secrets_with_the_file_alone():
    with tempfile.TemporaryDirectory() as home, contextlib.ExitStack() as ends:
        far = Daemon()
        ends.callback(far.stop)
        devices = pathlib.Path(home, "attached")
        devices.mkdir()
        (devices / "far.json").write_text(json.dumps({
            "format": "kelvin-attachment", "version": 1, "id": "far", "driver": "kelvin", "url": far.url,
            "target": "garnet-20", "token": {"secret": "far"}}))
        database = postgresql.Server(home)
        ends.callback(database.stop)
        os.environ["KELVIN_DEVICES"] = str(devices)
        ends.callback(os.environ.pop, "KELVIN_DEVICES")
        near = Daemon("--database", database.address, "--no-work")
        ends.callback(near.stop)
        request = urllib.request.Request(
            near.url + "/v1/secrets/far", json.dumps({"value": far.token}).encode(),
            {"Authorization": "Bearer " + near.token, "Content-Type": "application/json"}, method="PUT")
        urllib.request.urlopen(request, timeout=60)
        # Neither the database nor its log has it as it is.
        dump = subprocess.run(
            [str(database.binaries / "pg_dump"), "-d", database.address], check=True, capture_output=True, text=True,
            cwd="/").stdout
        assert "secret.far" in dump or "far" in dump
        assert far.token not in dump

        def worker(*words):
            process = subprocess.Popen(
                [os.environ["KELVIND"], "worker", "--database", database.address, *words], stdout=subprocess.DEVNULL,
                stderr=open(home + "/worker.log", "ab"), env={**os.environ, "KELVIN_STATE": home + "/worker-devices"})
            ends.callback(process.kill)
            return process

        key = pathlib.Path(home, "copy.keys")
        shutil.copy(pathlib.Path(near.home.name, "secrets.keys"), key)
        key.chmod(0o600)
        first = worker("--key-file", str(key))
        body = {
            "program": 'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] c; x q[1]; c = measure q;',
            "device": "far", "shots": 200}
        job = near.post("/v1/jobs?wait=55", body)
        assert job["status"] == "completed", (job, open(home + "/worker.log").read())
        counts = json.loads(near.get(f"/v1/jobs/{job['id']}/result"))["results"][0]["samples"][0]["counts"]
        assert max(counts, key=counts.get) == "10", counts
        # It was the far service that ran it.
        assert any(json.loads(far.get("/v1/jobs"))["jobs"])
        first.terminate()
        assert first.wait(60) == 0
        # With another key nothing opens: the job waits, and says for what.
        key.unlink()
        second = worker("--key-file", str(key))
        waiting = near.post("/v1/jobs?wait=5", {**body, "seed": 5})
        assert waiting["status"] == "queued" and waiting["retries"] == 1, waiting
        assert "an attempt failed" in waiting["reason"] or "far" in waiting["reason"], waiting
        second.terminate()
        assert second.wait(60) == 0
        # It runs when somebody comes who has the right one.
        shutil.copy(pathlib.Path(near.home.name, "secrets.keys"), key)
        key.chmod(0o600)
        worker("--key-file", str(key))
        job = json.loads(near.get(f"/v1/jobs/{waiting['id']}?wait=55"))
        assert job["status"] == "completed", job
        assert far.token not in open(home + "/worker.log").read()
