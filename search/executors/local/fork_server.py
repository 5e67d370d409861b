"""A process that imports the backend once and forks this machine's workers from there, and the coordinator's end of it.

It trains nothing, keeps nothing and ends with the coordinator. The workers are forks of it and not of the coordinator, which
stays free of TensorFlow. Python's own fork server is not used: it runs the user's script again in each process.
"""

import contextlib
import faulthandler
import gc
import os
import signal
import subprocess
import sys
import time
import traceback
from collections import deque
from collections.abc import Mapping
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import recv_handle, send_handle
from pathlib import Path
from typing import NoReturn

_IMPORT_SECONDS = 600.0
_END_SECONDS = 5.0
_GONE = (EOFError, BrokenPipeError, ConnectionResetError)


class ForkedWorker:
    """A worker as the server tells of it.

    Args:
        pipe: The pipe to it.

    Attributes:
        pid: Its process; 0 until it is forked.
        code: How it ended: its exit status, or the negative number of the signal; None until it has.
    """

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe
        self.pid = 0
        self.code: int | None = None


class ForkServer:
    """The coordinator's end: starts the server and has it fork.

    Args:
        environment: Environment variables for the server, beside this process' own.
        log: File for what it prints.
        preloads: Whether it imports the backend, or leaves that to each worker.
    """

    def __init__(self, environment: Mapping[str, str], log: Path, *, preloads: bool) -> None:
        self.log = log
        self._line, theirs = Pipe()
        self._pending: deque[ForkedWorker] = deque()
        self._running: dict[int, ForkedWorker] = {}
        # The package's own name, so that the server finds it wherever it lies.
        path = os.pathsep.join(filter(None, [str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH")]))
        with log.open("ab") as output, theirs:  # unbuffered (-u), so that the logs have what a killed worker's callbacks printed
            self._process = subprocess.Popen(
                [sys.executable, "-u", "-c", f"from {__name__} import main; main({theirs.fileno()}, preloads={preloads})"],
                pass_fds=[theirs.fileno()],
                env={**os.environ, **environment, "PYTHONPATH": path},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    @property
    def code(self) -> int | None:
        """How the server ended; None while it runs."""
        return self._process.poll()

    def fork(self, environment: Mapping[str, str], log: Path) -> ForkedWorker:
        """Have a worker forked, as soon as the backend is imported, and do not wait for it.

        Args:
            environment: Environment variables for the worker, beside the server's.
            log: File for what it prints.

        Returns:
            The worker; if the server has ended, its pipe is at its end.
        """
        ours, theirs = Pipe()
        self._pending.append(forked := ForkedWorker(ours))
        with theirs, contextlib.suppress(*_GONE):
            self._line.send((dict(environment), str(log)))
            send_handle(self._line, theirs.fileno(), self._process.pid)
        return forked

    def update(self) -> None:
        """Note what the server has told of its workers."""
        while self._receive_update(0.0):
            pass

    def wait_for_exit(self, forked: ForkedWorker) -> int | None:
        """Wait some seconds until a worker has ended, and return how; None if it has not, or the server cannot say.

        What was to be forked when the server ended has ended as the server has.
        """
        deadline = time.monotonic() + _END_SECONDS
        while forked.code is None and self._receive_update(max(0.0, deadline - time.monotonic())):
            pass
        if not forked.pid:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return self._process.wait(_END_SECONDS)
        return forked.code

    def _receive_update(self, seconds: float) -> bool:
        """Wait until the server tells of a worker, and note it; say whether it did."""
        with contextlib.suppress(*_GONE):
            if self._line.poll(seconds):
                pid, code = self._line.recv()
                if code is None:
                    self._running[pid] = self._pending.popleft()
                    self._running[pid].pid = pid
                else:
                    self._running.pop(pid).code = code
                return True
        return False

    def close(self) -> None:
        """End the server; workers go on until their pipes are closed, and those that are not forked yet never are."""
        self._process.kill()
        self._process.wait()
        self._line.close()


def main(number: int, *, preloads: bool) -> None:
    """Fork workers until the coordinator is gone.

    Args:
        number: File number of the inherited pipe to the coordinator.
        preloads: Whether to import the backend first.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the coordinator's to handle
    line, (bell, button) = Connection(number), os.pipe()
    os.set_blocking(button, False)
    signal.set_wakeup_fd(button, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # the bell rings
    if preloads:
        faulthandler.dump_traceback_later(_IMPORT_SECONDS, exit=True)  # an import that hangs ends with the log saying where
        import keras  # noqa: F401

        from ...training import run  # noqa: F401

        faulthandler.cancel_dump_traceback_later()
        gc.freeze()  # what the workers share stays shared
    with contextlib.suppress(*_GONE):
        while True:
            if bell in wait([line, bell]):
                os.read(bell, 4096)
                _report_exits(line)
            if line.poll():
                environment, log = line.recv()
                pipe = recv_handle(line)
                pid = os.fork()
                if pid == 0:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    for inherited in (bell, button, number):
                        os.close(inherited)
                    _work(pipe, environment, log)
                os.close(pipe)
                line.send((pid, None))


def _report_exits(line: Connection) -> None:
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            line.send((ended[0], os.waitstatus_to_exitcode(ended[1])))


def _work(pipe: int, environment: Mapping[str, str], log: str) -> NoReturn:
    """Be a worker, in a process that was just forked."""
    try:
        output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        os.environ.update(environment)
        from .worker import work

        work(Connection(pipe))
    except BaseException:
        traceback.print_exc()
    os._exit(1)
