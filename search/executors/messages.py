"""What the coordinator and a worker process say to each other through their pipe.

The worker says `Ready` once, then for each assignment any number of `Epochs` and one result. After the epoch of a trial
that can be pruned it waits for a bool: whether to go on; while it does, no other assignment is sent. A closed pipe ends
the worker.
"""

from dataclasses import dataclass

from ..errors import InputError
from ..experiment import Experiment
from ..trial import EpochReport


@dataclass(frozen=True)
class Start:
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
class Check:
    """The arrays are there: check the builder against them and say Ready."""


@dataclass(frozen=True)
class Ready:
    """The worker has imported its backend and checked the builder.

    Attributes:
        error: What the user must mend; None if all is well.
    """

    error: InputError | None = None


@dataclass(frozen=True)
class Epochs:
    """What was trained since the last message.

    Attributes:
        reports: One for each epoch, in order.
    """

    reports: tuple[EpochReport, ...]
