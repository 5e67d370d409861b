"""Workers as processes of this machine, and the pipe to each."""

import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import Any

import psutil

from ...experiment.file import Experiment
from ..devices import DeviceShare, divide
from ..messages import WorkerSetup
from .fork_server import ForkServer


class ProcessHost:
    """The fleet of this machine.

    Args:
        logs: Folder for what the workers print.
        programs: Folder for programs that are compiled, from run to run. Defaults to none.
    """

    def __init__(self, logs: Path, programs: Path | None = None) -> None:
        self._logs = logs
        self._programs = programs
        self._server: ForkServer | None = None
        self._start: WorkerSetup
        self._has_gpus: bool

    def prepare(self, experiment: Experiment, arrays: Path) -> list[DeviceShare]:
        """Divide the machine."""
        self._logs.mkdir(parents=True, exist_ok=True)
        self._start = WorkerSetup(experiment, str(arrays), sys.path)
        if self._programs:
            self._programs.mkdir(parents=True, exist_ok=True)
        shares = divide(experiment.executor, str(self._programs or ""))
        self._has_gpus = any(share.kind == "gpu" for share in shares)
        return shares

    def start_worker(self, share: DeviceShare, name: str) -> "ProcessConnection":
        """Have a process forked that has imported the backend; the caller goes on."""
        if self._server is None or self._server.code is not None:
            # A fork of a process that has touched a GPU cannot use it, and one with macOS' frameworks may crash.
            preloads = sys.platform == "linux" and not self._has_gpus
            # What is imported reads its environment then; only workers on the CPU have the same.
            self._server = ForkServer(share.environment if preloads else {}, self._logs / "fork-server.log", preloads=preloads)
        worker = ProcessConnection(self._server, share, self._logs / f"{name}.log")
        worker.send(self._start)
        return worker

    def close(self) -> None:
        """End the server; the workers have ended."""
        if self._server is not None:
            self._server.close()
            self._server = None


class ProcessConnection:
    """One process and the pipe to it.

    Args:
        server: Who forks it.
        share: Its part of the machine.
        log: File for what it prints.
    """

    is_node_lost = False

    def __init__(self, server: ForkServer, share: DeviceShare, log: Path) -> None:
        self._server = server
        self._log = log
        self._forked = server.fork(share.environment, log)

    def fileno(self) -> int:
        """The pipe's."""
        return self._forked.pipe.fileno()

    def send(self, message: Any) -> None:
        """Write to the pipe."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._forked.pipe.send(message)

    def receive(self) -> Any:
        """Read from the pipe."""
        try:
            return self._forked.pipe.recv()
        except ConnectionResetError as error:
            raise EOFError from error

    @property
    def ending(self) -> str:
        """How the process ended, in words."""
        code = self._server.wait_for_exit(self._forked)
        if code is None:
            return "its exit status is not known"
        if code >= 0:
            return f"exit status {code}"
        hint = ", perhaps for want of memory" if code == -signal.SIGKILL else ""
        return f"{signal.Signals(-code).name}{hint}"

    @property
    def log(self) -> str:
        """The file, or the server's if that could not fork."""
        return str(self._log if self._is_forked else self._server.log)

    def resident_bytes(self) -> int:
        """The process's memory now."""
        try:
            return int(psutil.Process(self._forked.pid).memory_info().rss) if self._is_forked else 0
        except psutil.NoSuchProcess:
            return 0

    def kill(self) -> None:
        """Kill it; the pipe then says so."""
        if self._is_forked and self._forked.code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._forked.pid, signal.SIGKILL)

    def close(self, *, is_idle: bool) -> None:
        """Close the pipe, at which an idle one ends."""
        self._forked.pipe.close()
        if not is_idle:
            self.kill()

    def reap(self) -> None:
        """Wait until it has ended."""
        if self._is_forked and self._server.wait_for_exit(self._forked) is None:
            self.kill()
            self._server.wait_for_exit(self._forked)

    @property
    def _is_forked(self) -> bool:
        """Whether it runs or has run; before that the end of its pipe is the end of it."""
        self._server.update()
        return self._forked.pid > 0
