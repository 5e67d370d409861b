"""The past trials of a study, whichever sampler proposed them."""

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from optuna.trial import FrozenTrial, TrialState

from ..experiment.search_space import SearchSpace
from .axes import to_axes

if TYPE_CHECKING:
    from optuna.study import Study


def all_trials(study: "Study") -> list[FrozenTrial]:
    """Return every trial of the study, in the order of their numbers.

    Under Hyperband, Optuna gives samplers a study whose ``get_trials`` hides the trials of other brackets; only the
    storage shows all (https://github.com/optuna/optuna/issues/2327).
    """
    return study._storage.get_all_trials(study._study_id, deepcopy=False)


def past_trials(study: "Study", excluding: int | None = None) -> Iterator[tuple[FrozenTrial, dict[str, Any]]]:
    """Yield all trials with their hyperparameters, including those that wait for a retry.

    Args:
        study: The study.
        excluding: Number of a trial to leave out, the one that is being proposed. Defaults to none.

    Yields:
        A trial and its hyperparameters; some are missing if the process was killed during `Study.ask`.
    """
    for trial in all_trials(study):
        if trial.number != excluding:
            yield trial, trial.params


class Estimate(NamedTuple):
    """What is known of the value that a trial would have had at its end.

    Attributes:
        value: The expected value.
        variance: Its variance; 0 for a complete trial, infinite if no complete trials tell.
    """

    value: float
    variance: float


def estimate(trial: FrozenTrial, complete: Sequence[FrozenTrial]) -> Estimate | None:
    """Return the value of a trial as it is comparable with that of a complete one; None if it has none.

    A trial that was stopped after some epochs or executions has the value that it had then: complete trials have gained, on average, a
    known difference from there to their end, such as that between the first fold and the mean of all, which is added.

    Args:
        trial: A finished trial.
        complete: The complete trials of the study.
    """
    if trial.value is None or not math.isfinite(trial.value):
        return None
    step = trial.last_step
    if trial.state is not TrialState.PRUNED or step is None:
        return Estimate(float(trial.value), 0.0)
    differences = (of.value - of.intermediate_values[step] for of in complete if of.value is not None and step in of.intermediate_values)
    gains = np.array([difference for difference in differences if math.isfinite(difference)])
    variance = float(gains.var(ddof=1)) if len(gains) > 1 else math.inf
    return Estimate(float(trial.value) + (float(gains.mean()) if len(gains) else 0.0), variance)


def n_tried(study: "Study", space: SearchSpace) -> int:
    """Return the number of combinations of a finite space that were proposed."""
    axes = to_axes(space)
    complete = (params for _, params in past_trials(study) if space.is_complete(params))
    return len({tuple(axis.index(params[axis.name]) if axis.name in params else None for axis in axes) for params in complete})


def n_proposed(study: "Study", number: int) -> int:
    """Return the number of trials before one, without those that were enqueued or imported."""
    before = (trial for trial in all_trials(study) if trial.number < number)
    return sum("fixed_params" not in trial.system_attrs and "imported" not in trial.user_attrs for trial in before)


def has_waiting(study: "Study") -> bool:
    """Return whether trials wait for a retry."""
    return any(trial.state is TrialState.WAITING for trial in all_trials(study))
