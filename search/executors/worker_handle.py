"""The coordinator's state of one worker, wherever the worker runs."""

import contextlib
import math
import time

from ..trial import Assignment, TrialResult, TrialState
from .base import WorkerConnection
from .device_share import DeviceShare
from .messages import ProgressReports, WorkerReady, WorkerStarted

FromWorker = WorkerStarted | WorkerReady | ProgressReports | TrialResult


class WorkerHandle:
    """One worker and the connection to it.

    Args:
        share: Its devices.
        name: Its name, such as ``worker-0``.
        connection: The connection to it.

    Attributes:
        assignments: Its unfinished trials by number, the earliest first; it trains the first ``capacity`` of them, the rest is queued.
        capacity: Number of trials that it trains at once.
        device_bytes: GPU memory that it may take; 0 on a CPU, or if it is unknown.
        last_seconds: Duration of its last trial; infinite before the first one and after a failed one.
        recycle_soon: Whether it is replaced after one of its next trials, so that no trial is queued for it.
        recycle_when_idle: Whether it is replaced as soon as it trains nothing.
        is_hung: Whether it was killed because it sent no message in time.
        compiled: Keys of the programs that it has compiled, by `program_key`.
        is_ready: Whether it has imported its backend and accepted the builder.
        n_trials: Number of trials that it has ended.
        last_message_at: Monotonic time in seconds of its last message, or of the first assignment after an idle period. Infinite
            until it runs: on a cluster it may wait for a free node.
    """

    def __init__(self, share: DeviceShare, name: str, connection: WorkerConnection) -> None:
        self.share = share
        self.connection = connection
        self.assignments: dict[int, Assignment] = {}
        self.capacity = 1
        self.device_bytes = 0
        self.last_seconds = math.inf
        self.recycle_soon = False
        self.recycle_when_idle = False
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
        """Its name, with the machine's name on a cluster."""
        return f"{self.base_name} on {self._host}" if self._host else self.base_name

    @property
    def is_free(self) -> bool:
        """Whether it would train another trial at once."""
        return self.is_ready and len(self.assignments) < self.capacity

    @property
    def is_idle(self) -> bool:
        """Whether it is ready and trains nothing."""
        return self.is_ready and not self.assignments

    @property
    def running(self) -> list[Assignment]:
        """The trials that it trains."""
        return list(self.assignments.values())[: self.capacity] if self.is_ready else []

    @property
    def queued(self) -> list[Assignment]:
        """The trials that wait until it has ended others."""
        return list(self.assignments.values())[len(self.running) :]

    def send(self, message: object) -> None:
        """Send a message; that a worker has ended is noticed by `receive`."""
        self.connection.send(message)

    def submit(self, assignment: Assignment) -> None:
        """Send a trial, to be trained now or after the trials that it trains."""
        if self.is_idle:
            self.last_message_at = time.monotonic()
        self.assignments[assignment.number] = assignment
        self.compiled.add(program_key(assignment))
        self.send(assignment)

    def receive(self) -> FromWorker | None:
        """Return the next message, or None if the worker has ended."""
        message: FromWorker | None = None
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

    def deadline(self, epoch_timeout_seconds: float, start_timeout_seconds: float) -> float:
        """Return the monotonic time in seconds by which the next message must arrive; infinite for an idle worker.

        Args:
            epoch_timeout_seconds: The longest allowed time without a message.
            start_timeout_seconds: The same before the worker is ready.
        """
        if self.is_idle:
            return math.inf
        return self.last_message_at + (epoch_timeout_seconds if self.is_ready else start_timeout_seconds)

    def growth_bytes(self) -> int:
        """Return how much its memory has grown since its first trial."""
        resident = self.connection.resident_bytes()
        self._first_bytes = self._first_bytes or resident
        return resident - self._first_bytes

    def kill_hung(self) -> None:
        """Kill it because it sent no message in time; `receive` then returns None."""
        self.is_hung = True
        self.connection.kill()

    def close(self) -> None:
        """Close the connection, which ends an idle worker; a busy one is killed."""
        self.connection.close(is_idle=self.is_idle)

    def join(self) -> None:
        """Wait until it has ended, after `close`."""
        self.connection.join()


def program_key(assignment: Assignment) -> str:
    """Return a key of the program that a trial compiles, as far as it is known without the model.

    Trials with the same key differ in values of the program only, such as the dropout rate.
    """
    settings = assignment.training
    arguments = {name: value != 0 if "dropout" in name else value for name, value in assignment.model_arguments.items()}
    return f"{sorted(arguments.items())} {settings.batch_size} {settings.optimizer} {settings.loss}"
