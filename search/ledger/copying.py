"""The trials of a study as those of another one, whose search space was edited; they keep their numbers, and so their seeds and models."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from optuna.trial import FrozenTrial, create_trial
from optuna.trial import TrialState as OptunaState

from ..experiment.parameters import Value
from .record import FIXED, IMPORTED, was_proposed

if TYPE_CHECKING:
    from ..experiment.search_space import SearchSpace


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
