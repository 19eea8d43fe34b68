"""The service under attack: processes killed with SIGKILL at random moments under load, connections to the database cut, a
disk that is full, clocks that are wrong. Afterwards nothing may be lost, nothing there twice, nothing charged twice, and
every job that was accepted has ended, with the result that an undisturbed service gives; and whoever is asked to end does so
in order.

    service.py sqlite|postgresql ROUNDS [SEED]

KELVIND names the daemon. The disk of its own that is filled up wants root; without it that attack is left out, and said so."""

import collections
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import postgresql

KELVIND = os.environ.get("KELVIND", str(pathlib.Path(__file__).resolve().parents[2] / ".build/debug/kelvind"))
PROGRAM = 'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;'
SEEDS = 12
LEASE = "1"


def body(seed):
    return json.dumps({"program": PROGRAM, "device": "ideal", "shots": 60, "batchShots": 30, "seed": seed})


class Process:
    """A daemon that is started again and again."""

    def __init__(self, words, directory, name):
        self.words, self.directory, self.name = words + ["--lease", LEASE], directory, name
        self.process, self.port, self.starts = None, None, 0
        self.crashes = []

    def start(self, skew=None):
        self.starts += 1
        environment = {**os.environ, "KELVIN_STATE": self.directory + "/devices"}
        if skew and shutil.which("faketime"):
            words = ["faketime", "-f", skew] + self.words
        else:
            words = self.words
        log = open(f"{self.directory}/{self.name}.log", "ab")
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, text=True, env=environment,
                                        start_new_session=True)
        self.port = None
        threading.Thread(target=self.watch, args=(self.process,), daemon=True).start()

    def watch(self, process):
        for line in process.stdout:
            if line.startswith("listening on ") and process is self.process:
                self.port = int(line.rsplit(":", 1)[1])

    def kill(self):
        # With faketime the daemon is a child of it: whoever kills one alone leaves the other with the store.
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.port = None

    def revive(self):
        """Starts it again where it has ended by itself: it could not reach its database. A crash is something else."""
        code = self.process.poll()
        if code is not None:
            # A shell's way to say it, where faketime stands between.
            if code < 0 or code > 128:
                self.crashes.append(code)
            self.start()


class Load(threading.Thread):
    """Submits jobs, each with a key, until it is told to stop; what was not answered is sent again."""

    def __init__(self, number, servers, token, accepted, lock):
        super().__init__(daemon=True)
        self.number, self.servers, self.token = number, servers, token
        self.accepted, self.lock, self.stopped, self.troubles = accepted, lock, False, collections.Counter()

    def run(self):
        turn, connection, port = 0, None, None
        random_ = random.Random(self.number)
        while not self.stopped:
            key, seed = f"load-{self.number}-{turn}", (self.number * 7 + turn) % SEEDS
            try:
                if connection is None:
                    ports = [server.port for server in self.servers if server.port]
                    if not ports:
                        time.sleep(0.02)
                        continue
                    port = random_.choice(ports)
                    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
                connection.request("POST", "/v1/jobs", body(seed), {
                    "Authorization": "Bearer " + self.token, "Content-Type": "application/json",
                    "Idempotency-Key": key})
                answer = connection.getresponse()
                text = answer.read()
                if answer.status in (200, 201, 202):
                    with self.lock:
                        self.accepted[key] = (json.loads(text)["id"], seed)
                    turn += 1
                    time.sleep(random_.uniform(0, 0.03))
                elif answer.status >= 500 or answer.status == 429:
                    self.troubles[answer.status] += 1
                    time.sleep(0.05)
                else:
                    raise SystemExit(f"refused with {answer.status}: {text[:300]}")
            except (OSError, http.client.HTTPException):
                self.troubles["cut"] += 1
                connection = None
                time.sleep(0.01)


