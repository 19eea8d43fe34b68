"""A PostgreSQL server of Debian's with its files in a directory of its own, reached through a socket in it."""

import os
import pathlib
import shutil
import subprocess
import time


class Server:
    def __init__(self, directory, settings=()):
        self.binaries = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parts[-2]))
        # It refuses to work for root: then it works for the user that Debian made for it.
        self.user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        self.place = directory + "/postgresql"
        os.mkdir(self.place)
        if os.getuid() == 0:
            os.chmod(directory, 0o755)
            shutil.chown(self.place, "postgres")
        subprocess.run(
            self.user + [str(self.binaries / "initdb"), "-D", self.place + "/data", "-U", "kelvin", "-A", "trust",
                         "--no-locale", "-E", "UTF8"], check=True, stdout=subprocess.DEVNULL, cwd="/")
        words = [word for setting in settings for word in ("-c", setting)]
        self.process = subprocess.Popen(
            self.user + [str(self.binaries / "postgres"), "-D", self.place + "/data", "-k", self.place, "-c",
                         "listen_addresses="] + words,
            stdout=subprocess.DEVNULL, stderr=open(directory + "/postgresql.log", "ab"), cwd="/")
        self.address = f"postgres://kelvin@/postgres?host={self.place}"
        while True:
            try:
                self.query("SELECT 1")
                break
            except subprocess.CalledProcessError:
                time.sleep(0.1)

    def query(self, sql):
        text = subprocess.run(
            ["psql", "-X", "-A", "-t", "-q", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", self.address, "-c", sql],
            check=True, capture_output=True, text=True, cwd="/").stdout
        return [tuple(line.split("\t")) for line in text.splitlines()]

    def stop(self):
        # Whether runuser hands signals on is not the same everywhere.
        subprocess.run(
            self.user + [str(self.binaries / "pg_ctl"), "-D", self.place + "/data", "stop", "-m", "immediate"],
            check=True, stdout=subprocess.DEVNULL, cwd="/")
        self.process.wait(30)
