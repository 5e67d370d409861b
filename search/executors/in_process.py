"""Trains in this process, one trial at a time: a failing trial ends the run with its own traceback, for debugging."""

import functools
import os
from collections.abc import Callable
from pathlib import Path

from ..data.arrays import TrainingArrays
from ..experiment.file import Experiment
from ..training.context import TrainingContext
from ..trial import Assignment, Report, TrialResult
from .devices import Share


class InProcessExecutor:
    """Trains a submitted trial when it is waited for."""

    def __init__(self) -> None:
        self._waiting: list[Assignment] = []
        self._check: Callable[[], None]
        self._train: Callable[[Assignment, Report], TrialResult]

    @property
    def n_workers(self) -> int:
        """One."""
        return 1

    @property
    def n_free(self) -> int:
        """One, unless a trial is waiting."""
        return 1 - len(self._waiting)

    def start(self, experiment: Experiment, arrays: Path) -> None:
        """Note what is to be trained."""

        @functools.cache
        def load() -> TrainingContext:
            return TrainingContext(experiment, TrainingArrays.load(arrays))

        def check() -> None:
            for name, value in Share("gpu", "0", 1).memory.items():
                os.environ.setdefault(name, value)
            from ..training.preflight import check_builder

            check_builder(load())

        def train(assignment: Assignment, report: Report) -> TrialResult:
            from ..training.run import train_or_raise

            return train_or_raise(load(), assignment, report)

        self._check, self._train = check, train

    def check(self) -> None:
        """Check the model builder."""
        self._check()

    def submit(self, assignment: Assignment) -> None:
        """Take a trial."""
        self._waiting.append(assignment)

    def wait(self, report: Report) -> list[TrialResult]:
        """Train the waiting trial."""
        return [self._train(self._waiting.pop(), report)]

    def wake(self) -> None:
        """Do nothing: the trial's next report is soon enough."""

    def close(self) -> None:
        """Drop the waiting trial."""
        self._waiting.clear()