class SQLite:
    attacks = ["kill"] * 8 + ["disk", "clock"]

    def __init__(self, directory):
        self.directory = directory
        self.servers = [Process(
            [KELVIND, "serve", "--data", directory + "/data", "--port", "0", "--rate", "0"], directory, "server")]
        self.workers = []

    def query(self, sql):
        import sqlite3
        store = sqlite3.connect(f"file:{self.directory}/data/kelvin.sqlite?mode=ro", uri=True, timeout=30)
        try:
            return store.execute(sql).fetchall()
        finally:
            store.close()

    def close(self):
        pass


class PostgreSQL:
    attacks = ["kill"] * 7 + ["drop"] * 2 + ["disk", "clock"]

    def __init__(self, directory):
        self.directory = directory
        self.database = postgresql.Server(directory, ["max_wal_size=64MB", "min_wal_size=32MB"])
        self.query, self.address = self.database.query, self.database.address
        self.servers = [
            Process([KELVIND, "serve", "--data", f"{directory}/data-{name}", "--port", "0", "--rate", "0", "--database",
                     self.address] + extra, directory, "server-" + name)
            for name, extra in (("a", []), ("b", ["--no-work"]))]
        self.workers = [
            Process([KELVIND, "worker", "--database", self.address, "--jobs", "2"], directory, f"worker-{k}")
            for k in (1, 2)]

    def drop(self):
        self.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                   "WHERE application_name = 'kelvin' AND random() < 0.7")

    def close(self):
        self.database.stop()


def fill_the_disk(directory, seconds):
    """Takes all space there is, for a while."""
    path = directory + "/filler"
    try:
        with open(path, "wb", buffering=0) as file:
            block = b"x" * (1 << 20)
            while block:
                try:
                    file.write(block)
                except OSError:
                    block = block[: len(block) // 2]
        time.sleep(seconds)
    finally:
        os.unlink(path)


def attack(system, what, random_, mounted):
    victims = system.servers + system.workers
    if what == "drop":
        system.drop()
    elif what == "disk" and mounted:
        fill_the_disk(system.directory, random_.uniform(0.1, 0.6))
    elif what == "clock" and shutil.which("faketime"):
        victim = random_.choice(victims)
        victim.kill()
        victim.start(skew=random_.choice(["+2h", "-2h", "+30s", "-3s"]))
    else:
        what = "kill"
        for victim in random_.sample(victims, random_.choice([1, 1, min(2, len(victims)), len(victims)])):
            victim.kill()
            time.sleep(random_.choice([0, 0, random_.uniform(0, 0.1)]))
            victim.start()
    return what


def result(system, token, job):
    """Asks whichever server answers."""
    for _ in range(200):
        for server in system.servers:
            server.revive()
            if not server.port:
                continue
            try:
                connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
                connection.request("GET", f"/v1/jobs/{job}/result", headers={"Authorization": "Bearer " + token})
                answer = connection.getresponse()
                text = answer.read()
                if answer.status == 200:
                    samples = json.loads(text)["results"][0]["samples"]
                    return json.dumps([sample["counts"] for sample in samples], sort_keys=True)
                return f"{answer.status}: {text[:300]}"
            except (OSError, http.client.HTTPException):
                pass
        time.sleep(0.1)
    return "no server answers"


def main():
    kind, rounds = sys.argv[1], int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 30)
    print(f"{kind}: {rounds} rounds, seed {seed}", flush=True)
    random_ = random.Random(seed)
    directory = tempfile.mkdtemp(prefix="kelvin-chaos-")
    mounted = os.getuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512m", "tmpfs", directory], stderr=subprocess.DEVNULL).returncode == 0
    if not mounted:
        print("no disk of its own to fill: that attack is left out")
    if not shutil.which("faketime"):
        print("no faketime: clocks are left alone")
    system = {"sqlite": SQLite, "postgresql": PostgreSQL}[kind](directory)
    for process in system.servers + system.workers:
        process.start()
        while process in system.servers and not process.port:
            time.sleep(0.05)
    tokens = list(pathlib.Path(directory).glob("data*/admin.token"))
    token = tokens[0].read_text().strip()
    accepted, lock, done = {}, threading.Lock(), collections.Counter()
    loads = [Load(k, system.servers, token, accepted, lock) for k in range(4)]
    for load in loads:
        load.start()
    time.sleep(1)
    for k in range(rounds):
        done[attack(system, random_.choice(system.attacks), random_, mounted)] += 1
        time.sleep(random_.uniform(0.05, 0.8))
        for process in system.servers + system.workers:
            process.revive()
        if k % 20 == 19:
            print(f"  {k + 1} rounds, {len(accepted)} jobs accepted", flush=True)
    for load in loads:
        load.stopped = True
    for load in loads:
        load.join(60)
    # Clocks are right again.
    for process in system.servers + system.workers:
        process.kill()
        process.start()
    failures = check(system, token, accepted)
    for process in system.servers + system.workers:
        process.process.terminate()
        code = process.process.wait(60)
        failures += [f"{process.name} crashed ({crash})" for crash in process.crashes]
        if code:
            failures.append(f"{process.name} was asked to end and ended with {code}")
    print(f"{kind}: {dict(done)}; {len(accepted)} jobs; "
          f"{sum(sum(load.troubles.values()) for load in loads)} requests sent again")
    system.close()
    if mounted and not failures:
        subprocess.run(["umount", "-l", directory], check=True)
        os.rmdir(directory)
    for failure in failures[:20]:
        print("FAILED:", failure)
    if failures:
        print("what is left is in", directory)
    sys.exit(1 if failures else 0)


