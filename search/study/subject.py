"""The interface of what a study's trials are about: models of a data set, of which the best is registered, or a function."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from ..data.dataset import Dataset
from ..executors.base import Executor
from ..tracking.base import Tracker


class Subject(Protocol):
    """What the trials of a study that is run in this process are about."""

    @property
    def dataset(self) -> Dataset | None:
        """The data set; None if there is none."""
        ...

    @property
    def positive(self) -> Mapping[str, str]:
        """The positive class of each binary target, by output name."""
        ...

    @property
    def needs_workers(self) -> bool:
        """Whether workers have something to do although all trials have finished."""
        ...

    @property
    def needs_ending(self) -> bool:
        """Whether something else is missing although all trials have finished and the study was ended."""
        ...

    def load(self) -> None:
        """Load and check the data, while workers start.

        Raises:
            InputError: If they cannot be used.
        """
        ...

    def opened(self, executor: Executor) -> AbstractContextManager[None]:
        """Provide processes that work beside the trials, for a block."""
        ...

    def notes(self, n_trials: int) -> Iterator[str]:
        """Yield what the user should know before the first trial, one sentence each.

        Args:
            n_trials: Number of trials to finish in total.
        """
        ...

    def prepare(self) -> None:
        """Write what workers read before the first trial."""
        ...

    def load_again(self, *, is_new: bool) -> None:
        """Start the process that packages the champion, which loads the data of a new study a second time; nothing is waited for.

        Args:
            is_new: Whether no trial has finished.
        """
        ...

    def begin(self) -> None:
        """Check that the second time gave the same, if the data were loaded again, and start what is measured beside the trials.

        Raises:
            InputError: If it did not.
        """
        ...

    def train_last(self, executor: Executor) -> None:
        """Train what follows the last trial; called if it `needs_workers`.

        Args:
            executor: Its workers are ready.
        """
        ...

    def finish(self, tracker: Tracker) -> None:
        """Register the best model unless it is registered already, and write the report; there is a best trial.

        Args:
            tracker: Has the study's run.
        """
        ...
