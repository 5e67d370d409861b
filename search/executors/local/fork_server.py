"""The process that imports the backend once and forks this machine's workers; started by `fork_client`.

It trains nothing, stores nothing and ends with the coordinator. The workers are forks of it and not of the coordinator, which
never imports TensorFlow. Python's own fork server is not used: it runs the user's script again in each process.
"""

import contextlib
import faulthandler
import gc
import os
import signal
import traceback
from collections.abc import Mapping
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import recv_handle
from pathlib import Path
from typing import NoReturn

from ...python_process import call
from ...redaction import redact_output

CLOSED = (EOFError, BrokenPipeError, ConnectionResetError)
"""Errors of a pipe whose other end is closed."""
_IMPORT_SECONDS = 600.0


def main(descriptor: int, *, preloads: bool) -> None:
    """Fork workers until the coordinator ends.

    Args:
        descriptor: File descriptor of the inherited pipe to the coordinator.
        preloads: Whether to import the backend first.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # only the coordinator handles Ctrl-C
    redact_output()  # in the workers too, which are forks
    coordinator, child_exits = Connection(descriptor), _watch_children()
    if preloads:
        _import_backend()
    with contextlib.suppress(*CLOSED):
        while True:
            ready = wait([coordinator, child_exits[0]])
            if child_exits[0] in ready:
                os.read(child_exits[0], 4096)
                _report_exits(coordinator)
            if coordinator in ready:
                _fork_worker(coordinator, inherited=(*child_exits, descriptor))


def _watch_children() -> tuple[int, int]:
    """Return the reading and the writing end of a pipe that becomes readable when a child process ends."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # without a handler nothing is written to the pipe
    return reader, writer


def _import_backend() -> None:
    faulthandler.dump_traceback_later(_IMPORT_SECONDS, exit=True)  # after an import that hangs, the log has its traceback
    import keras  # noqa: F401

    from ...training import run  # noqa: F401

    faulthandler.cancel_dump_traceback_later()
    gc.freeze()  # garbage collection in a worker does not copy the pages that all workers share


def _report_exits(coordinator: Connection) -> None:
    """Send the process number and the exit code of each worker that has ended."""
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            coordinator.send((ended[0], os.waitstatus_to_exitcode(ended[1])))


def _fork_worker(coordinator: Connection, inherited: tuple[int, ...]) -> None:
    """Receive a request for a process, fork it and send its process number.

    Args:
        coordinator: The pipe to the coordinator.
        inherited: File descriptors that the worker closes.
    """
    entry, environment, log = coordinator.recv()
    pipe = recv_handle(coordinator)
    pid = os.fork()
    if pid == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for descriptor in inherited:
            os.close(descriptor)
        _run_process(pipe, entry, environment, log)
    os.close(pipe)
    coordinator.send((pid, None))


def _run_process(pipe: int, entry: str, environment: Mapping[str, str], log: str) -> NoReturn:
    """Call a function with the pipe in a forked process."""
    try:
        output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        os.environ.update(environment)
        faulthandler.enable()  # a crash in native code leaves its traceback in the log
        with contextlib.suppress(OSError):  # the name that top shows
            Path("/proc/self/comm").write_text(Path(log).stem, encoding="utf-8")
        call(entry, Connection(pipe))
    except CLOSED:  # the coordinator has ended, or has closed the pipe
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
