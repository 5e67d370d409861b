"""Fixtures of all tests: the command line in an empty folder, PostgreSQL, an unused port."""

import contextlib
import csv
import functools
import gc
import io
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import pytest

from tests.postgresql import PostgreSQL, find_binaries
from tests.preloaded import PreloadedProcess

ROOT = Path(__file__).parents[1]
COUNT = "malformed inputs"


def pytest_terminal_summary(terminalreporter):
    """Print how many malformed inputs were refused, whichever process did."""
    reports = [report for report in terminalreporter.getreports("passed") if report.when == "call"]
    counts = dict(value for report in reports for name, value in report.user_properties if name == COUNT)
    if counts:
        listed = ", ".join(f"{kind} {count}" for kind, count in counts.items())
        terminalreporter.write_line(f"{sum(counts.values())} malformed inputs refused: {listed}")


@pytest.fixture(scope="session", autouse=True)
def _packages_are_read_once():
    """Read the installed packages, half a second's work, once in a process of the test run: every study that starts records them."""
    from search.tracking import provenance

    with mock.patch.object(provenance, "installed_packages", functools.cache(provenance.installed_packages)):
        yield


@pytest.fixture(scope="module", autouse=True)
def _collections_are_short():
    """Leave what imports and earlier modules have made out of garbage collections, each of which takes half a second with it."""
    gc.freeze()
    yield
    gc.collect()


@dataclass(frozen=True)
class Shell:
    """Runs the project's commands in a folder outside the project.

    Attributes:
        folder: The folder.
        variables: Environment variables beside those of this process.
        preloaded: Where processes that `run` and `start` begin fork their workers from. Defaults to starting them as users do.
    """

    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    preloaded: PreloadedProcess | None = None

    @property
    def _path(self):
        return [str(self.folder), str(ROOT)]

    @property
    def environment(self):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
        path = os.pathsep.join(self._path)
        return kept | {"PYTHONPATH": path, "MLFLOW_DISABLE_TELEMETRY": "true"} | self.variables

    def run(self, *words, status=0):
        """Run ``python -m search`` with these arguments in a process, check its exit status and return its output."""
        finished = subprocess.run(self.command(*words), cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False)
        assert finished.returncode == status, f"exit status {finished.returncode}\n{finished.stdout}\n{finished.stderr}"
        return finished

    def call(self, *words, status=0):
        """Run the command line in this process, which saves its start and imports; otherwise as `run`.

        For commands that read, and for input that is refused. Signals and imports of a process are not tested by it.
        """
        finished = self.attempt(*words)
        assert finished.returncode == status, f"exit status {finished.returncode}\n{finished.stdout}\n{finished.stderr}"
        return finished

    def attempt(self, *words):
        """Run the command line in this process as `call`, whatever its exit status."""
        from search.cli.app import run_app

        stdout, stderr = io.StringIO(), io.StringIO()
        for path in self.folder.glob("*.py"):
            sys.modules.pop(path.stem, None)  # another test's module of the same name
        known, handlers, on_terminate = set(sys.modules), list(logging.root.handlers), signal.getsignal(signal.SIGTERM)
        with (
            contextlib.chdir(self.folder),
            mock.patch.dict(os.environ, self.environment, clear=True),
            mock.patch.object(sys, "path", [*self._path, *sys.path]),
        ):
            try:
                with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
                    actual = run_app([str(word) for word in words])
            finally:
                logging.root.handlers[:] = handlers
                signal.signal(signal.SIGTERM, on_terminate)
                for name in set(sys.modules) - known:
                    if str(self.folder) in str(getattr(sys.modules[name], "__file__", None)):
                        del sys.modules[name]  # the test's own module: the next test writes another one
        return subprocess.CompletedProcess(words, actual, stdout.getvalue(), stderr.getvalue())

    def start(self, *words):
        """Start ``python -m search`` with these arguments and return the process, with its output as a pipe."""
        return subprocess.Popen(
            self.command(*words), cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def trials(self, study="own", *words):
        """Return the trials of a study as ``trials --csv`` writes them, each a dict of texts."""
        self.call("trials", study, "--csv", "trials.csv", *words)
        return list(csv.DictReader((self.folder / "trials.csv").read_text(encoding="utf-8").splitlines()))

    def python(self, program):
        """Run a Python program and return its output."""
        command = [sys.executable, "-c", program]
        finished = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False)
        assert finished.returncode == 0, finished.stderr
        return finished.stdout

    def command(self, *words):
        program = ["search"] if self.preloaded is None else ["tests.preloaded", self.preloaded.address]
        return [sys.executable, "-m", *program, *map(str, words)]


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path)


@pytest.fixture
def write_search(shell):
    """A function that writes a module ``own`` and its experiment ``own.toml`` into the shell's folder, and returns the shell."""

    def write(module, experiment):
        (shell.folder / "own.py").write_text(module)
        (shell.folder / "own.toml").write_text(experiment)
        return shell

    return write


@pytest.fixture(scope="module")
def module_shell(tmp_path_factory):
    """One folder for all tests of a module."""
    return Shell(tmp_path_factory.mktemp("shell"))


@pytest.fixture(scope="session")
def postgresql():
    """A running PostgreSQL server."""
    binaries = find_binaries()
    if binaries is None:
        assert os.environ.get("CI") != "true", "PostgreSQL must be installed where CI=true"
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    # Not tmp_path, which the user "postgres" may not enter; a socket's path must be short too.
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        Path(folder).chmod(0o755)
        server = PostgreSQL.make(binaries, Path(folder))
        server.start()
        yield server
        server.stop()


@pytest.fixture
def database_url(postgresql, request):
    """A fresh database of the server."""
    return postgresql.create(f"{request.node.name[:40]}-{os.urandom(4).hex()}".translate(str.maketrans("[]", "--")))


@pytest.fixture(scope="session")
def preloaded(tmp_path_factory):
    """The process that has imported the backend and MLflow, and can be forked; the processes of a test run share it."""
    is_distributed = "PYTEST_XDIST_WORKER" in os.environ
    own = tmp_path_factory.mktemp("preloaded")
    shared, test_run = (tmp_path_factory.getbasetemp().parent, os.getppid()) if is_distributed else (own, os.getpid())
    process = PreloadedProcess(shared, own, test_run)
    yield process
    process.close()


@pytest.fixture
def forks(preloaded):
    """Fork workers, and the process that packages a champion, from a preloaded one, where they would start from nothing."""
    with preloaded.in_place():
        yield preloaded


@pytest.fixture
def unused_port():
    """A port of this machine at which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]  # bound without listening: connections are refused
