"""A PostgreSQL server of the tests' own, on a free port of this machine."""

import os
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg

_SETTINGS = ["fsync=off", "full_page_writes=off", "max_connections=200", "listen_addresses=127.0.0.1"]


def find_binaries():
    """Return the folder of ``pg_ctl``; None where PostgreSQL is not installed."""
    found = shutil.which("pg_ctl")
    folders = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@dataclass(frozen=True)
class PostgreSQL:
    """A server that can be started and stopped."""

    binaries: Path
    folder: Path
    port: int

    @classmethod
    def make(cls, binaries, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = cls(binaries, folder, port)
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(folder, "postgres")
        server._do("initdb", "--pgdata", folder / "data", "--username", "tester", "--auth", "trust", "--no-sync", "--encoding", "UTF8")
        return server

    def start(self):
        options = " ".join([f"-p {self.port} -k {self.folder}", *(f"-c {setting}" for setting in _SETTINGS)])
        self._do("pg_ctl", "start", "--pgdata", self.folder / "data", "--wait", "--log", self.folder / "log", "--options", options)

    def stop(self):
        """End it at once, as a crash would."""
        self._do("pg_ctl", "stop", "--pgdata", self.folder / "data", "--wait", "--mode", "immediate")

    def create(self, database):
        """Create a database and return its URL."""
        with psycopg.connect(f"postgresql://tester@127.0.0.1:{self.port}/postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}"')
        return f"postgresql+psycopg://tester:secret@127.0.0.1:{self.port}/{database}"

    def _do(self, program, *words):
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
        command = [*user, str(self.binaries / program), *map(str, words)]
        done = subprocess.run(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        assert done.returncode == 0, done.stdout
