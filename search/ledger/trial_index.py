"""How a study stands: which trials run, wait or have finished, and which are the best.

It is kept up to date by notes of single trials, so that a coordinator that is alone need not count all of them for each;
`refresh` learns from all of them what others have done.
"""

import heapq
from collections.abc import Iterable

from optuna.study import StudyDirection
from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

from ..trial import TrialState
from .record import ATTRIBUTE


class TrialIndex:
    """Counts trials, each once, and keeps the best.

    Args:
        direction: Whether a large or a small value is good.

    Attributes:
        waiting: Numbers of those that were put back.
    """

    def __init__(self, direction: StudyDirection) -> None:
        self._sign = -1 if direction is StudyDirection.MAXIMIZE else 1
        self._best_rank: tuple[float, float, int] | None = None  # what sorts before others: value, time, number
        self._finished: set[int] = set()
        self._running: set[int] = set()
        self.waiting: set[int] = set()

    @property
    def n_finished(self) -> int:
        """Number of trials that ended by themselves."""
        return len(self._finished)

    @property
    def n_started(self) -> int:
        """Number of trials that run, or have ended by themselves."""
        return len(self._finished) + len(self._running)

    @property
    def best(self) -> tuple[int, float] | None:
        """Number and value of the best COMPLETE trial, the one that finished first where values are equal."""
        return None if self._best_rank is None else (self._best_rank[2], self._sign * self._best_rank[0])

    def ranking(self, trials: Iterable[FrozenTrial], length: int) -> list[tuple[int, float]]:
        """Number and value of the best COMPLETE trials, the best first.

        Args:
            trials: Those to rank.
            length: How many at most.
        """
        best = self.best
        valued = [(t.number, t.value) for t in trials if t.state is OptunaState.COMPLETE and t.value is not None]
        return heapq.nsmallest(length, valued, key=lambda trial: (self._sign * trial[1], (trial[0], trial[1]) != best, trial[0]))

    def add_running(self, number: int) -> None:
        """Note that a trial runs."""
        self.waiting.discard(number)
        self._running.add(number)

    def add_waiting(self, number: int) -> None:
        """Note that a trial waits to be given out again."""
        self._running.discard(number)
        self.waiting.add(number)

    def add_finished(self, number: int, state: TrialState, value: float | None, finished: float) -> bool:
        """Note that a trial has ended by itself.

        Args:
            number: The trial.
            state: How it ended.
            value: The objective's value; None if there is none.
            finished: When, in seconds since 1970.

        Returns:
            Whether it is the best so far.
        """
        self._running.discard(number)
        self._finished.add(number)
        if state is not TrialState.COMPLETE or value is None:
            return False
        rank = (self._sign * value, finished, number)
        if self._best_rank is not None and self._best_rank <= rank:
            return False
        self._best_rank = rank
        return True

    def refresh(self, trials: Iterable[FrozenTrial]) -> None:
        """Learn how all trials stand.

        Args:
            trials: All of the study.
        """
        self._running, self.waiting = set(), set()
        for trial in trials:
            if trial.state is OptunaState.RUNNING:
                self._running.add(trial.number)
            elif trial.state is OptunaState.WAITING:
                self.waiting.add(trial.number)
            elif trial.number not in self._finished and ATTRIBUTE in trial.user_attrs:
                written = trial.user_attrs[ATTRIBUTE]
                self.add_finished(trial.number, TrialState(written["state"]), written["value"], written["finished"])
