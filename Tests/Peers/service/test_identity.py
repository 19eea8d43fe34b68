"""Tokens that somebody else signed, made by PyJWT, with the provider's keys at an address: taken, refused, and still right
after the provider has changed its keys."""

import base64
import contextlib
import http.server
import json
import pathlib
import secrets
import tempfile
import threading
import time
import urllib.error
import urllib.request

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from daemon import Daemon

MADE = {
    "RS256": (lambda: rsa.generate_private_key(65537, 2048), jwt.algorithms.RSAAlgorithm),
    "PS512": (lambda: rsa.generate_private_key(65537, 3072), jwt.algorithms.RSAAlgorithm),
    "ES256": (lambda: ec.generate_private_key(ec.SECP256R1()), jwt.algorithms.ECAlgorithm),
    "ES384": (lambda: ec.generate_private_key(ec.SECP384R1()), jwt.algorithms.ECAlgorithm),
    "EdDSA": (ed25519.Ed25519PrivateKey.generate, jwt.algorithms.OKPAlgorithm),
}


class Provider:
    """Answers with its public keys, as a provider's jwks_uri does."""

    def __init__(self):
        self.keys, self.asked = {}, 0
        provider = self

        class Answers(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                provider.asked += 1
                body = json.dumps(provider.public()).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server.server_port}/" + secrets.token_hex(4)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def make(self, algorithm):
        name = secrets.token_hex(4)
        self.keys[name] = (algorithm, MADE[algorithm][0]())
        return name

    def public(self):
        written = [
            {**MADE[algorithm][1].to_jwk(key.public_key(), as_dict=True), "kid": name, "use": "sig", "alg": algorithm}
            for name, (algorithm, key) in self.keys.items()]
        return {"keys": written}

    def sign(self, name, algorithm=None, **changes):
        kept, key = self.keys[name]
        now = int(time.time())
        claims = {"iss": "https://id.example", "aud": "kelvin", "sub": "ada", "iat": now, "exp": now + 300,
                  "groups": ["lab"], **changes}
        return jwt.encode(
            {word: value for word, value in claims.items() if value is not None}, key, algorithm or kept,
            headers={"kid": name})


@pytest.fixture
def served():
    provider = Provider()
    names = {algorithm: provider.make(algorithm) for algorithm in MADE}
    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as ends:
        setup = pathlib.Path(directory, "identity.json")
        setup.write_text(json.dumps({
            "issuer": "https://id.example", "audience": "kelvin", "keys": {"url": provider.url},
            "algorithms": list(MADE), "organisation": "local", "skewSeconds": 0, "groups": "groups",
            "grants": {"lab": [{"role": "member", "scope": "local/main"}]}}))
        daemon = Daemon("--identity", str(setup))
        ends.callback(daemon.stop)
        ends.callback(provider.server.shutdown)
        yield provider, names, daemon


def ask(daemon, token, path="/v1/me", body=None):
    request = urllib.request.Request(
        daemon.url + path, body and json.dumps(body).encode(),
        {"Authorization": "Bearer " + token, "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_every_algorithm(served):
    provider, names, daemon = served
    for algorithm, name in names.items():
        status, me = ask(daemon, provider.sign(name))
        assert status == 200 and me["user"]["user"] == "local/ada", (algorithm, me)
    status, job = ask(daemon, provider.sign(names["ES256"]), "/v1/jobs?wait=30", {
        "program": "OPENQASM 3.0; qubit q; bit c; c = measure q;", "device": "ideal", "shots": 9})
    assert status == 200 and job["status"] == "completed" and job["user"] == "local/main/ada" or job["user"] == "local/ada"


def test_what_only_looks_right(served):
    provider, names, daemon = served
    now, name = int(time.time()), names["ES256"]
    good = provider.sign(name)
    head, claims, signature = good.split(".")
    stranger = Provider()
    stranger.keys[name] = ("ES256", ec.generate_private_key(ec.SECP256R1()))
    wrong = {
        "another's key under the same name": stranger.sign(name),
        "a key that the provider does not have": stranger.sign(stranger.make("ES256")),
        "claims of another token": ".".join([head, provider.sign(name, sub="root").split(".")[1], signature]),
        "no signature": jwt.encode({"iss": "https://id.example", "aud": "kelvin", "sub": "ada", "exp": now + 9}, None,
                                   "none", headers={"kid": name}),
        "a public key as a shared secret": jwt.encode(
            {"iss": "https://id.example", "aud": "kelvin", "sub": "ada", "exp": now + 99},
            base64.b64encode(json.dumps(provider.public()).encode()), "HS256", headers={"kid": name}),
        "another algorithm of the same key": provider.sign(names["RS256"], algorithm="RS512"),
        "expired": provider.sign(name, iat=now - 600, exp=now - 1),
        "not yet": provider.sign(name, nbf=now + 60),
        "never expires": provider.sign(name, exp=None),
        "lasts too long": provider.sign(name, exp=now + 10 * 86_400),
        "another issuer": provider.sign(name, iss="https://id.example.org"),
        "another audience": provider.sign(name, aud=["kelvin2"]),
        "nobody": provider.sign(name, sub=None),
    }
    for what, token in wrong.items():
        status, problem = ask(daemon, token)
        assert status == 401 and problem["code"] == "unauthenticated", (what, status, problem)
    assert ask(daemon, good)[0] == 200
    stranger.server.shutdown()
    # Tokens that somebody makes up do not have the provider asked each time.
    assert provider.asked == 1


def test_keys_change_and_the_provider_goes_away(served):
    provider, names, daemon = served
    old = provider.sign(names["EdDSA"])
    assert ask(daemon, old)[0] == 200
    name = provider.make("RS256")
    # A key that is not known is looked for half a minute after the last look.
    deadline = time.monotonic() + 60
    while ask(daemon, provider.sign(name))[0] != 200:
        assert time.monotonic() < deadline, "the new key was never read"
        time.sleep(1)
    assert provider.asked == 2
    provider.server.shutdown()
    provider.server.server_close()
    assert ask(daemon, provider.sign(name, sub="eve"))[0] == 200
    assert ask(daemon, old)[0] == 200


def test_without_keys_it_does_not_start():
    with tempfile.TemporaryDirectory() as directory:
        setup = pathlib.Path(directory, "identity.json")
        for url, reason in (("http://127.0.0.1:1/keys", "cannot be fetched"), ("http://id.example/keys", "https")):
            setup.write_text(json.dumps({
                "issuer": "https://id.example", "audience": "kelvin", "keys": {"url": url}, "algorithms": ["ES256"],
                "organisation": "local"}))
            code, told = Daemon.refusal("--identity", str(setup))
            assert code != 0 and reason in told, told
