"""The socket of executors: they take assignments and give back results."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from ..experiment.file import Experiment
from ..python_process import Process
from ..trial import Assignment, Report, TrialResult


class Executor(Protocol):
    """Trains trials somewhere."""

    def start(self, experiment: Experiment, arrays: Path) -> None:
        """Begin to make ready, without waiting.

        Args:
            experiment: The experiment.
            arrays: Folder that `TrainingArrays.load` will read, once `check` is called.
        """
        ...

    def check(self) -> None:
        """Check the model builder against the experiment and the arrays, and wait until a trial can be trained.

        Raises:
            InputError: If the builder's reference or its arguments are wrong.
            WorkerError: If no worker can be started.
        """
        ...

    @property
    def n_workers(self) -> int:
        """How many processes train; each may train several trials at once."""
        ...

    @property
    def n_free(self) -> int:
        """How many more assignments can be trained at once now."""
        ...

    def submit(self, assignment: Assignment) -> None:
        """Take one assignment; only while ``n_free`` is above 0."""
        ...

    def wait(self, report: Report) -> list[TrialResult]:
        """Wait until a submitted trial has ended, more trials can be submitted, or `wake` is called.

        Args:
            report: Called here with each epoch of any running trial; its answer ends or continues that trial.

        Returns:
            The results that came. A trial whose worker died or hung is FAILED with `Failure.LOST` or `Failure.HUNG`; the
            same trial may be submitted again.
        """
        ...

    def wake(self) -> None:
        """Have a `wait` that is under way return at once; may be called from a signal handler."""
        ...

    def start_process(self, entry: str, environment: Mapping[str, str], name: str) -> Process:
        """Start a process on the coordinator's machine that has the backend imported already, if the executor can fork one.

        Args:
            entry: The function that the process calls with a pipe, "package.module:function".
            environment: Environment variables beside those of this process.
            name: Name of its log.
        """
        ...

    def close(self) -> None:
        """End everything that was started; trials that still run are dropped."""
        ...
