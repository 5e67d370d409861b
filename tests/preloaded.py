"""A process that has imported what packaging needs, and forks a process for each champion that a test packages beside the point.

A packaging process that starts from nothing spends nearly all its time on its imports. `tests/search/champion` tests such a one.
"""

import itertools
import os
import subprocess
import sys
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from search.executors.local.fork_client import ForkClient
from search.executors.local.process_connection import ProcessConnection
from search.python_process import call

ROOT = Path(__file__).parents[1]
PROGRAM = """
import keras, mlflow.pyfunc, skops.io, search.champion.build
from search.executors.local.fork_server import main
main({descriptor}, preloads=False)
"""
ENTRY, FOLDER = "FORKED_ENTRY", "FORKED_FOLDER"


class PreloadedProcess:
    """The process.

    Args:
        folder: Where it and its forks write their output.
    """

    def __init__(self, folder):
        self._folder, self._numbers = folder, itertools.count()
        ours, theirs = Pipe()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
        with (folder / "server.log").open("ab") as output, theirs:
            process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM.format(descriptor=theirs.fileno())],
                pass_fds=[theirs.fileno()],
                cwd=ROOT,
                env=kept | {"PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3", "MLFLOW_DISABLE_TELEMETRY": "true"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self._server = ForkClient(process, ours, folder / "server.log")

    def fork(self, entry, environment):
        """Fork a process that calls a function in this process' folder and environment; takes and returns what `PythonProcess` does."""
        log = self._folder / f"fork-{next(self._numbers)}.log"
        variables = {**os.environ, **environment, ENTRY: entry, FOLDER: str(Path.cwd())}
        return ProcessConnection(self._server, self._server.fork(f"{__name__}:call_there", variables, log), log)

    def close(self):
        self._server.close()


def call_there(pipe: Connection) -> None:
    """Run in the fork."""
    os.chdir(os.environ[FOLDER])
    call(os.environ[ENTRY], pipe)
