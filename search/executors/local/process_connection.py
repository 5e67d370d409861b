"""The coordinator's connection to one worker process of this machine."""

import contextlib
import os
import signal
from pathlib import Path
from typing import Any

import psutil

from ...python_process import last_line
from .fork_client import ForkClient, ForkedWorker


class ProcessConnection:
    """The pipe to one worker process.

    Args:
        server: The server that forks it.
        worker: The worker, as the server reports it.
        log: File with its output.
    """

    is_node_lost = False

    def __init__(self, server: ForkClient, worker: ForkedWorker, log: Path) -> None:
        self._server = server
        self._worker = worker
        self._log = log

    def fileno(self) -> int:
        """Return the pipe's file descriptor."""
        return self._worker.pipe.fileno()

    def send(self, message: Any) -> None:
        """Write a message to the pipe."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._worker.pipe.send(message)

    def receive(self) -> Any:
        """Read a message from the pipe."""
        try:
            return self._worker.pipe.recv()
        except ConnectionResetError as error:
            raise EOFError from error

    @property
    def exit_reason(self) -> str:
        """The process's exit status or signal."""
        code = self._server.wait_for_exit(self._worker)
        if code is None:
            return "its exit status is unknown"
        if code >= 0:
            return f"exit status {code}"
        hint = ", perhaps because the machine ran out of memory" if code == -signal.SIGKILL else ""
        return f"{signal.Signals(-code).name}{hint}"

    @property
    def log(self) -> str:
        """The worker's log file, or the server's if the worker was never forked."""
        return str(self._log if self._is_forked else self._server.log)

    @property
    def last_output(self) -> str:
        """The last line of the log."""
        return last_line(Path(self.log))

    def resident_bytes(self) -> int:
        """Return the process's memory."""
        try:
            return int(psutil.Process(self._worker.pid).memory_info().rss) if self._is_forked else 0
        except psutil.NoSuchProcess:
            return 0

    def kill(self) -> None:
        """Kill the process; reading the pipe then raises EOFError."""
        if self._is_forked and self._worker.exit_code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._worker.pid, signal.SIGKILL)

    def close(self, *, is_idle: bool) -> None:
        """Close the pipe, which ends an idle worker; a busy one is killed."""
        self._worker.pipe.close()
        if not is_idle:
            self.kill()

    def join(self) -> None:
        """Wait until the process has ended; kill it if that takes too long."""
        if self._is_forked and self._server.wait_for_exit(self._worker) is None:
            self.kill()
            self._server.wait_for_exit(self._worker)

    @property
    def _is_forked(self) -> bool:
        """Whether the process runs or has run."""
        self._server.update()
        return self._worker.pid > 0
