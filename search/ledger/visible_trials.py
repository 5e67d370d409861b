"""Trials that a user has excluded: the study without them, as samplers, pruners and plots see it."""

import copy
from collections.abc import Collection, Container
from typing import Any

from optuna.storages import BaseStorage
from optuna.study import Study
from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

EXCLUDED = "excluded"
"""The study's attribute with the reason of each excluded trial, by its number as text, since JSON has no other keys."""


def without_trials(study: Study, numbers: Collection[int]) -> Study:
    """Return a study that has none of some trials; all that is done with it is done with the study itself."""
    if not numbers:
        return study
    visible = copy.copy(study)
    visible._storage = _WithoutTrials(study._storage, numbers)  # type: ignore[assignment]
    return visible


class _WithoutTrials:
    """A storage whose lists of trials lack some; all else is that of the storage.

    Args:
        storage: The storage.
        numbers: The trials that are left out.
    """

    def __init__(self, storage: BaseStorage, numbers: Container[int]) -> None:
        self._storage, self._numbers = storage, numbers

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

    def get_all_trials(self, study_id: int, deepcopy: bool = True, states: Container[OptunaState] | None = None) -> list[FrozenTrial]:
        """Return the trials that are not left out."""
        return [trial for trial in self._storage.get_all_trials(study_id, deepcopy, states) if trial.number not in self._numbers]
