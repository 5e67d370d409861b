"""What a study has tried so far, whichever sampler proposed it."""

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


def tried(study: "Study", but: int | None = None) -> Iterator[tuple[FrozenTrial, dict[str, Any]]]:
    """Yield the trials with their hyperparameters, those that wait to be tried again among them.

    A failed trial whose hyperparameters were put in the queue afterwards was interrupted; only the later one is yielded.

    Args:
        study: The study.
        but: Number of a trial to leave out, the one that is being asked for. Defaults to none.

    Yields:
        A trial and its hyperparameters; some are missing if it was killed while it was asked for.
    """
    trials = all_trials(study)
    queued = [(trial.number, trial.system_attrs["fixed_params"]) for trial in trials if "fixed_params" in trial.system_attrs]
    for trial in trials:
        is_retried = trial.state is TrialState.FAIL and any(number > trial.number and params == trial.params for number, params in queued)
        if trial.number != but and not is_retried:
            yield trial, trial.system_attrs.get("fixed_params", {}) | trial.params


def has_waiting(study: "Study") -> bool:
    """Say whether trials were put in the queue and wait to be asked for."""
    return any(trial.state is TrialState.WAITING for trial in all_trials(study))
