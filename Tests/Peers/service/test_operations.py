"""Docs/operations.md as an operator would try it: every command of the page, in order, in one shell with an empty home, and
what the page shows under them is what they print."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
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


def test_every_block_is_run_or_marked():
    text = PAGE.read_text()
    for match in re.finditer(r"^```(\w*)\n", text, re.M):
        before = text[: match.start()]
        if before.count("```") % 2 == 1:
            continue
        assert match[1] in ("sh", "text", "json") or "*Not run*" in before[-400:], text[match.start():][:80]


def test_every_setting_is_in_the_table():
    told = subprocess.run([os.environ["KELVIND"], "serve", "--help"], capture_output=True, text=True).stdout
    options = set(re.findall(r"--([a-z-]+)", told.split("OPTIONS:")[1])) - {"config", "version", "help", "no-", "data-"}
    names = {re.sub(r"-(.)", lambda letter: letter[1].upper(), option) for option in options}
    table = re.search(r"^\| setting .*?\n\n", PAGE.read_text(), re.M | re.S)[0].strip()
    shown = {name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert "database" in names and shown == names


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_the_unit():
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", ROOT / "Deploy" / "kelvind.service"], capture_output=True, text=True)
    complaints = [line for line in told.stderr.splitlines() if "kelvind" in line and "is not executable" not in line]
    assert not complaints, complaints