def check(system, token, accepted):
    failures = []
    end = time.time() + 240
    while True:
        left = [row[0] for row in system.query("SELECT id FROM jobs WHERE state NOT IN ('completed', 'failed')")]
        if not left or time.time() > end:
            break
        for process in system.servers + system.workers:
            process.revive()
        time.sleep(0.5)
    if left:
        failures.append(f"{len(left)} jobs have not ended: {left[:10]}")
    rows = system.query("SELECT id, key, state, charged, parts, finishedParts FROM jobs")
    keys = collections.Counter(row[1].split()[-1] for row in rows)
    doubled = [key for key, count in keys.items() if count > 1]
    if doubled:
        failures.append(f"made twice: {doubled[:5]}")
    by_key = {row[1].split()[-1]: row for row in rows}
    for key, (job, _) in accepted.items():
        if key not in by_key or f"job-{by_key[key][0]}" != job:
            failures.append(f"{job} ({key}) was accepted and is lost")
    ends = dict(system.query("SELECT job, COUNT(*) FROM facts WHERE kind = 'ended' GROUP BY job"))
    charges = {row[0]: (int(row[1]), float(row[2])) for row in system.query(
        "SELECT job, COUNT(*), SUM(CAST(REPLACE(SUBSTR(detail, %s), '}', '') AS %s)) FROM facts "
        "WHERE kind = 'part finished' GROUP BY job" % (
            ("INSTR(detail, '\"seconds\":') + 10", "REAL") if isinstance(system, SQLite)
            else ("POSITION('\"seconds\":' IN detail) + 10", "DOUBLE PRECISION")))}
    costs = collections.Counter()
    for identity, key, state, charged, parts, finished in rows:
        if state != "completed":
            failures.append(f"job-{identity} {state}")
            continue
        if int(ends.get(identity, 0)) != 1:
            failures.append(f"job-{identity} ended {ends.get(identity, 0)} times")
        count, seconds = charges.get(identity, (0, 0))
        if count != int(parts) or int(finished) != int(parts):
            failures.append(f"job-{identity} has {parts} parts and was charged for {count}")
        if abs(seconds - float(charged)) > 1e-9:
            failures.append(f"job-{identity} was charged {charged}, its parts took {seconds}")
        costs[round(float(charged), 9)] += 1
    if len(costs) > 1:
        failures.append(f"equal jobs cost differently: {costs}")
    # What a seed gives is the same, whoever was killed over it.
    by_seed = collections.defaultdict(set)
    for key, (job, seed) in random.Random(1).sample(sorted(accepted.items()), min(200, len(accepted))):
        by_seed[seed].add(result(system, token, job))
    for seed, results in by_seed.items():
        if len(results) != 1:
            failures.append(f"seed {seed} gave {len(results)} results: {sorted(results)[:2]}")
    return failures


main()
