"""What several objectives and limits compare of a trial, as Optuna stores it: values, constraints, and the Pareto front."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

from ..trial import TrialResult

if TYPE_CHECKING:
    from ..experiment.file import Experiment

_CONSTRAINT = "constraints"
"""The first word of Optuna's attribute of a constraint, which `FrozenTrial.constraints` reads."""


def values_of(result: TrialResult, experiment: "Experiment") -> list[float]:
    """Return the values of a result's objectives; none if it has no value."""
    if result.value is None:
        return []
    return [result.value, *(float(result.measures[objective.metric]) for objective in experiment.objectives[1:])]


def constraints_of(result: TrialResult, experiment: "Experiment") -> dict[str, float]:
    """Return how far a result is beyond each limit, by Optuna's attribute; at most 0 if it is within it.

    There is nothing for what is not known, such as a metric of a trial that was not trained.
    """
    return {f"{_CONSTRAINT}:{name}": over for name, over in experiment.violations(result.measures).items()}


def is_constraint_key(key: str) -> bool:
    """Return whether an attribute of Optuna's trial holds a constraint."""
    return key.startswith(f"{_CONSTRAINT}:")


def is_within_limits(trial: FrozenTrial) -> bool:
    """Return whether a trial is beyond no limit, as far as that is known."""
    return all(over <= 0 for over in trial.constraints.values())


def pareto_front(trials: Sequence[FrozenTrial], directions: Sequence[str]) -> list[int]:
    """Return the numbers of those COMPLETE trials within all limits that no other one of them is better than.

    A trial is better than another one if it is no worse by any objective, and better by one. `optuna.Study.best_trials` are the same trials;
    it copies all trials with their curves, which this does not, since it is called after each trial.

    Args:
        trials: The trials.
        directions: "minimize" or "maximize", of each objective.

    Returns:
        Numbers, the best by the first objective first.
    """
    compared = [trial for trial in trials if trial.state is OptunaState.COMPLETE and is_within_limits(trial)]
    if not compared:
        return []
    signs = np.array([-1.0 if direction == "maximize" else 1.0 for direction in directions])
    values = signs * np.array([trial.values for trial in compared], float)
    front: list[int] = []
    for place in np.lexsort([np.array([trial.number for trial in compared]), *values.T[::-1]]):  # none is worse than one after it
        found = values[front]
        if not ((found <= values[place]).all(axis=1) & (found < values[place]).any(axis=1)).any():
            front.append(place)
    return [compared[place].number for place in front]


def within_tolerance(ranked: Sequence[tuple[int, float]], tolerance: float, costs: Mapping[int, float]) -> list[tuple[int, float]]:
    """Return ranked trials with those first that are within a tolerance of the best one, in the order of another value.

    Args:
        ranked: Number and value of each trial, the best first, at least one.
        tolerance: The part of the best value that may be lost; 0 for equal values only.
        costs: The other value of each trial, the smaller the better.
    """
    best = ranked[0][1]
    accepted = [(number, value) for number, value in ranked if abs(value - best) <= tolerance * abs(best)]
    rest = [pair for pair in ranked if pair not in accepted]
    return [*sorted(accepted, key=lambda pair: costs[pair[0]]), *rest]
