"""Docs/benchmarks/service.md: the service under load, on this machine, with the load generator on the same cores.

KELVIND names the daemon, LOAD the generator (kelvin-service-benchmarks); `make bench-service` builds both. FINISHED=n for fewer
than a million finished jobs."""

import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Tests/Chaos"))
import postgresql  # noqa: E402

KELVIND, LOAD = os.environ["KELVIND"], os.environ["LOAD"]
FINISHED = int(os.environ.get("FINISHED", 1_000_000))
SECONDS = os.environ.get("SECONDS_EACH", "6")
PAGE = pathlib.Path(__file__).resolve().parents[2] / "Docs/benchmarks/service.md"


class Daemon:
    def __init__(self, directory, *words):
        self.directory = directory
        self.process = subprocess.Popen(
            [KELVIND, "serve", "--data", directory, "--port", "0", "--rate", "0", *words], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, env={**os.environ, "KELVIN_STATE": directory + "/devices"})
        for line in self.process.stdout:
            if line.startswith("listening on "):
                self.port = line.rsplit(":", 1)[1].strip()
                break

    def cpu(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self):
        for line in open(f"/proc/{self.process.pid}/status"):
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024

    def load(self, what, clients, job="job-1"):
        before = self.cpu()
        figures = json.loads(subprocess.check_output(
            [LOAD, what, self.port, self.directory + "/admin.token", str(clients), SECONDS, job], timeout=300))
        figures["cpu"] = (self.cpu() - before) / figures["count"]
        print(what, clients, figures, file=sys.stderr, flush=True)
        return figures

    def stop(self):
        self.process.terminate()
        assert self.process.wait(60) == 0


def fill(directory, count):
    """Finished jobs as the service leaves them: the row, its last fact, its result."""
    store = sqlite3.connect(directory + "/kelvin.sqlite")
    columns = [row[1] for row in store.execute("PRAGMA table_info(jobs)") if row[1] not in ("id", "key")]
    names = ", ".join(columns)
    with store:
        store.execute(
            f"""WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < ?)
                INSERT INTO jobs ({names}) SELECT {names} FROM n, (SELECT {names} FROM jobs WHERE id = 1)""", (count,))
        store.execute(
            """INSERT INTO facts (time, job, kind, detail)
               SELECT updated, id, 'ended', '{"job":' || id || ',"kind":"ended","state":"completed"}'
               FROM jobs WHERE id NOT IN (SELECT job FROM facts WHERE job IS NOT NULL)""")
        store.execute("UPDATE journal SET last = (SELECT MAX(number) FROM facts)")
    store.close()


