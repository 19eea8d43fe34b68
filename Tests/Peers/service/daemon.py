"""A service of a test's own: an empty directory, a free port, the daemon that KELVIND names."""

import json
import os
import subprocess
import tempfile
import urllib.error
import urllib.request


class Daemon:
    def __init__(self, *words):
        self.home = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [os.environ["KELVIND"], "serve", "--data", self.home.name, "--port", "0", "--rate", "0",
             "--wrong-tokens", "1000000", *words],
            stdout=subprocess.PIPE, stderr=open(self.home.name + "/log", "w"), text=True,
            env={**os.environ, "KELVIN_STATE": self.home.name + "/devices"})
        for line in self.process.stdout:
            if line.startswith("listening on "):
                self.url = line.split()[-1]
                break
        with open(self.home.name + "/admin.token") as file:
            self.token = file.read().strip()

    @staticmethod
    def refusal(*words):
        """What a daemon says that does not start, and its exit status."""
        with tempfile.TemporaryDirectory() as home:
            told = subprocess.run(
                [os.environ["KELVIND"], "serve", "--data", home, "--port", "0", *words], capture_output=True, text=True,
                timeout=60)
        return told.returncode, told.stdout + told.stderr

    def get(self, path):
        request = urllib.request.Request(self.url + path, headers={"Authorization": "Bearer " + self.token})
        return urllib.request.urlopen(request, timeout=60).read()

    def post(self, path, body, headers={}):
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(),
            {"Authorization": "Bearer " + self.token, "Content-Type": "application/json", **headers})
        try:
            return json.loads(urllib.request.urlopen(request, timeout=60).read())
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from error

    def stop(self):
        self.process.terminate()
        assert self.process.wait(60) == 0
