"""One service for all tests: an empty directory, a free port, the daemon that KELVIND names."""

import os
import subprocess
import tempfile
import uuid

import httpx
import kelvin
import pytest


class Daemon:
    def __init__(self, **environment):
        self.home = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [os.environ["KELVIND"], "serve", "--data", self.home.name, "--port", "0", "--rate", "0",
             "--wrong-tokens", "1000000"],
            stdout=subprocess.PIPE, stderr=open(self.home.name + "/log", "w"), text=True,
            env={**os.environ, "KELVIN_STATE": self.home.name + "/devices", **environment})
        for line in self.process.stdout:
            if line.startswith("listening on "):
                self.url = line.split()[-1]
                break
        with open(self.home.name + "/admin.token") as file:
            self.token = file.read().strip()

    def other_user(self):
        """The token of somebody new, with an organisation and a project of its own."""
        name = "u" + uuid.uuid4().hex[:12]
        with httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.token}"}) as client:
            def post(path, body):
                answer = client.post("/v1/organisations" + path, json=body)
                assert answer.status_code == 201, answer.text
                return answer.json()

            post("", {"name": name})
            post(f"/{name}/projects", {"name": "lab"})
            post(f"/{name}/users", {"name": "eve", "grants": [{"role": "member", "scope": f"{name}/lab"}]})
            return post(f"/{name}/users/eve/tokens", {"name": "t", "abilities": ["read", "jobs"]})["secret"]

    def stop(self):
        self.process.terminate()
        assert self.process.wait(60) == 0, "the daemon did not end in order"


@pytest.fixture(scope="session")
def daemon():
    daemon = Daemon()
    yield daemon
    daemon.stop()


@pytest.fixture(scope="session")
def service(daemon):
    with kelvin.Service(daemon.url, daemon.token) as service:
        yield service
