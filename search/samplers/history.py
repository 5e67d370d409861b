"""The past trials of a study, whichever sampler proposed them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from optuna.trial import FrozenTrial, TrialState

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


def has_waiting(study: "Study") -> bool:
    """Return whether trials wait for a retry."""
    return any(trial.state is TrialState.WAITING for trial in all_trials(study))
