"""The trials of a study as samplers, pruners and plots see them: excluded ones are left out, paused ones count as pruned."""

import copy
from collections.abc import Collection, Container
from typing import Any

from optuna.storages import BaseStorage
from optuna.study import Study
from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

from .record import as_ended

EXCLUDED = "excluded"
"""The study's attribute with the reason of each excluded trial, by its number as text, since JSON has no other keys."""


def visible_study(study: Study, excluded: Collection[int], *, has_paused: bool) -> Study:
    """Return a study as samplers see it; all that is done with it is done with the study itself.

    Args:
        study: The study.
        excluded: Numbers of the trials that are left out.
        has_paused: Whether trials may be paused; Optuna's storages know no such state, and no sampler the values of a waiting trial.
    """
    if not excluded and not has_paused:
        return study
    visible = copy.copy(study)
    visible._storage = _VisibleTrials(study._storage, excluded)  # type: ignore[assignment]
    return visible


class _VisibleTrials:
    """A storage whose lists of trials are those that samplers see; all else is that of the storage.

    Args:
        storage: The storage.
        excluded: The trials that are left out.
    """

    def __init__(self, storage: BaseStorage, excluded: Container[int]) -> None:
        self._storage, self._excluded = storage, excluded

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

    def get_all_trials(self, study_id: int, deepcopy: bool = True, states: Container[OptunaState] | None = None) -> list[FrozenTrial]:
        """Return the trials in the given states, of any state by default."""
        trials = self._storage.get_all_trials(study_id, deepcopy)
        seen = [as_ended(trial) for trial in trials if trial.number not in self._excluded]
        return [trial for trial in seen if states is None or trial.state in states]
