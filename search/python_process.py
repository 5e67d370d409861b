"""A fresh Python process that calls one function with a pipe to this process."""

import contextlib
import importlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol, final

from .redaction import redact, shorten
from .temporary_files import temporary_prefix

_TAIL_BYTES = 5000


class Process(Protocol):
    """A process and the pipe to it."""

    def send(self, message: Any) -> None:
        """Send a message; nothing is raised if the process has ended."""
        ...

    def receive(self) -> Any:
        """Wait for the next message.

        Raises:
            EOFError: If the process has ended.
        """
        ...

    @property
    def exit_reason(self) -> str:
        """Why the process ended, such as ``exit status 1``."""
        ...

    @property
    def log(self) -> str:
        """The file with what the process printed."""
        ...

    def kill(self) -> None:
        """Kill the process."""
        ...

    def close(self, *, is_idle: bool) -> None:
        """Close the pipe, at which an idle process ends, and kill a busy one."""
        ...

    def join(self) -> None:
        """Wait until the process has ended, after `close`."""
        ...


@final
class PythonProcess:
    """A process that is started from nothing: it imports whatever it needs itself.

    Args:
        entry: The function that the process calls with its end of the pipe, "package.module:function".
        environment: Environment variables beside those of this process.
    """

    def __init__(self, entry: str, environment: Mapping[str, str]) -> None:
        self._pipe, theirs = Pipe()
        self._output = tempfile.NamedTemporaryFile(prefix=temporary_prefix(), suffix=".log")  # noqa: SIM115 - closed with the process
        path = os.pathsep.join(dict.fromkeys([str(Path(__file__).parents[1]), *filter(None, sys.path)]))
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", f"from {__name__} import main; main({theirs.fileno()}, {entry!r})"],
                pass_fds=[theirs.fileno()],
                env={**os.environ, **environment, "PYTHONPATH": path},
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=self._output,
            )

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
    def exit_reason(self) -> str:
        """The exit status or signal."""
        code = self._process.wait()
        return f"exit status {code}" if code >= 0 else signal.Signals(-code).name

    @property
    def log(self) -> str:
        """A temporary file, which is removed by `join`."""
        return self._output.name

    def kill(self) -> None:
        """Kill the process."""
        self._process.kill()

    def close(self, *, is_idle: bool) -> None:
        """Close the pipe, and kill a busy process."""
        self._pipe.close()
        if not is_idle:
            self.kill()

    def join(self) -> None:
        """Wait until the process has ended."""
        self._process.wait()
        self._output.close()


def last_line(log: Path) -> str:
    """Return the last line of a process' output, for a message; of a crash in native code or a hang, the line that names it.

    Args:
        log: The file with its output; it may be missing.

    Returns:
        At most 200 characters; empty if it printed nothing.
    """
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            lines = [line.strip() for line in file.read().decode(errors="replace").splitlines() if line.strip()]
    except OSError:
        lines = []
    return shorten(redact(_decisive(lines)), 200) if lines else ""


def _decisive(lines: list[str]) -> str:
    """Return the last line; of a traceback that Python's fault handler wrote, its cause, or where the user's own code hangs."""
    fatal = [line for line in lines if line.startswith("Fatal Python error")]
    if fatal:
        return fatal[-1]
    last = max((number for number, line in enumerate(lines) if line.startswith("Timeout (")), default=len(lines))
    trace = lines[last + 1 :]
    if all(line.startswith(("File ", "Thread ", "Current thread ")) for line in trace):  # otherwise it went on after the hang
        return next((line for line in trace if line.startswith("File ") and "/lib/python" not in line), lines[-1])  # the innermost call first
    return lines[-1]


def call(entry: str, pipe: Connection) -> None:
    """Import a function by its reference and call it with a pipe.

    Args:
        entry: The function, "package.module:function".
        pipe: The pipe.
    """
    module, _, name = entry.partition(":")
    getattr(importlib.import_module(module), name)(pipe)


def main(number: int, entry: str) -> None:
    """Run in the new process: ignore Ctrl-C, which is for its parent, and call the function.

    Args:
        number: File number of the inherited pipe.
        entry: The function, "package.module:function".
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the parent has ended
        call(entry, Connection(number))
