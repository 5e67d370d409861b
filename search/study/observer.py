"""The interface of observers, which a study notifies of its progress, and the default one, which shows nothing."""

from typing import Protocol

from ..trial import Assignment, EpochReport, TrialResult


class Observer(Protocol):
    """Shows the progress of a study. Its methods are called in the order of the events."""

    def on_study_start(self, study: str, *, metric: str, n_finished: int, n_trials: int, best: tuple[int, float] | None) -> None:
        """Called when a study starts or continues; ``metric`` is the objective's, with the positive class that it is about."""
        ...

    def on_trial_start(self, assignment: Assignment) -> None:
        """Called when a trial is submitted to a worker."""
        ...

    def on_epoch_end(self, report: EpochReport) -> None:
        """Called after an epoch of a running trial."""
        ...

    def on_trial_retry(self, result: TrialResult) -> None:
        """Called when a trial is requeued; the result's reason says why."""
        ...

    def on_trial_end(self, result: TrialResult, *, is_best: bool) -> None:
        """Called when a trial has finished."""
        ...

    def on_stage(self, text: str) -> None:
        """Called when a stage starts, such as packaging the best model, with its name for the screen."""
        ...

    def on_note(self, text: str) -> None:
        """Called with a sentence about the data or the study that its user should know."""
        ...


class SilentObserver:
    """Shows nothing."""

    def on_study_start(self, study: str, *, metric: str, n_finished: int, n_trials: int, best: tuple[int, float] | None) -> None:
        """Do nothing."""

    def on_trial_start(self, assignment: Assignment) -> None:
        """Do nothing."""

    def on_epoch_end(self, report: EpochReport) -> None:
        """Do nothing."""

    def on_trial_retry(self, result: TrialResult) -> None:
        """Do nothing."""

    def on_trial_end(self, result: TrialResult, *, is_best: bool) -> None:
        """Do nothing."""

    def on_stage(self, text: str) -> None:
        """Do nothing."""

    def on_note(self, text: str) -> None:
        """Do nothing."""
