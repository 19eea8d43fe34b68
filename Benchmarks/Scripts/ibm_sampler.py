"""A sampler job of 100 circuits with 1,000 shots each on the ideal device, sent by qiskit-ibm-runtime, against Aer's SamplerV2
in process. Prints JSON.

KELVIND names the daemon (a release build). Needs the environment of Tests/Clients/ibm. The server's time is from the arrival
of the request to the end of the job, programs read and results kept; processor time is compared as well, because it does
not depend on who else works on the machine."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Tests/Clients/ibm"))
import fixtures  # noqa: E402

warnings.filterwarnings("ignore")
CIRCUITS, SHOTS, QUBITS, DEPTH, ROUNDS = 100, 1000, 10, 12, 5


class Daemon:
    def __init__(self, directory):
        self.process = subprocess.Popen(
            [os.environ["KELVIND"], "serve", "--data", directory, "--port", "0", "--rate", "0"], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, env={**os.environ, "KELVIN_STATE": directory + "/devices"})
        for line in self.process.stdout:
            if line.startswith("listening on "):
                self.url = line.split()[-1]
                break
        self.token = Path(directory, "admin.token").read_text().strip()

    def cpu(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def seconds(metrics):
    start, end = (datetime.fromisoformat(metrics["timestamps"][name]) for name in ("created", "finished"))
    return (end - start).total_seconds()


def main():
    from qiskit.circuit.random import random_circuit
    from qiskit_aer.primitives import SamplerV2 as Aer
    from qiskit_ibm_runtime import SamplerV2
    from qiskit import transpile

    basis = ["h", "x", "s", "t", "sx", "rx", "ry", "rz", "cx", "cz", "swap", "rzz", "ccx"]
    circuits = [
        transpile(random_circuit(QUBITS, DEPTH, max_operands=2, measure=True, seed=seed), basis_gates=basis,
                  optimization_level=0)
        for seed in range(CIRCUITS)
    ]
    with tempfile.TemporaryDirectory() as directory:
        daemon = Daemon(directory)
        try:
            backend = fixtures.connect(daemon).backend("ideal")
            walls, processors, whole = [], [], []
            for _ in range(ROUNDS):
                before, begin = daemon.cpu(), time.perf_counter()
                job = SamplerV2(mode=backend).run(circuits, shots=SHOTS)
                job.wait_for_final_state(poll_interval=0.1)
                processors.append(daemon.cpu() - before)
                counts = [answer.join_data().get_counts() for answer in job.result()]
                whole.append(time.perf_counter() - begin)
                walls.append(seconds(job.metrics()))
        finally:
            daemon.process.terminate()
            daemon.process.wait(60)
    aer, aer_processors = [], []
    for _ in range(ROUNDS):
        before, begin = time.process_time(), time.perf_counter()
        expected = [answer.join_data().get_counts() for answer in Aer().run(circuits, shots=SHOTS).result()]
        aer.append(time.perf_counter() - begin)
        aer_processors.append(time.process_time() - before)
    distances = [
        sum(abs(a.get(key, 0) - b.get(key, 0)) for key in set(a) | set(b)) / 2 / SHOTS
        for a, b in zip(counts, expected)
    ]
    print(json.dumps({
        "circuits": CIRCUITS, "shots": SHOTS, "qubits": QUBITS, "depth": DEPTH, "rounds": ROUNDS,
        "server_seconds": statistics.median(walls), "server_cpu_seconds": statistics.median(processors),
        "client_seconds": statistics.median(whole), "aer_seconds": statistics.median(aer),
        "aer_cpu_seconds": statistics.median(aer_processors),
        "ratio": statistics.median(aer) / statistics.median(walls),
        "cpu_ratio": statistics.median(aer_processors) / statistics.median(processors),
        "mean_total_variation_distance": statistics.mean(distances),
        "versions": {name: version(name) for name in ("qiskit", "qiskit-aer", "qiskit-ibm-runtime")},
        "load": os.getloadavg()[0],
    }, indent=1))


if __name__ == "__main__":
    main()
