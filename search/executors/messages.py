"""The messages between the coordinator and a worker, through a pipe or across a cluster.

The worker sends `WorkerStarted` and `WorkerReady` once, then for each assignment any number of `ProgressReports` and one result.
After each epoch of a trial that can be pruned, and after each of several executions, the worker waits for a bool: whether the trial
goes on; other trials go on until `StopTrial` comes. After a `Suggestion` it waits for the value. Only one trial waits at a time. When its
pipe is closed, the worker ends.
"""

from dataclasses import dataclass, field
from typing import Any

from ..errors import InputError
from ..experiment.file import Experiment
from ..experiment.kept_modules import KeptModule
from ..trial import Assignment, EpochReport, Progress
from .trial_files import FileContents


@dataclass(frozen=True)
class WorkerSetup:
    """The first message to a worker process.

    Attributes:
        experiment: The experiment.
        arrays: Folder of the training arrays.
        path: The coordinator's ``sys.path``, so that the same references resolve.
        modules: The user's modules, as they were when the search started. Defaults to none, which imports them as they are.
    """

    experiment: Experiment
    arrays: str
    path: list[str]
    modules: tuple[KeptModule, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class CheckBuilder:
    """The arrays are complete: check the builder against them and send `WorkerReady`."""


@dataclass(frozen=True)
class StopTrial:
    """A trial that does not wait for replies ends at its next epoch.

    Attributes:
        number: The trial's number.
    """

    number: int


@dataclass(frozen=True)
class WorkerStarted:
    """The worker runs; it may still have to import its backend.

    Attributes:
        host: The machine's name on a cluster. Defaults to empty.
    """

    host: str = ""


@dataclass(frozen=True)
class WorkerReady:
    """The worker has imported its backend and checked the builder.

    Attributes:
        error: The user's mistake that the check found; None if there is none. Defaults to None.
        capacity: Number of trials that it trains at once. Defaults to 1.
        device_bytes: GPU memory that it may take; 0 on a CPU, or if it is unknown. Defaults to 0.
        notes: What the user should know about the model, one sentence each. Defaults to none.
    """

    error: InputError | None = None
    capacity: int = 1
    device_bytes: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProgressReports:
    """The epochs and executions that have ended since the last message, and what a function asks for.

    Attributes:
        reports: One for each, in order; if a trial waits for the reply, the last one is of that trial.
    """

    reports: tuple[Progress, ...]


def awaits_reply(report: Progress, assignment: Assignment) -> bool:
    """Return whether a trial waits, after a report, for the decision whether it goes on, or for a value."""
    return not isinstance(report, EpochReport) or (assignment.is_prunable and report.execution == 0)


@dataclass(frozen=True)
class MessageWithFiles:
    """A message between machines that share no disk, with the contents of its files.

    Attributes:
        message: An assignment, a result or any other message.
        files: Files to write before the message is handled. Defaults to none.
        resident_bytes: The worker's memory, if the message is a result. Defaults to 0.
    """

    message: Any
    files: FileContents = field(default_factory=dict, repr=False)
    resident_bytes: int = 0
