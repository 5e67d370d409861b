"""Asynchronous successive halving that promotes (Li et al. 2018, "A System for Massively Parallel Hyperparameter Tuning", algorithm 2)."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from optuna.study import StudyDirection
from optuna.trial import FrozenTrial

from .base import PausingPruner

if TYPE_CHECKING:
    from optuna.study import Study


class AshaPruner(PausingPruner):
    """Pauses trials at rungs, and lets those continue that are among the best of all that have reached their rung.

    A trial that is among the best when it reaches a rung goes on at once. A paused one continues as soon as others that do worse have
    reached its rung, before new trials start, so that no rung has to wait for trials that run.

    Args:
        n_epochs: The largest number of epochs of the space; rungs are before.
        min_epochs: The epoch of the first rung.
        reduction_factor: Factor between rungs, and trials of which one continues.
    """

    def __init__(self, n_epochs: int, min_epochs: int, reduction_factor: int) -> None:
        self._factor = reduction_factor
        self.rungs = tuple(_rungs(min_epochs, reduction_factor, n_epochs))

    def prune(self, study: "Study", trial: FrozenTrial) -> bool:
        """Return whether a trial is paused at its last epoch."""
        epoch = trial.last_step
        return epoch in self.rungs and trial.number not in self._best(study, epoch)

    def promote(self, study: "Study", paused: Mapping[int, int]) -> int | None:
        """Return the best trial of the last rung that has one to continue."""
        for rung in reversed(self.rungs):
            if rung in paused.values():
                promoted = next((number for number in self._best(study, rung) if paused.get(number) == rung), None)
                if promoted is not None:
                    return promoted
        return None

    def _best(self, study: "Study", rung: int) -> list[int]:
        """Return the trials that continue from a rung, one in ``reduction_factor`` of those that have reached it, the best first."""
        sign = 1 if study.direction is StudyDirection.MINIMIZE else -1
        reached = (trial for trial in study.get_trials(deepcopy=False) if rung in trial.intermediate_values)
        values = {trial.number: min(_until(trial.intermediate_values, rung, sign)) for trial in reached}
        return sorted(values, key=lambda number: (values[number], number))[: len(values) // self._factor]


def _rungs(first: int, factor: int, n_epochs: int) -> Iterator[int]:
    rung = first
    while rung < n_epochs:
        yield rung
        rung *= factor


def _until(values: Mapping[int, float], epoch: int, sign: int) -> list[float]:
    return [sign * value for of, value in values.items() if of <= epoch]
