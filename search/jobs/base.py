"""The interface of what a worker does for the trials of an experiment."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from ..trial import Assignment, Report, TrialResult

if TYPE_CHECKING:
    from ..data.arrays import TrainingArrays

Load = Callable[[], "list[TrainingArrays]"]
"""Loads the arrays of each fold (`search.jobs.load_arrays`)."""


class Job(Protocol):
    """Trains the trials of one experiment in this process."""

    def prepare(self, memory_fraction: float | None) -> None:
        """Import what trials need; the data may not be there yet.

        Args:
            memory_fraction: The part of its GPU's memory that this process may take; None for all.
        """
        ...

    def check(self, load: Load) -> tuple[str, ...]:
        """Load the data, and check what trials call; called once, before the first trial.

        Args:
            load: Loads the arrays.

        Returns:
            What the user should know, one sentence each.

        Raises:
            InputError: If what the experiment names cannot be used.
        """
        ...

    @property
    def capacity(self) -> int:
        """Number of trials that are trained at once, on a thread each."""
        ...

    @property
    def device_bytes(self) -> int:
        """GPU memory that this process may take; 0 on a CPU, or if it is unknown."""
        ...

    @property
    def peak_bytes(self) -> int:
        """Largest GPU memory that this process has allocated so far; 0 on a CPU, or if it is unknown."""
        ...

    def trial(self) -> AbstractContextManager[None]:
        """Let this thread train during a block; of several threads one runs at a time."""
        ...

    def train(self, assignment: Assignment, report: Report, *, raises: bool = False) -> TrialResult:
        """Train a trial.

        Args:
            assignment: The trial.
            report: Called with its progress; what it raises is raised here.
            raises: Whether an exception of the user's code is raised with its own traceback, and does not make the trial FAILED. Defaults to
                False.
        """
        ...
