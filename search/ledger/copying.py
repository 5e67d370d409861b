"""The trials of a study as those of another one, whose search space was edited; they keep their numbers, and so their seeds and models."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from optuna.trial import FrozenTrial, create_trial
from optuna.trial import TrialState as OptunaState

from ..experiment.parameters import Value
from .record import ENQUEUED

if TYPE_CHECKING:
    from ..experiment.search_space import SearchSpace


EXTENDS = "extends"
"""The attribute of a study that goes on from another one: that study's name, the number of its trials, and what was edited."""


def copy_trial(trial: FrozenTrial, params: Mapping[str, Value], space: "SearchSpace", *, is_again: bool) -> FrozenTrial:
    """Return a trial with the hyperparameters that it has in another space.

    Args:
        trial: The trial.
        params: Its hyperparameters in the other space.
        space: The other space.
        is_again: Whether it is to be trained again, as one that was interrupted always is.
    """
    distributions = {name: space.distributions[name] for name in params}
    if is_again or not trial.state.is_finished():
        return create_trial(
            state=OptunaState.WAITING,
            params=dict(params),
            distributions=distributions,
            user_attrs={name: value for name, value in trial.user_attrs.items() if name == ENQUEUED},
        )
    return FrozenTrial(
        number=trial.number,
        trial_id=trial._trial_id,
        state=trial.state,
        value=trial.value,
        datetime_start=trial.datetime_start,
        datetime_complete=trial.datetime_complete,
        params=dict(params),
        distributions=distributions,
        user_attrs=trial.user_attrs,
        system_attrs={},
        intermediate_values=trial.intermediate_values,
    )


def left_out() -> FrozenTrial:
    """Return what takes the number of a trial that is not taken over: Optuna knows it as failed, a study passes it over (`was_proposed`)."""
    return create_trial(state=OptunaState.FAIL)
