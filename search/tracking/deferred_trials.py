"""Trials whose calls did not fit into a full queue; they are logged from the ledger once the store responds again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
        params: Hyperparameters that it has got in its course, as text by name.
        tags: Tags that it has got in its course.
    """

    assignment: Assignment | None = None
    has_ended: bool = False
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to log."""
        return self.assignment is None and not self.has_ended and not self.params and not self.tags


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

    def add_facts(self, number: int, params: Mapping[str, str], tags: Mapping[str, str]) -> None:
        """Defer hyperparameters and tags that a trial has got in its course."""
        trial = self._trials.setdefault(number, _Deferred())
        trial.params |= params
        trial.tags |= tags

    def add_end(self, number: int) -> None:
        """Defer the result of a trial."""
        self._trials.setdefault(number, _Deferred()).has_ended = True

    def clear(self) -> None:
        """Remove all of them."""
        self._trials.clear()

    def pop(self) -> Callable[[], object]:
        """Return the next call to make: the first trial's start, what it has got in its course, or its end."""
        number, trial = next(iter(self._trials.items()))
        call = self._next(number, trial)
        if trial.is_empty:
            del self._trials[number]
        return call

    def _next(self, number: int, trial: _Deferred) -> Callable[[], object]:
        if trial.assignment is not None:
            assignment, trial.assignment = trial.assignment, None
            return partial(self._tracker.start_trial, assignment)
        if trial.params or trial.tags:
            params, tags, trial.params, trial.tags = trial.params, trial.tags, {}, {}
            return partial(self._tracker.log_facts, number, params, tags)
        trial.has_ended = False
        return partial(self._finish, number)

    def _finish(self, number: int) -> None:
        result = self.result_of(number)
        if result is not None:
            self._tracker.finish_trial(result)
