"""The socket of progress: who is told what a study does, in order. The silent one is the default."""

from typing import Protocol

from ..trial import Assignment, EpochReport, TrialResult


class Observer(Protocol):
    """Shows progress to somebody."""

    def on_study_start(self, study: str, *, n_finished: int, n_trials: int, best: tuple[int, float] | None) -> None:
        """A study begins, or goes on with trials that are finished already."""
        ...

    def on_trial_start(self, assignment: Assignment) -> None:
        """A trial is given to a worker."""
        ...

    def on_epoch_end(self, report: EpochReport) -> None:
        """A running trial has ended an epoch."""
        ...

    def on_trial_retry(self, result: TrialResult) -> None:
        """A trial could not go on and is given out again; its result says why."""
        ...

    def on_trial_end(self, result: TrialResult, *, is_best: bool) -> None:
        """A trial has ended."""
        ...

    def on_stage(self, text: str) -> None:
        """The study now does something else than training, in a few words."""
        ...


class SilentObserver:
    """Shows nothing."""

    def on_study_start(self, study: str, *, n_finished: int, n_trials: int, best: tuple[int, float] | None) -> None:
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
