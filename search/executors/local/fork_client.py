"""The coordinator's side of the fork server: it starts the server, asks it for workers, and learns how each worker ended."""

import contextlib
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.reduction import send_handle
from pathlib import Path

from . import fork_server
from .fork_server import CLOSED

_EXIT_SECONDS = 5.0


class ForkedWorker:
    """A worker process, as the server reports it.

    Args:
        pipe: The pipe to it.

    Attributes:
        pid: Its process number; 0 until it is forked.
        exit_code: Its exit status, or the negative number of the signal that ended it; None until then.
    """

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe
        self.pid = 0
        self.exit_code: int | None = None


class ForkClient:
    """A running fork server; `start` starts one.

    Args:
        process: The server's process.
        connection: The pipe to it.
        log: File with its output.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", connection: Connection, log: Path) -> None:
        self.log = log
        self._process = process
        self._connection = connection
        self._pending: deque[ForkedWorker] = deque()
        self._running: dict[int, ForkedWorker] = {}

    @classmethod
    def start(cls, environment: Mapping[str, str], log: Path, *, preloads: bool) -> "ForkClient":
        """Start a server, without waiting for it.

        Args:
            environment: Environment variables for the server, beside those of this process.
            log: File for its output.
            preloads: Whether it imports the backend, or each worker does.
        """
        ours, theirs = Pipe()
        # The root of the package goes onto the path, so that the server finds the package wherever it lies.
        path = os.pathsep.join(filter(None, [str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH")]))
        program = f"from {fork_server.__name__} import main; main({theirs.fileno()}, preloads={preloads})"
        with log.open("ab") as output, theirs:
            process = subprocess.Popen(
                # Unbuffered, so that the logs are complete when a worker is killed; -P, so that no file of the user hides a module.
                [sys.executable, "-uP", "-c", program],
                pass_fds=[theirs.fileno()],
                env={**os.environ, **environment, "PYTHONPATH": path},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        return cls(process, ours, log)

    @property
    def pid(self) -> int:
        """The server's process number."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """The server's exit status; None while it runs."""
        return self._process.poll()

    def fork(self, entry: str, environment: Mapping[str, str], log: Path) -> ForkedWorker:
        """Request a process, which is forked once the backend is imported, and do not wait for it.

        Args:
            entry: The function that the process calls with its pipe, "package.module:function".
            environment: Environment variables for the worker, beside the server's.
            log: File for its output.

        Returns:
            The worker; if the server has ended, reading its pipe raises EOFError.
        """
        ours, theirs = Pipe()
        self._pending.append(worker := ForkedWorker(ours))
        with theirs, contextlib.suppress(*CLOSED):
            self._connection.send((entry, dict(environment), str(log)))
            send_handle(self._connection, theirs.fileno(), self._process.pid)
        return worker

    def update(self) -> None:
        """Read all reports that the server has sent about its workers."""
        while self._read_report(0.0):
            pass

    def wait_for_exit(self, worker: ForkedWorker) -> int | None:
        """Wait a few seconds until a worker has ended.

        Returns:
            Its exit code, or the server's if that ended before it forked the worker; None if it is unknown.
        """
        deadline = time.monotonic() + _EXIT_SECONDS
        while worker.exit_code is None and self._read_report(max(0.0, deadline - time.monotonic())):
            pass
        if not worker.pid:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return self._process.wait(_EXIT_SECONDS)
        return worker.exit_code

    def _read_report(self, seconds: float) -> bool:
        """Wait for a report about a worker, store it, and return whether one came in time."""
        if self._connection.closed:
            return False
        with contextlib.suppress(*CLOSED):
            if self._connection.poll(seconds):
                pid, exit_code = self._connection.recv()
                if exit_code is None:
                    self._running[pid] = self._pending.popleft()
                    self._running[pid].pid = pid
                else:
                    self._running.pop(pid).exit_code = exit_code
                return True
        return False

    def close(self) -> None:
        """Kill the server; forked workers run until their pipes are closed, and the requested others are never forked."""
        self._process.kill()
        self._process.wait()
        self._connection.close()