def post(daemon, body):
    token = open(daemon.directory + "/admin.token").read().strip()
    request = urllib.request.Request(
        f"http://127.0.0.1:{daemon.port}/v1/jobs", json.dumps(body).encode(),
        {"Authorization": "Bearer " + token, "Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(request))


def get(daemon, path):
    token = open(daemon.directory + "/admin.token").read().strip()
    request = urllib.request.Request(
        f"http://127.0.0.1:{daemon.port}{path}", headers={"Authorization": "Bearer " + token})
    return json.load(urllib.request.urlopen(request))


# A part of it takes one processor a fifth of a second and more. On two machines: each is one worker's at a time, so that
# tenants of a moment run together. Shots of a part, so that it takes both about as long to emulate.
MACHINES = (("heron-133", 3000), ("heron-156", 5000))
PARTS = 4
LONG = {"program": 'OPENQASM 3.0; include "stdgates.inc"; qubit[14] q; bit[14] c;' + "".join(
    f"h q[{k}]; t q[{k}]; cx q[{k}], q[{k + 1}];" for k in range(13)) * 4 + "c = measure q;"}


def work(database, daemon, count, workers):
    """Seconds that so many workers take for so many jobs, how long a part takes, and what every job gave: by its seed and
    the program as it ran."""
    # Each on a processor of its own, as on computers of their own: one alone would take both.
    processes = [subprocess.Popen(
        ["taskset", "--cpu-list", str(k % os.cpu_count()), KELVIND, "worker", "--database", database.address, "--jobs", "1"], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, env={**os.environ, "KELVIN_STATE": daemon.directory + "/devices"})
        for k in range(workers)]
    time.sleep(2)
    first = int(database.query("SELECT COALESCE(MAX(id), 0) FROM jobs")[0][0])
    begin = time.monotonic()
    for seed in range(count):
        machine, shots = MACHINES[seed % len(MACHINES)]
        post(daemon, {**LONG, "seed": seed, "device": machine, "shots": PARTS * shots, "batchShots": shots})
    # Asked once: whoever asks again and again takes the workers' processors.
    for number in range(first + 1, first + 1 + count):
        while get(daemon, f"/v1/jobs/job-{number}?wait=60")["status"] != "completed":
            pass
    seconds = time.monotonic() - begin
    parts = int(database.query(f"SELECT SUM(finishedParts) FROM jobs WHERE id > {first}")[0][0])
    # Nothing twice: a part that ran is told of once, and every shot of every job is there.
    told = int(database.query(
        f"SELECT COUNT(*) FROM facts WHERE job > {first} AND kind = 'part finished'")[0][0])
    assert told == parts, f"{told} parts were told of, {parts} were counted"
    counts = {}
    for seed in range(count):
        result = get(daemon, f"/v1/jobs/job-{first + 1 + seed}/result")
        outcomes = result["results"][0]["samples"][0]["counts"]
        assert sum(outcomes.values()) == PARTS * MACHINES[seed % len(MACHINES)][1]
        # Where a job finds a neighbour, it runs on other sites.
        counts[seed, result["programs"][0]["compiled"]] = outcomes
    for process in processes:
        process.terminate()
    for process in processes:
        assert process.wait(60) == 0
    return seconds, seconds * workers / parts, counts


def on_postgresql():
    with tempfile.TemporaryDirectory() as directory:
        database = postgresql.Server(directory)
        daemon = Daemon(directory + "/data", "--database", database.address)
        one, many = daemon.load("jobs", 1), daemon.load("jobs", 32)
        daemon.stop()
        daemon = Daemon(directory + "/data", "--database", database.address, "--no-work")
        # The first job of each worker compiles and warms up; it is not timed.
        work(database, daemon, 2, 1)
        single, part, counts = work(database, daemon, 20, 1)
        double, _, again = work(database, daemon, 20, 2)
        eight, _, once_more = work(database, daemon, 20, 8)
        # The same seed on the same sites: the same counts, whoever ran which part.
        compared = 0
        for one_time, another in ((counts, again), (counts, once_more), (again, once_more)):
            for ran in one_time.keys() & another.keys():
                assert one_time[ran] == another[ran], f"seed {ran[0]} gave two answers"
                compared += 1
        assert compared > 0
        daemon.stop()
        server = database.query("SELECT current_setting('server_version')")[0][0]
        database.stop()
    return [
        ("PostgreSQL: submit → result, one client, p50", ms(one["p50"]), ""),
        ("PostgreSQL: jobs, 32 clients", f"{many['perSecond']:.0f} a second", "1,000"),
        ("PostgreSQL: processor time a job, without the server's", ms(many["cpu"]), ""),
        (f"2 workers against 1, parts of {part * 1e3:.0f} ms", f"{single / double:.2f} times", "1.6 times"),
        ("8 workers: nothing lost or twice, the same counts from the same seeds on the same sites",
         f"yes, {compared} pairs of jobs, in {eight:.1f} s", ""),
    ], server


def ms(seconds):
    return f"{seconds * 1e3:.2f} ms"


def amount(text):
    """The number that a cell begins with."""
    return float(text.split()[0].replace(",", ""))


def verdict(name, value, wanted):
    """A row, with a word where it falls short. What counts up is better the larger it is."""
    if not wanted:
        return f"| {name} | {value} |  |  |"
    grows = wanted.endswith("times") or not wanted.endswith(("ms", "MB"))
    here, least = amount(value), amount(wanted)
    reached = here >= least if grows else here <= least
    return f"| {name} | {value} | {wanted} | {'' if reached else '**falls short**'} |"


def versions(server):
    """Who the figures were taken with."""
    system = os.uname()
    return f"SQLite {sqlite3.sqlite_version}, PostgreSQL {server}, {system.sysname} {system.release}"



def main():
    rows = []
    with tempfile.TemporaryDirectory() as directory:
        disk = json.loads(subprocess.check_output([LOAD, "fsync", directory]))
        daemon = Daemon(directory)
        time.sleep(1)
        rest = daemon.resident()
        before = daemon.cpu()
        time.sleep(5)
        idle = (daemon.cpu() - before) / 5
        one = daemon.load("jobs", 1)
        many = daemon.load("jobs", 32)
        runs = daemon.load("runs", 32)
        different = daemon.load("programs", 32)
        reads = daemon.load("status", 32)
        after = daemon.resident()
        daemon.stop()
        fill(directory, FINISHED)
        daemon = Daemon(directory)
        big_status = daemon.load("status", 8, f"job-{FINISHED // 2}")
        big_list = daemon.load("list", 8)
        big_jobs = daemon.load("jobs", 32)
        big_rest = daemon.resident()
        daemon.stop()
    rows = [
        ("submit → result, one client, p50", ms(one["p50"]), "3 ms"),
        ("submit → result, one client, p99", ms(one["p99"]), "15 ms"),
        ("jobs, 32 clients", f"{many['perSecond']:.0f} a second", "1,500"),
        ("jobs, 32 clients, `POST /v1/jobs?wait=`", f"{runs['perSecond']:.0f} a second", "1,500"),
        ("jobs, 32 clients, every program another", f"{different['perSecond']:.0f} a second", ""),
        ("processor time a job", ms(many["cpu"]), ""),
        ("processor time a job, every program another", ms(different["cpu"]), ""),
        ("reads of a job's status, 32 clients", f"{reads['perSecond']:.0f} a second", "15,000"),
        ("processor time a read", f"{reads['cpu'] * 1e6:.0f} µs", ""),
        ("memory at rest", f"{rest:.0f} MB", "80 MB"),
        ("memory after all that", f"{after:.0f} MB", ""),
        ("processor while idle", f"{100 * idle:.2f} %", ""),
        (f"status, p99, {FINISHED:,} finished jobs", ms(big_status["p99"]), "10 ms"),
        (f"list of 50, p99, {FINISHED:,} finished jobs", ms(big_list["p99"]), "10 ms"),
        (f"jobs, 32 clients, {FINISHED:,} finished jobs", f"{big_jobs['perSecond']:.0f} a second", ""),
        (f"memory, {FINISHED:,} finished jobs", f"{big_rest:.0f} MB", ""),
    ]
    more, server = on_postgresql()
    rows += more
    load = os.getloadavg()[0]
    text = [
        "# The service under load", "",
        "`make bench-service` writes this page. Two cores, loopback, the ideal device, 100 shots of a Bell pair a job; the load",
        "generator runs on the same cores. A job counts when its result was stored and fetched; what is acknowledged is on the",
        "disk (`synchronous=FULL`, turns of a moment share one synchronisation). Reads are one request each on 32 connections.",
        "Clients send the same program with seeds of their own; where every program is another, so are its angles.",
        "",
        f"The disk takes {ms(disk['p50'])} (p50), {ms(disk['p99'])} (p99) to synchronise 4 kB. The load average was {load:.1f} at",
        "the end: above 3 or so others were working on the machine too, and the figures are lower bounds.", "",
        "| measure | here | wanted | |", "| --- | --- | --- | --- |",
    ] + [verdict(*row) for row in rows] + ["", f"Measured with {versions(server)}.", ""]
    PAGE.write_text("\n".join(text))
    print("\n".join(text))


main()
