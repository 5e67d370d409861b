"""Asynchronous successive halving (Li et al. 2018) that spares a trial which may still become the best one."""

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from optuna.pruners import BasePruner
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState

if TYPE_CHECKING:
    from optuna.study import Study

MIN_COMPLETE = 4
"""Complete trials whose gains tell what another may gain."""


class _Curve(NamedTuple):
    """The values of a trial, the smaller the better.

    Attributes:
        by_epoch: The value of each epoch.
        end: The value at the end; None unless the trial is complete.
    """

    by_epoch: dict[int, float]
    end: float | None

    def best_until(self, epoch: int) -> float:
        """Return the best value until an epoch."""
        return min(value for of, value in self.by_epoch.items() if of <= epoch)


class HalvingPruner(BasePruner):
    """Lets one in some trials continue at each rung, by its best value so far, and spares those that may still become the best.

    A trial is spared until the next rung if it would be the best one by gaining, until its end, what a part of the complete trials have
    gained since this epoch. Where early values tell little about the last ones, as among good trials, gains vary, and more are spared.

    Args:
        min_epochs: The epoch of the first rung.
        reduction_factor: Factor between rungs, and trials of which one continues.
        bootstrap_count: Trials that must reach a rung before one continues.
        spared_quantile: The part of the complete trials; 0 spares none.
    """

    def __init__(self, min_epochs: int, reduction_factor: int, bootstrap_count: int, spared_quantile: float) -> None:
        self._min_epochs = min_epochs
        self._factor = reduction_factor
        self._n_bootstrap = bootstrap_count
        self._quantile = spared_quantile

    def prune(self, study: "Study", trial: FrozenTrial) -> bool:
        """Return whether a trial ends at its last epoch."""
        epoch, sign = trial.last_step, -1 if study.direction is StudyDirection.MAXIMIZE else 1
        if epoch is None or not self._is_rung(epoch):
            return False
        own = _curve(trial, sign)
        curves = [_curve(other, sign) for other in study.get_trials(deepcopy=False) if other.number != trial.number]
        return not self._continues(own, curves, epoch) and not self._is_spared(own, curves, epoch)

    def _is_rung(self, epoch: int) -> bool:
        rung = self._min_epochs
        while rung < epoch:
            rung *= self._factor
        return rung == epoch

    def _continues(self, own: _Curve, curves: list[_Curve], epoch: int) -> bool:
        values = sorted([own.best_until(epoch), *(curve.best_until(epoch) for curve in curves if epoch in curve.by_epoch)])
        return len(values) > self._n_bootstrap and own.best_until(epoch) <= values[max(len(values) // self._factor, 1) - 1]

    def _is_spared(self, own: _Curve, curves: list[_Curve], epoch: int) -> bool:
        ends = [(curve.best_until(epoch), curve.end) for curve in curves if curve.end is not None and epoch in curve.by_epoch]
        if len(ends) < MIN_COMPLETE or self._quantile == 0:
            return False
        gains = [end - then for then, end in ends]
        best = min(curve.end for curve in curves if curve.end is not None)  # also one that has ended before this epoch
        return bool(own.best_until(epoch) + np.quantile(gains, self._quantile) <= best)


def _curve(trial: FrozenTrial, sign: int) -> _Curve:
    by_epoch = {epoch: sign * value for epoch, value in trial.intermediate_values.items()}
    is_complete = trial.state is TrialState.COMPLETE and trial.value is not None and math.isfinite(trial.value)
    return _Curve(by_epoch, sign * trial.value if is_complete and trial.value is not None else None)
