"""Decides after each execution of a trial whether the trial can still become the best one, or stops.

A trial goes on if the mean of its executions is among the best of all trials that have as many, as in asynchronous successive
halving (Li et al. 2018, "A System for Massively Parallel Hyperparameter Tuning"), with executions in place of epochs; of equal means,
such as accuracies on few rows often are, the one with the smaller loss is the better. From the second execution on a trial also stops
if it is worse than the best one on the executions that both have, by a paired t test.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..experiment.file import ObjectiveSection
from ..spread import paired_t_test

REDUCTIONS = (6, 2)
"""Of this number of trials one goes on: after the first execution, and after each later one."""
SIGNIFICANCE = 0.1
"""A trial stops if the probability of so large a difference between equal trials is smaller."""


class Measured(NamedTuple):
    """What counts of one execution.

    Attributes:
        value: The objective's value.
        loss: ``val_loss`` at the same epoch.
    """

    value: float
    loss: float


def measured(scores: Mapping[int, Sequence[tuple[float, float]]]) -> dict[int, list[Measured]]:
    """Return what counts of the executions of each trial, given value and loss of each; values of equal counts of rows are equal."""
    return {number: [Measured(float(f"{value:.6g}"), loss) for value, loss in of_trial] for number, of_trial in scores.items()}


def goes_on(number: int, trials: Mapping[int, Sequence[Measured]], objective: ObjectiveSection, n_executions: int) -> bool:
    """Return whether a trial goes on with its next execution.

    Args:
        number: The trial's number.
        trials: The executions of each trial, of this one at least one.
        objective: The objective.
        n_executions: Number of executions of a trial that is not stopped.
    """
    own, sign = trials[number], 1 if objective.direction == "maximize" else -1
    means = {trial: _mean(other[: len(own)]) for trial, other in trials.items() if len(other) >= len(own)}
    places = {trial: (-sign * mean.value, mean.loss, trial) for trial, mean in means.items()}
    n_before = sum(place < places[number] for place in places.values())
    if n_before >= math.ceil(len(means) / REDUCTIONS[min(len(own), len(REDUCTIONS)) - 1]):
        return False
    if len(own) == 1:
        return True
    whole = [other for trial, other in trials.items() if trial != number and len(other) >= n_executions]
    if not whole:
        return True
    best = max(whole, key=lambda other: sign * _mean(other).value)
    return not is_worse([sign * (mine.value - of_best.value) for mine, of_best in zip(own, best, strict=False)])


def _mean(executions: Sequence[Measured]) -> Measured:
    return Measured(*(statistics.fmean(numbers) for numbers in zip(*executions, strict=True)))


def is_worse(differences: Sequence[float]) -> bool:
    """Return whether paired differences are below 0 by more than chance, by a one-sided t test.

    Args:
        differences: How much better one trial is on each execution, at least two.
    """
    mean, lower_tail = paired_t_test(differences)
    return mean < 0 and lower_tail < SIGNIFICANCE
