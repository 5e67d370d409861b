"""The interface of observers, which a study notifies of its progress, and the default one, which shows nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from ..experiment.parameters import Value
from ..trial import Assignment, EpochReport, TrialResult, TrialState

if TYPE_CHECKING:  # the command line imports this file before it needs Optuna
    from ..ledger import StudyView, TrialRecord


@dataclass(frozen=True, kw_only=True)
class StudyStart:
    """What is known of a study when a process starts or continues it.

    Attributes:
        study: The study's name.
        metric: The objective's metric, with the positive class that it is about.
        n_trials: Number of trials to finish in total.
        searched: Names of the searched hyperparameters.
        finished: The trials that have finished, in the order of their numbers.
        best: Number of the best one; None if there is none.
        logs: Folder of the workers' logs.
        paused: The trials that are paused. Defaults to none.
    """

    study: str
    metric: str
    n_trials: int
    searched: Sequence[str]
    finished: "Sequence[TrialRecord]"
    best: int | None
    logs: Path
    paused: "Sequence[TrialRecord]" = ()

    @classmethod
    def of(cls, ledger: "StudyView", metric: str, n_trials: int) -> Self:
        """Read a study.

        Args:
            ledger: The study.
            metric: The objective's metric, with the positive class that it is about.
            n_trials: Number of trials to finish in total.
        """
        return cls(
            study=ledger.name,
            metric=metric,
            n_trials=n_trials,
            searched=tuple(ledger.searched),
            finished=tuple(record for record in ledger.records() if record.is_finished),
            paused=tuple(record for record in ledger.records() if record.state is TrialState.PAUSED),
            best=ledger.best[0] if ledger.best else None,
            logs=ledger.folder.logs,
        )


class Observer(Protocol):
    """Shows the progress of a study. Its methods are called in the order of the events."""

    def on_study_start(self, start: StudyStart) -> None:
        """Called when a study starts or continues."""
        ...

    def on_trial_start(self, assignment: Assignment) -> None:
        """Called when a trial is submitted to a worker."""
        ...

    def on_suggestion(self, number: int, params: Mapping[str, Value]) -> None:
        """Called when a running function has asked for a hyperparameter, with all that it has asked for."""
        ...

    def on_epoch_end(self, report: EpochReport) -> None:
        """Called after an epoch of a running trial."""
        ...

    def on_trial_retry(self, result: TrialResult) -> None:
        """Called when a trial is requeued; the result's reason says why."""
        ...

    def on_trial_pause(self, result: TrialResult, params: Mapping[str, Value]) -> None:
        """Called when a trial is paused, with its result so far; it may start again, or end without having run again."""
        ...

    def on_trial_end(self, result: TrialResult, params: Mapping[str, Value], *, is_best: bool) -> None:
        """Called when a trial has finished, with its searched hyperparameters; another process may have started it."""
        ...

    def on_stage(self, text: str) -> None:
        """Called when a stage starts, such as packaging the best model, with its name for the screen."""
        ...

    def on_note(self, text: str) -> None:
        """Called with a sentence about the data or the study that its user should know."""
        ...


class SilentObserver:
    """Shows nothing."""

    def on_study_start(self, start: StudyStart) -> None:
        """Do nothing."""

    def on_trial_start(self, assignment: Assignment) -> None:
        """Do nothing."""

    def on_suggestion(self, number: int, params: Mapping[str, Value]) -> None:
        """Do nothing."""

    def on_epoch_end(self, report: EpochReport) -> None:
        """Do nothing."""

    def on_trial_retry(self, result: TrialResult) -> None:
        """Do nothing."""

    def on_trial_pause(self, result: TrialResult, params: Mapping[str, Value]) -> None:
        """Do nothing."""

    def on_trial_end(self, result: TrialResult, params: Mapping[str, Value], *, is_best: bool) -> None:
        """Do nothing."""

    def on_stage(self, text: str) -> None:
        """Do nothing."""

    def on_note(self, text: str) -> None:
        """Do nothing."""
