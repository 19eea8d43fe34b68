"""Requests are answered on the threads of their connections; what takes long is not."""

import threading
import time

import httpx


def test_a_long_diagnosis_holds_up_nobody_else(daemon):
    program = 'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q;\n' + "cx q[0], q[1];\n" * 400_000
    taken = {}

    def diagnose():
        begin = time.monotonic()
        answer = httpx.post(
            daemon.url + "/v1/diagnosis", json={"program": program}, timeout=120,
            headers={"Authorization": f"Bearer {daemon.token}"})
        assert answer.status_code == 200, answer.text[:200]
        taken["seconds"] = time.monotonic() - begin

    worker = threading.Thread(target=diagnose)
    worker.start()
    longest = 0.0
    while worker.is_alive():
        begin = time.monotonic()
        # A connection each: on every thread that has connections there are some.
        assert httpx.get(daemon.url + "/v1/health").status_code == 200
        longest = max(longest, time.monotonic() - begin)
    worker.join()
    assert longest < taken["seconds"] / 2, f"somebody waited {longest} s for a diagnosis of {taken['seconds']} s"
