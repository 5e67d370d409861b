"""Tracks which trials of a study run, wait or have finished, and which is the best.

A single coordinator updates the index trial by trial, without reading all trials; `refresh` reads all of them, those of
other coordinators too.
"""

import heapq
import math
from collections.abc import Callable, Iterable

from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

from ..experiment.directions import Direction
from ..trial import TrialState
from .record import ATTRIBUTE, PAUSED, Cost, cost_of, is_paused


class TrialIndex:
    """Index of a study's trials by state.

    Args:
        direction: Whether large or small scores are better.
        score: Returns the score of a finished trial, by which trials are ranked; None if it has none.
        is_reproducible: Whether of equal trials the one with the smaller number is the best, and not the first to finish. Defaults to False.

    Attributes:
        waiting: Numbers of the requeued trials.
        paused: The time since when each paused trial is paused, in seconds since 1970, by its number.
    """

    def __init__(self, direction: Direction, score: Callable[[FrozenTrial], float | None], *, is_reproducible: bool = False) -> None:
        self._is_reproducible = is_reproducible
        self._sign = -1 if direction == "maximize" else 1
        self._score = score
        self._best_rank: tuple[float, float, int] | None = None  # signed score, time of the end, number
        self._finished: dict[int, float] = {}  # time of the end
        self._costs: dict[int, Cost] = {}  # of finished trials, and of those that were paused
        self._running: set[int] = set()
        self.waiting: set[int] = set()
        self.paused: dict[int, float] = {}

    @property
    def n_finished(self) -> int:
        """Number of COMPLETE, PRUNED and FAILED trials."""
        return len(self._finished)

    @property
    def n_epochs(self) -> int:
        """Number of epochs of all finished and paused trials."""
        return sum(cost.n_epochs for cost in self._costs.values())

    @property
    def seconds(self) -> float:
        """Time that all finished and paused trials took on workers."""
        return sum(cost.seconds for cost in self._costs.values())

    @property
    def n_started(self) -> int:
        """Number of running and finished trials."""
        return len(self._finished) + len(self._running)

    @property
    def n_begun(self) -> int:
        """Number of running, paused and finished trials."""
        return self.n_started + len(self.paused)

    @property
    def paused_epochs(self) -> dict[int, int]:
        """The epochs that each paused trial has been trained, by its number."""
        return {number: self._costs[number].n_epochs for number in self.paused}

    @property
    def best(self) -> tuple[int, float] | None:
        """Number and score of the best COMPLETE trial, of equal ones the first to finish, or of the smaller number; None if there is none."""
        return None if self._best_rank is None else (self._best_rank[2], self._sign * self._best_rank[0])

    @property
    def n_since_best(self) -> int:
        """Number of trials that have finished or were paused after the best one; all if there is none."""
        since = self._finished[self.best[0]] if self.best else -math.inf
        return sum(time > since for time in (*self._finished.values(), *self.paused.values()))

    def ranking(self, trials: Iterable[FrozenTrial], length: int) -> list[tuple[int, float]]:
        """Rank the best COMPLETE trials.

        Args:
            trials: All trials of the study.
            length: Largest number of trials to return.

        Returns:
            Number and score of each, the best first.
        """
        scores = ((trial.number, self._score(trial)) for trial in trials if trial.state is OptunaState.COMPLETE)
        scored = [(number, score) for number, score in scores if score is not None]
        return heapq.nsmallest(length, scored, key=lambda trial: (self._sign * trial[1], trial != self.best, trial[0]))

    def add_running(self, number: int) -> None:
        """Add a running trial."""
        self.waiting.discard(number)
        self.paused.pop(number, None)
        self._running.add(number)

    def add_waiting(self, number: int) -> None:
        """Move a running trial to the waiting ones."""
        self._running.discard(number)
        self.waiting.add(number)

    def add_paused(self, number: int, paused: float, cost: Cost) -> None:
        """Move a running trial to the paused ones, given the time and what it took so far."""
        self._running.discard(number)
        self.paused[number] = paused
        self._costs[number] = cost

    def add_finished(self, number: int, state: TrialState, score: float | None, finished: float, cost: Cost) -> bool:
        """Add a finished trial.

        Args:
            number: The trial's number.
            state: COMPLETE, PRUNED or FAILED.
            score: The value of the metric that decides which trial is the best one; None if there is none.
            finished: Time of the end, in seconds since 1970.
            cost: What it took.

        Returns:
            Whether the trial is the best so far.
        """
        self._running.discard(number)
        self.paused.pop(number, None)
        self._finished[number] = finished
        self._costs[number] = cost
        if state is not TrialState.COMPLETE or score is None:
            return False
        rank = (self._sign * score, 0.0 if self._is_reproducible else finished, number)
        if self._best_rank is not None and self._best_rank <= rank:
            return False
        self._best_rank = rank
        return True

    def refresh(self, trials: Iterable[FrozenTrial]) -> None:
        """Update the index from all trials.

        Args:
            trials: All trials of the study.
        """
        self._running, self.waiting, self.paused = set(), set(), {}
        for trial in trials:
            if trial.state is OptunaState.RUNNING:
                self._running.add(trial.number)
            elif is_paused(trial):
                self.add_paused(trial.number, trial.user_attrs[PAUSED]["finished"], cost_of(trial))
            elif trial.state is OptunaState.WAITING:
                self.waiting.add(trial.number)
            elif trial.number not in self._finished and ATTRIBUTE in trial.user_attrs:
                written = trial.user_attrs[ATTRIBUTE]
                self.add_finished(trial.number, TrialState(written["state"]), self._score(trial), written["finished"], cost_of(trial))
