"""What may be read of a study: its trials, how it stands, and the facts written beside them."""

from collections import Counter
from typing import Any

from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

from ..experiment.file import Experiment, parse_experiment
from ..store import StudyFolder
from ..trial import TrialResult
from .base import OpenedStudy
from .record import INTERRUPTED, RetryState, TrialRecord, to_record, to_result, to_retry_state
from .trial_index import TrialIndex


class StudyView:
    """One study's record, for reading.

    Args:
        name: The study's name.
        folder: Where its files lie.
        opened: Optuna's study, and who does what of it.
    """

    def __init__(self, name: str, folder: StudyFolder, opened: OpenedStudy) -> None:
        self.name = name
        self.folder = folder
        self.opened = opened
        self.study = opened.study
        self._storage = opened.storage
        self._leases = opened.leases
        self._study_id = opened.study_id
        self._trials = TrialIndex(self.study.direction)
        self._refresh()

    @property
    def experiment(self) -> Experiment:
        """The experiment that the study was opened with."""
        return parse_experiment(self.study.user_attrs["experiment"], f'study "{self.name}"')

    @property
    def n_finished(self) -> int:
        """Number of trials that ended by themselves."""
        return self._trials.n_finished

    @property
    def best(self) -> tuple[int, float] | None:
        """Number and value of the best COMPLETE trial, the one that finished first where values are equal."""
        return self._trials.best

    def ranking(self, length: int) -> list[tuple[int, float]]:
        """Number and value of the best COMPLETE trials, the best first.

        Args:
            length: How many at most, from 1.
        """
        if length == 1:
            return [self.best] if self.best else []
        return self._trials.ranking(self.study.get_trials(deepcopy=False), length)

    def attribute(self, key: str) -> Any:
        """Read a fact of the study; None if it was never written."""
        return self.study.user_attrs.get(key)

    def record(self, number: int) -> TrialRecord:
        """One trial."""
        return to_record(self._trial(number))

    def result(self, number: int) -> TrialResult | None:
        """How a trial ended; None if it runs or was interrupted."""
        return to_result(self.record(number))

    def records(self) -> list[TrialRecord]:
        """All trials in the order of their numbers."""
        return [to_record(trial) for trial in self.study.get_trials(deepcopy=False)]

    def n_by_state(self) -> dict[str, int]:
        """Number of trials by state, interrupted ones as ``INTERRUPTED``."""
        return dict(Counter("INTERRUPTED" if record.reason == INTERRUPTED else record.state.value for record in self.records()))

    def retry_state(self, number: int) -> RetryState:
        """Say how often a trial has been given out, and what came of it."""
        return to_retry_state(self._trial(number))

    @property
    def running(self) -> set[int]:
        """Numbers of the trials that run, those of other coordinators too."""
        return {trial.number for trial in self.study.get_trials(deepcopy=False, states=(OptunaState.RUNNING,))}

    @property
    def is_tracked(self) -> bool:
        """Whether the study was ended after the last trial that finished."""
        self._refresh()
        return bool(self.attribute("tracked") == self.n_finished)

    def close(self) -> None:
        """Give back what the study was opened with; whoever ran it lets others run it."""
        self._leases.close()

    def _trial(self, number: int) -> FrozenTrial:
        """One trial; the storage keeps finished ones once they are read."""
        return self._storage.get_trial(self._id(number))

    def _id(self, number: int) -> int:
        return self._storage.get_trial_id_from_study_id_trial_number(self._study_id, number)

    def _refresh(self) -> None:
        """Learn how all trials stand."""
        self._trials.refresh(self.study.get_trials(deepcopy=False))
