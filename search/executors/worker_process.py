"""Workers as processes of this machine, and the pipe to each.

They are programs of their own (not forks), so the coordinator stays free of TensorFlow and a script needs no
``if __name__ == "__main__"``.
"""

import contextlib
import os
import signal
import subprocess
import sys
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from ..experiment import Experiment
from .devices import Share, divide
from .messages import Start

_CLOSE_SECONDS = 5


class Processes:
    """The fleet of this machine.

    Args:
        logs: Folder for what the workers print.
        programs: Folder for programs that are compiled, from run to run. Defaults to none.
    """

    def __init__(self, logs: Path, programs: Path | None = None) -> None:
        self._logs = logs
        self._programs = programs
        self._start: Start

    def begin(self, experiment: Experiment, arrays: Path) -> list[Share]:
        """Divide the machine."""
        self._logs.mkdir(parents=True, exist_ok=True)
        self._start = Start(experiment, str(arrays), sys.path)
        if self._programs:
            self._programs.mkdir(parents=True, exist_ok=True)
        return divide(experiment.executor, str(self._programs or ""))

    def hire(self, share: Share, name: str) -> "WorkerProcess":
        """Start a process; it imports the backend while the caller goes on."""
        worker = WorkerProcess(share, self._logs / f"{name}.log")
        worker.send(self._start)
        return worker

    def close(self) -> None:
        """Do nothing: the processes were all that there was."""


class WorkerProcess:
    """One process and the pipe to it.

    Args:
        share: Its part of the machine.
        log: File for what it prints.
    """

    has_lost_its_machine = False

    def __init__(self, share: Share, log: Path) -> None:
        self._log = log
        self._pipe, theirs = Pipe()
        self._process = _spawn(share, log, theirs)
        theirs.close()

    def fileno(self) -> int:
        """The pipe's."""
        return self._pipe.fileno()

    def send(self, message: Any) -> None:
        """Write to the pipe."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._pipe.send(message)

    def receive(self) -> Any:
        """Read from the pipe."""
        try:
            return self._pipe.recv()
        except ConnectionResetError as error:
            raise EOFError from error

    @property
    def ending(self) -> str:
        """How the process ended, in words."""
        code = self._process.wait()
        if code >= 0:
            return f"exit status {code}"
        hint = ", perhaps for want of memory" if code == -signal.SIGKILL else ""
        return f"{signal.Signals(-code).name}{hint}"

    @property
    def log(self) -> str:
        """The file."""
        return str(self._log)

    def resident_bytes(self) -> int:
        """The process's memory now."""
        try:
            return int(psutil.Process(self._process.pid).memory_info().rss)
        except psutil.NoSuchProcess:
            return 0

    def kill(self) -> None:
        """Kill it; the pipe then says so."""
        self._process.kill()

    def close(self, *, is_idle: bool) -> None:
        """Close the pipe, at which an idle one ends."""
        self._pipe.close()
        if not is_idle:
            self._process.kill()

    def reap(self) -> None:
        """Wait until it has ended."""
        try:
            self._process.wait(timeout=_CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _spawn(share: Share, log: Path, pipe: Connection) -> "subprocess.Popen[bytes]":
    # The package's own name, so that the child finds it wherever it lies.
    module = f"{__package__}.worker"
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    with log.open("ab") as output:  # unbuffered (-u), so that the log has what a killed worker's callbacks printed
        return subprocess.Popen(
            [sys.executable, "-u", "-m", module, str(pipe.fileno())],
            pass_fds=[pipe.fileno()],
            env=os.environ | share.environment | {"PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
