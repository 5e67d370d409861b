"""What the coordinator and a worker say to each other, through a pipe or across a cluster.

The worker says `WorkerStarted` and `WorkerReady` once, then for each assignment any number of `EpochReports` and one result. After the epoch of a trial
that can be pruned it waits for a bool: whether to go on; only one trial waits at a time. A closed pipe ends the worker.
"""

from dataclasses import dataclass, field
from typing import Any

from ..errors import InputError
from ..experiment.file import Experiment
from ..trial import EpochReport
from .trial_files import FileContents


@dataclass(frozen=True)
class WorkerSetup:
    """The first thing a worker is told.

    Attributes:
        experiment: The experiment.
        arrays: Folder of the training arrays.
        path: The coordinator's ``sys.path``, so that the same references resolve.
    """

    experiment: Experiment
    arrays: str
    path: list[str]


@dataclass(frozen=True)
class CheckBuilder:
    """The arrays are there: check the builder against them and say WorkerReady."""


@dataclass(frozen=True)
class WorkerReady:
    """The worker has imported its backend and checked the builder.

    Attributes:
        error: What the user must mend; None if all is well.
        capacity: How many trials it trains at once. Defaults to 1.
        device_bytes: Memory of its GPU that it may take; 0 on a CPU, or if that is not known. Defaults to 0.
    """

    error: InputError | None = None
    capacity: int = 1
    device_bytes: int = 0


@dataclass(frozen=True)
class EpochReports:
    """What was trained since the last message.

    Attributes:
        reports: One for each epoch, in order; the last is of the trial that waits for an answer, if it does.
    """

    reports: tuple[EpochReport, ...]


@dataclass(frozen=True)
class WorkerStarted:
    """The worker runs; perhaps it is yet to import its backend.

    Attributes:
        host: The machine's name, where there are several. Defaults to empty.
    """

    host: str = ""


@dataclass(frozen=True)
class MessageWithFiles:
    """A message between machines that share no disk, with files.

    Attributes:
        message: Any other message, an assignment or a result.
        files: What is to be written before the message is read. Defaults to nothing.
        resident_bytes: The worker's memory, where a result is the message. Defaults to 0.
    """

    message: Any
    files: FileContents = field(default_factory=dict, repr=False)
    resident_bytes: int = 0
