"""Docs/operations.md as an operator would try it: every command of the page, in order, in one shell with an empty home, and
what the page shows under them is what they print."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "Tests" / "Chaos"))
import postgresql  # noqa: E402

PAGE = ROOT / "Docs" / "operations.md"


def blocks():
    """The commands of the page, each with the lines that are shown of what they print."""
    found = []
    for language, text in re.findall(r"^```(\w*)\n(.*?)^```$", PAGE.read_text(), re.M | re.S):
        if language == "sh":
            found.append((text, []))
        elif language == "text":
            found[-1] = (found[-1][0], text.splitlines())
    return found


def shows(lines, output):
    """The lines of the page in their order among those that were printed; … stands for anything, alone for other lines."""
    printed = iter(output.splitlines())
    for line in lines:
        if line.strip() == "…":
            continue
        pattern = re.compile(".*".join(re.escape(part) for part in re.split(r"\s*…\s*", line)) + r"\s*")
        if not any(pattern.fullmatch(other) for other in printed):
            return line
    return None


def is_free(port):
    with socket.socket() as it:
        return it.connect_ex(("127.0.0.1", port)) != 0


def test_the_page():
    for port in (8280, 8281):
        if not is_free(port):
            pytest.skip(f"the page's port {port} is taken")
    with tempfile.TemporaryDirectory() as home:
        checkout = pathlib.Path(home) / "checkout"
        checkout.mkdir()
        # The programs beside the daemon that is judged, or else the script at the root, which builds them.
        daemon = pathlib.Path(os.environ["KELVIND"]).resolve()
        kelvin = daemon.parent / "kelvin"
        siblings = [daemon.parent / name for name in ("kelvin", "kelvin-jobs")]
        (checkout / "kelvin").symlink_to(kelvin if all(map(pathlib.Path.exists, siblings)) else ROOT / "kelvin")
        for name in ("Deploy", "Examples"):
            (checkout / name).symlink_to(ROOT / name)
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("KELVIN", "XDG_"))
        } | {"HOME": home, "LC_ALL": "C.UTF-8"}
        shell = subprocess.Popen(
            ["bash", "--norc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            cwd=checkout, env=environment, start_new_session=True)
        begin = time.monotonic()
        try:
            shell.stdin.write("set -e -o pipefail\n")
            for number, (commands, lines) in enumerate(blocks()):
                mark = f"---{number} of {os.getpid()}---"
                shell.stdin.write(commands + f"echo '{mark}'\n")
                shell.stdin.flush()
                output = ""
                for printed in shell.stdout:
                    if mark in printed:
                        break
                    output += printed
                else:
                    pytest.fail(f"the shell ended in\n{commands}\nafter\n{output}\n{tail(home)}")
                missing = shows(lines, output)
                assert missing is None, f"\n{commands}\nprinted\n{output}\nand not: {missing}"
            # What was started was also ended.
            shell.stdin.write("jobs -r\n")
            shell.stdin.close()
            assert shell.stdout.read() == "" and shell.wait(10) == 0
        finally:
            for word in ("-TERM", "-KILL"):
                subprocess.run(["kill", word, "--", f"-{shell.pid}"], stderr=subprocess.DEVNULL)
                time.sleep(0.5)
        print(f"{len(blocks())} blocks in {time.monotonic() - begin:.1f} s")


def tail(home):
    logs = pathlib.Path(home, "service").glob("*.log")
    return "\n".join(f"{log.name}: {log.read_text()[-2000:]}" for log in logs)


def test_more_than_one_machine():
    """The page's commands for a database that is shared, on a server of this test's own and with other directories."""
    section = PAGE.read_text().split("## More than one machine")[1].split("\n## ")[0]
    create, serve, door, worker = re.search(r"```\n(.*?)```", section, re.S)[1].splitlines()
    assert "--no-work" in door and " worker " in worker
    with tempfile.TemporaryDirectory() as home, contextlib.ExitStack() as ends:
        database = postgresql.Server(home)
        ends.callback(database.stop)
        create = create.replace("sudo -u postgres ", "").replace("createuser kelvin", "createuser lab").replace(
            "--owner kelvin kelvin", "--owner lab lab")
        subprocess.run(create, shell=True, check=True, env={
            **os.environ, "PGHOST": database.place, "PGUSER": "kelvin", "PGDATABASE": "postgres"})
        address = f"postgres://lab@/lab?host={database.place}"

        def start(line):
            words = line.split("#")[0].replace("postgres://kelvin@db.example/kelvin", address).replace("/srv", home)
            words = words.split()[1:] + (["--port", "0"] if " serve " in line else [])
            process = subprocess.Popen(
                [os.environ["KELVIND"]] + words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                env={**os.environ, "KELVIN_STATE": home + "/devices"})
            ends.callback(process.kill)
            return process, next(words[13:].strip() for words in process.stdout if words.startswith("listening on ")
                                 ) if " serve " in line else None

        first, _ = start(serve)
        _, url = start(door)
        token = pathlib.Path(home, "kelvin", "admin.token").read_text().strip()

        def run():
            request = urllib.request.Request(
                url + "/v1/jobs?wait=50", json.dumps({"program": "OPENQASM 3.0; qubit q; bit c; c = measure q;",
                                                      "device": "ideal", "shots": 20}).encode(),
                {"Authorization": "Bearer " + token, "Content-Type": "application/json"})
            job = json.load(urllib.request.urlopen(request, timeout=60))
            assert job["status"] == "completed", job

        run()
        # Then the work is the worker's alone.
        first.terminate()
        assert first.wait(60) == 0
        start(worker)
        run()
        told = subprocess.run(
            [os.environ["KELVIND"], "doctor", "--database", address, "--data", home + "/kelvin"], capture_output=True,
            text=True)
        assert told.returncode == 0 and "PostgreSQL" in told.stdout, told.stdout + told.stderr


def test_every_block_is_run_or_marked():
    text = PAGE.read_text()
    for match in re.finditer(r"^```(\w*)\n", text, re.M):
        before = text[: match.start()]
        if before.count("```") % 2 == 1:
            continue
        assert match[1] in ("sh", "text", "json") or re.search(r"\*(Not run|Run)\*", before[-400:]), text[match.start():][:80]


def test_every_setting_is_in_the_table():
    told = subprocess.run([os.environ["KELVIND"], "serve", "--help"], capture_output=True, text=True).stdout
    options = set(re.findall(r"--([a-z-]+)", told.split("OPTIONS:")[1])) - {"config", "version", "help", "no-", "data-"}
    names = {re.sub(r"-(.)", lambda letter: letter[1].upper(), option) for option in options}
    table = re.search(r"^\| setting .*?\n\n", PAGE.read_text(), re.M | re.S)[0].strip()
    shown = {name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    # The scheduler's parameters are a section of their own, and no flags.
    assert "database" in names and shown == names | {"scheduling"}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_the_unit():
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", ROOT / "Deploy" / "kelvind.service"], capture_output=True, text=True)
    complaints = [line for line in told.stderr.splitlines() if "kelvind" in line and "is not executable" not in line]
    assert not complaints, complaints
