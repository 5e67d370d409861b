"""Decides after each execution of a trial whether the trial can still become the best one, or stops.

A trial goes on if the mean of its executions is among the best of all trials that have as many, as in asynchronous successive
halving (Li et al. 2018, "A System for Massively Parallel Hyperparameter Tuning"), with executions in place of epochs. From the
second execution on it also stops if it is worse than the best trial on the executions that both have, by a paired t test.
"""

import math
import statistics
from collections.abc import Mapping, Sequence

from ..experiment.sections import ObjectiveSection

REDUCTIONS = (6, 2)
"""Of this number of trials one goes on: after the first execution, and after each later one."""
SIGNIFICANCE = 0.1
"""A trial stops if the probability of so large a difference between equal trials is smaller."""


def goes_on(number: int, values: Mapping[int, Sequence[float]], objective: ObjectiveSection, n_executions: int) -> bool:
    """Return whether a trial goes on with its next execution.

    Args:
        number: The trial's number.
        values: The values of the executions of each trial, of this one at least one.
        objective: The objective.
        n_executions: Number of executions of a trial that is not stopped.
    """
    own = values[number]
    means = {trial: statistics.fmean(other[: len(own)]) for trial, other in values.items() if len(other) >= len(own)}
    mean = means[number]
    n_before = sum(objective.is_better(other, mean) or (other == mean and trial < number) for trial, other in means.items())
    if n_before >= math.ceil(len(means) / REDUCTIONS[min(len(own), len(REDUCTIONS)) - 1]):
        return False
    if len(own) == 1:
        return True
    whole = [other for trial, other in values.items() if trial != number and len(other) >= n_executions]
    if not whole:
        return True
    best = (max if objective.direction == "maximize" else min)(whole, key=statistics.fmean)
    sign = 1 if objective.direction == "maximize" else -1
    return not is_worse([sign * (mine - of_best) for mine, of_best in zip(own, best, strict=False)])


def is_worse(differences: Sequence[float]) -> bool:
    """Return whether paired differences are below 0 by more than chance, by a one-sided t test.

    Args:
        differences: How much better one trial is on each execution, at least two.
    """
    mean, error = statistics.fmean(differences), statistics.stdev(differences) / math.sqrt(len(differences))
    if error == 0 or mean >= 0:
        return mean < 0
    from scipy.special import stdtr

    return bool(stdtr(len(differences) - 1, mean / error) < SIGNIFICANCE)
