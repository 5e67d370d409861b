"""The coordinator's end of one worker process."""

import contextlib
import math
import os
import signal
import subprocess
import sys
import time
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

from ..trial import Assignment, TrialResult, TrialState
from .devices import Share
from .messages import Epochs, Ready, Start

_CLOSE_SECONDS = 5


class WorkerProcess:
    """One process and the pipe to it.

    Args:
        share: Its part of the machine.
        log: File for what it prints.
        start: The first thing it is told.

    Attributes:
        assignments: The trials it has been given, by number, the earliest first; it trains as many at once as it has room.
        room: How many trials it trains at once.
        last_seconds: What its last trial took; infinite before the first and after one that failed.
        is_worn: Whether it is to be replaced soon.
        is_spent: Whether it is to be replaced once it has nothing to train.
        is_hung: Whether it was ended because nothing was heard from it.
        trained: What it has compiled programs for, as `program_of` names it.
        was_ready: Whether it has imported its backend and found the builder good.
        n_trials: How many trials it has ended.
        heard_at: When it was last heard from, or given something to do after a pause; in seconds of the monotonic clock.
    """

    def __init__(self, share: Share, log: Path, start: Start) -> None:
        self.share = share
        self.log = log
        self.assignments: dict[int, Assignment] = {}
        self.room = 1
        self.last_seconds = math.inf
        self.is_worn = False
        self.is_spent = False
        self.is_hung = False
        self.trained: set[str] = set()
        self.was_ready = False
        self.n_trials = 0
        self.heard_at = time.monotonic()
        self._first_bytes = 0
        self.pipe, theirs = Pipe()
        self._process = _spawn(share, log, theirs)
        theirs.close()
        self.send(start)

    @property
    def is_free(self) -> bool:
        """Whether it can be given a trial that it trains at once."""
        return self.was_ready and len(self.assignments) < self.room

    @property
    def name(self) -> str:
        """Its name, from its log's."""
        return self.log.stem

    @property
    def is_idle(self) -> bool:
        """Whether it has nothing to train."""
        return self.was_ready and not self.assignments

    @property
    def begun(self) -> list[Assignment]:
        """The trials that it trains."""
        return list(self.assignments.values())[: self.room] if self.was_ready else []

    @property
    def waiting(self) -> list[Assignment]:
        """The trials that it has been given ahead."""
        return list(self.assignments.values())[len(self.begun) :]

    @property
    def ending(self) -> str:
        """How the process ended, in words."""
        code = self._process.wait()
        if code >= 0:
            return f"exit status {code}"
        hint = ", perhaps for want of memory" if code == -signal.SIGKILL else ""
        return f"{signal.Signals(-code).name}{hint}"

    def send(self, message: object) -> None:
        """Say something; a dead worker is noticed when it is read from."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.pipe.send(message)

    def train(self, assignment: Assignment) -> None:
        """Give it a trial, to train now or after those that it trains."""
        if self.is_idle:
            self.heard_at = time.monotonic()
        self.assignments[assignment.number] = assignment
        self.trained.add(program_of(assignment))
        self.send(assignment)

    def receive(self) -> Ready | Epochs | TrialResult | None:
        """Take the next message; None if the process is gone."""
        try:
            message: Ready | Epochs | TrialResult = self.pipe.recv()
        except (EOFError, ConnectionResetError):
            return None
        self.heard_at = time.monotonic()
        if isinstance(message, Ready):
            self.was_ready, self.room = message.error is None, message.room
        elif isinstance(message, TrialResult):
            del self.assignments[message.number]
            self.n_trials += 1
            self.last_seconds = math.inf if message.state is TrialState.FAILED else message.seconds
        return message

    def growth_bytes(self) -> int:
        """How much its memory has grown since its first trial."""
        try:
            resident = int(psutil.Process(self._process.pid).memory_info().rss)
        except psutil.NoSuchProcess:
            return 0
        self._first_bytes = self._first_bytes or resident
        return resident - self._first_bytes

    def hang(self) -> None:
        """Take it for hung and end it by force; its pipe then says so."""
        self.is_hung = True
        self._process.kill()

    def end(self) -> None:
        """Have it end: an idle one by itself, a busy one by force."""
        self.pipe.close()
        if not self.is_idle:
            self._process.kill()

    def reap(self) -> None:
        """Wait until it has ended."""
        try:
            self._process.wait(timeout=_CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def program_of(assignment: Assignment) -> str:
    """Name what is compiled for a trial, as far as it can be known without its model; trials of the same name differ in values only."""
    settings = assignment.training
    arguments = {name: value != 0 if "dropout" in name else value for name, value in assignment.model_arguments.items()}
    return f"{sorted(arguments.items())} {settings.batch_size} {settings.optimizer} {settings.loss}"


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
