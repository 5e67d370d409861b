"""The trials of a study as those of another one, whose search space was edited; they keep their numbers, and so their seeds and models."""

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from optuna.trial import FrozenTrial, create_trial
from optuna.trial import TrialState as OptunaState

from ..experiment.parameters import Value
from .record import ATTRIBUTE, FIXED, IMPORTED, PAUSED, is_paused, was_proposed

if TYPE_CHECKING:
    from ..experiment.search_space import SearchSpace


def as_ended(trial: FrozenTrial) -> FrozenTrial:
    """Return a paused trial as it is when its study ends, PRUNED with its result so far; any other trial as it is."""
    if not is_paused(trial):
        return trial
    ended, step = copy.copy(trial), trial.last_step
    ended.state, ended.datetime_complete = OptunaState.PRUNED, trial.datetime_start
    ended.value = None if step is None else trial.intermediate_values[step]
    ended.user_attrs = {key: value for key, value in trial.user_attrs.items() if key != PAUSED} | {ATTRIBUTE: trial.user_attrs[PAUSED]}
    return ended


def copy_trial(trial: FrozenTrial, params: Mapping[str, Value], space: "SearchSpace") -> FrozenTrial:
    """Return a trial with the hyperparameters that it has in another space; one that has not finished begins again.

    Args:
        trial: The trial.
        params: Its hyperparameters in the other space.
        space: The other space.
    """
    distributions = {name: space.distributions[name] for name in params}
    own: dict[str, Any] = {"params": dict(params), "distributions": distributions, "user_attrs": trial.user_attrs}
    if not trial.state.is_finished():
        return create_trial(state=OptunaState.WAITING, **own)
    copy = create_trial(
        state=trial.state, values=trial.values, intermediate_values=trial.intermediate_values, constraints=trial.constraints or None, **own
    )
    copy.datetime_start, copy.datetime_complete = trial.datetime_start, trial.datetime_complete
    return copy


def enqueued_again(trial: FrozenTrial, given: Mapping[str, Value]) -> FrozenTrial:
    """Return an enqueued trial that leaves some hyperparameters to the sampler."""
    return create_trial(state=OptunaState.WAITING, user_attrs=trial.user_attrs, system_attrs={FIXED: dict(given)})


def left_out() -> FrozenTrial:
    """Return what takes the number of a trial that is not taken over: Optuna knows it as failed, a study passes it over (`was_proposed`)."""
    return create_trial(state=OptunaState.FAIL)


def is_left_out(trial: FrozenTrial) -> bool:
    """Return whether a trial only takes a number: it was not taken over, or its process was killed before it was proposed."""
    return not was_proposed(trial) and IMPORTED not in trial.user_attrs
