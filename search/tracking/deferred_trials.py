"""Trials whose calls did not fit into a full queue; they are logged from the ledger once the store responds again."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import final

from ..trial import Assignment, TrialResult
from .base import Tracker


@dataclass
class _Deferred:
    """One trial.

    Attributes:
        assignment: The trial if its run is still to be created, else None.
        has_ended: Whether the trial's result is in the ledger.
    """

    assignment: Assignment | None = None
    has_ended: bool = False


@final
class DeferredTrials:
    """The deferred trials, in the order in which their calls were deferred. It is not thread-safe.

    Args:
        tracker: Logs the trials.
    """

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._trials: dict[int, _Deferred] = {}
        self.result_of: Callable[[int], TrialResult | None] = lambda _number: None

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._trials)

    def add_start(self, assignment: Assignment) -> None:
        """Defer the creation of a trial's run."""
        self._trials[assignment.number] = _Deferred(assignment)

    def add_end(self, number: int) -> None:
        """Defer the result of a trial."""
        self._trials.setdefault(number, _Deferred()).has_ended = True

    def clear(self) -> None:
        """Remove all of them."""
        self._trials.clear()

    def pop(self) -> Callable[[], object]:
        """Return the next call to make: the first trial's start, or its end."""
        number, trial = next(iter(self._trials.items()))
        assignment, trial.assignment = trial.assignment, None
        if assignment is None or not trial.has_ended:
            del self._trials[number]
        return partial(self._finish, number) if assignment is None else partial(self._tracker.start_trial, assignment)

    def _finish(self, number: int) -> None:
        result = self.result_of(number)
        if result is not None:
            self._tracker.finish_trial(result)
