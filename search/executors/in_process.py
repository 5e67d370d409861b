"""Trains in this process, one trial at a time, for debugging: an error in a trial ends the run with its traceback."""

import functools
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from ..experiment.file import Experiment
from ..jobs import job_of, load_arrays
from ..python_process import Process, PythonProcess
from ..trial import Assignment, Report, TrialResult
from .device_share import DeviceShare


class InProcessExecutor:
    """Trains a submitted trial during `wait`."""

    def __init__(self) -> None:
        self._submitted: list[Assignment] = []
        self._check: Callable[[], tuple[str, ...]]
        self._train: Callable[[Assignment, Report], TrialResult]

    @property
    def n_workers(self) -> int:
        """Always 1."""
        return 1

    @property
    def n_free(self) -> int:
        """1, or 0 while a submitted trial is not trained yet."""
        return 1 - len(self._submitted)

    def start(self, experiment: Experiment, arrays: Path) -> None:
        """Store the experiment; nothing is imported or loaded yet."""
        job = job_of(experiment)

        @functools.cache
        def check() -> tuple[str, ...]:
            for name, value in DeviceShare("gpu", "0", 1).memory_environment.items():
                os.environ.setdefault(name, value)
            return job.check(lambda: load_arrays(experiment, arrays))

        def train(assignment: Assignment, report: Report) -> TrialResult:
            check()
            return job.train(assignment, report, raises=True)

        self._check, self._train = check, train

    def check(self, on_wait: Callable[[str], None] = lambda _text: None) -> tuple[str, ...]:
        """Check the model builder; see `Executor.check`."""
        return self._check()

    def submit(self, assignment: Assignment) -> None:
        """Store a trial until `wait`."""
        self._submitted.append(assignment)

    def wait(self, report: Report) -> list[TrialResult]:
        """Train the submitted trial."""
        return [self._train(self._submitted.pop(), report)]

    def wake(self) -> None:
        """Do nothing: the trial's next report interrupts it."""

    def start_process(self, entry: str, environment: Mapping[str, str], name: str) -> Process:
        """Start a process from nothing."""
        return PythonProcess(entry, environment)

    def close(self) -> None:
        """Drop the submitted trial."""
        self._submitted.clear()
