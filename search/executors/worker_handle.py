"""What the coordinator knows of one worker, wherever it runs."""

import contextlib
import math
import time

from ..trial import Assignment, TrialResult, TrialState
from .devices import DeviceShare
from .messages import EpochReports, WorkerReady, WorkerStarted
from .worker_host import WorkerConnection


class WorkerHandle:
    """One worker and the line to it.

    Args:
        share: Its part of the machine.
        name: Its name, such as ``worker-0``.
        line: The line to it.

    Attributes:
        assignments: The trials it has been given, by number, the earliest first; it trains as many at once as it has room.
        capacity: How many trials it trains at once.
        device_bytes: Memory of its GPU that it may take; 0 on a CPU, or if that is not known.
        last_seconds: What its last trial took; infinite before the first and after one that failed.
        is_retiring: Whether it is to be replaced soon.
        is_retired: Whether it is to be replaced once it has nothing to train.
        is_hung: Whether it was ended because nothing was heard from it.
        trained: What it has compiled programs for, as `program_key` names it.
        is_ready: Whether it has imported its backend and found the builder good.
        n_trials: How many trials it has ended.
        last_message_at: When it was last heard from, or given something to do after a pause; in seconds of the monotonic clock.
            Infinite until it runs: a cluster may have no room for it yet.
    """

    def __init__(self, share: DeviceShare, name: str, connection: WorkerConnection) -> None:
        self.share = share
        self.connection = connection
        self.assignments: dict[int, Assignment] = {}
        self.capacity = 1
        self.device_bytes = 0
        self.last_seconds = math.inf
        self.is_retiring = False
        self.is_retired = False
        self.is_hung = False
        self.compiled: set[str] = set()
        self.is_ready = False
        self.n_trials = 0
        self.last_message_at = math.inf
        self.base_name = name
        self._host = ""
        self._first_bytes = 0

    @property
    def name(self) -> str:
        """Its name, with the machine's where there are several."""
        return f"{self.base_name} on {self._host}" if self._host else self.base_name

    @property
    def is_free(self) -> bool:
        """Whether it can be given a trial that it trains at once."""
        return self.is_ready and len(self.assignments) < self.capacity

    @property
    def is_idle(self) -> bool:
        """Whether it has nothing to train."""
        return self.is_ready and not self.assignments

    @property
    def running(self) -> list[Assignment]:
        """The trials that it trains."""
        return list(self.assignments.values())[: self.capacity] if self.is_ready else []

    @property
    def queued(self) -> list[Assignment]:
        """The trials that it has been given ahead."""
        return list(self.assignments.values())[len(self.running) :]

    def send(self, message: object) -> None:
        """Say something; a dead worker is noticed when it is read from."""
        self.connection.send(message)

    def train(self, assignment: Assignment) -> None:
        """Give it a trial, to train now or after those that it trains."""
        if self.is_idle:
            self.last_message_at = time.monotonic()
        self.assignments[assignment.number] = assignment
        self.compiled.add(program_key(assignment))
        self.send(assignment)

    def receive(self) -> WorkerStarted | WorkerReady | EpochReports | TrialResult | None:
        """Take the next message; None if the worker is gone."""
        message: WorkerStarted | WorkerReady | EpochReports | TrialResult | None = None
        with contextlib.suppress(EOFError):
            message = self.connection.receive()
            self.last_message_at = time.monotonic()
        match message:
            case WorkerStarted(host=host):
                self._host = host
            case WorkerReady():
                self.is_ready, self.capacity, self.device_bytes = message.error is None, message.capacity, message.device_bytes
            case TrialResult():
                del self.assignments[message.number]
                self.n_trials += 1
                self.last_seconds = math.inf if message.state is TrialState.FAILED else message.seconds
        return message

    def growth_bytes(self) -> int:
        """How much its memory has grown since its first trial."""
        resident = self.connection.resident_bytes()
        self._first_bytes = self._first_bytes or resident
        return resident - self._first_bytes

    def kill_hung(self) -> None:
        """Take it for hung and end it by force; its line then says so."""
        self.is_hung = True
        self.connection.kill()

    def end(self) -> None:
        """Have it end: an idle one by itself, a busy one by force."""
        self.connection.close(is_idle=self.is_idle)

    def reap(self) -> None:
        """Wait until it has ended."""
        self.connection.reap()


def program_key(assignment: Assignment) -> str:
    """Name what is compiled for a trial, as far as it can be known without its model; trials of the same name differ in values only."""
    settings = assignment.training
    arguments = {name: value != 0 if "dropout" in name else value for name, value in assignment.model_arguments.items()}
    return f"{sorted(arguments.items())} {settings.batch_size} {settings.optimizer} {settings.loss}"
