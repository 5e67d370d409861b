"""One process for all tests that has imported the backend and MLflow; what a test starts beside the point is forked from it.

A worker or a packaging process that starts from nothing spends nearly all its time on its imports. `tests/search/executors/local`
and `tests/search/champion` test such ones, and of the slow tests `tests/search/study/test_finished.py` a whole search.
"""

import contextlib
import fcntl
import gc
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from multiprocessing.connection import Client, Connection, Listener, wait
from pathlib import Path
from unittest import mock

import psutil

from search.executors.local.fork_client import ForkClient
from search.executors.local.fork_server import main
from search.executors.local.process_connection import ProcessConnection
from search.python_process import call

ROOT = Path(__file__).parents[1]
PROGRAM = "import keras, mlflow.pyfunc, skops.io, search.champion.build, search.training.run; from tests.preloaded import serve; serve({!r}, {})"
ENTRY, FOLDER = "FORKED_ENTRY", "FORKED_FOLDER"
start_from_nothing = ForkClient.start
_servers = []


def preloaded_servers():
    """Return the processes that fork workers for this process of the test run in place of those that import the backend."""
    return [server for server in _servers if server.is_running()]


class PreloadedProcess:
    """The process, which the first test that needs it starts; all processes of a test run fork from the same one.

    Args:
        shared: Folder that all processes of the test run know.
        own: Folder of this process of the test run, for the output of forks.
        test_run: Number of the process with which the preloaded one ends.
    """

    def __init__(self, shared, own, test_run):
        self._folder, self._numbers = own, itertools.count()
        self.address, log = str(shared / "preloaded"), shared / "preloaded.log"
        with (shared / "preloaded.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not Path(self.address).exists():
                _start(self.address, log, test_run)
        self._server = _start_server(self.address, os.environ, self._folder / "server.log")

    @contextlib.contextmanager
    def in_place(self):
        """Fork workers and other processes with the backend from the preloaded one meanwhile."""
        with (
            mock.patch("search.champion.package.PythonProcess", self.fork),
            mock.patch("search.executors.in_process.PythonProcess", self.fork),
            mock.patch("search.study.backend_process.PythonProcess", self.fork),
            mock.patch("search.executors.local.process_host.ForkClient.start", self.start),
        ):
            yield

    def start(self, environment, log, *, preloads):
        """Take the place of `ForkClient.start`."""
        return start(self.address, environment, log, preloads=preloads)

    def fork(self, entry, environment):
        """Fork a process that calls a function in this process' folder and environment; takes and returns what `PythonProcess` does."""
        log = self._folder / f"fork-{next(self._numbers)}.log"
        variables = {**os.environ, **environment, ENTRY: entry, FOLDER: str(Path.cwd())}
        return ProcessConnection(self._server, self._server.fork(f"{__name__}:call_there", variables, log), log)

    def close(self):
        self._server.close()


def start(address, environment, log, *, preloads):
    """Fork a server as `ForkClient.start` starts one; start it where a preloaded one or this backend is not wanted."""
    if not preloads or os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow":
        return start_from_nothing(environment, log, preloads=preloads)
    client = _start_server(address, {**os.environ, **environment}, log)
    _servers.append(psutil.Process(client.pid))
    return client


def _start_server(address, environment, log):
    connection = Client(address, "AF_UNIX")
    connection.send((dict(environment), str(Path.cwd()), str(log)))
    return ForkClient(_Forked(connection.recv()), connection, log)


class _Forked:
    """A forked server; `ForkClient` needs this much of `subprocess.Popen`, which can only wait for its own children."""

    def __init__(self, pid):
        self.pid, self._process = pid, psutil.Process(pid)

    def poll(self):
        return None if self._process.is_running() else -signal.SIGKILL

    def wait(self, timeout=None):
        with contextlib.suppress(psutil.NoSuchProcess):
            self._process.wait(timeout)
        return -signal.SIGKILL

    def kill(self):
        with contextlib.suppress(psutil.NoSuchProcess):
            self._process.kill()


def _start(address, log, test_run):
    """Start the process and wait until it listens."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    with log.open("ab") as output:
        started = subprocess.run(
            [sys.executable, "-u", "-c", PROGRAM.format(address, test_run)],  # the logs are complete when a fork is killed
            cwd=ROOT,
            env=kept | {"PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3", "MLFLOW_DISABLE_TELEMETRY": "true"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
    assert started.returncode == 0, log.read_text()


def serve(address: str, test_run: int) -> None:
    """Fork a server for each client until the test run has ended; runs in the preloaded process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended servers are reaped by the kernel
    test_run_ends = os.pidfd_open(test_run)
    with Listener(address, "AF_UNIX", backlog=9) as listener:
        if os.fork():
            os._exit(0)  # it listens
        gc.freeze()
        socket = listener._listener._socket
        while test_run_ends not in wait([socket, test_run_ends]):
            connection = listener.accept()
            if os.fork() == 0:
                os.close(test_run_ends)
                socket.close()
                _serve_client(connection)
            connection.close()


def _serve_client(connection: Connection) -> None:
    environment, folder, log = connection.recv()
    _adopt(environment, folder)
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    connection.send(os.getpid())
    main(connection.fileno(), preloads=True)
    os._exit(0)


def _adopt(environment: Mapping[str, str], folder: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)


def call_there(pipe: Connection) -> None:
    """Run in the fork."""
    os.chdir(os.environ[FOLDER])
    call(os.environ[ENTRY], pipe)


if __name__ == "__main__":  # a command whose workers are forked from the preloaded process
    from search.__main__ import main as run_command

    ForkClient.start = partial(start, sys.argv.pop(1))
    run_command()
