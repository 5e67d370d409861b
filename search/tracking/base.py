"""The socket of tracking: one writer that is told what happens, in order.

Trials are named by their number; which run that is, the tracker knows.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ..data.dataset import Dataset
from ..experiment.file import Experiment
from ..experiment.parameters import Value
from ..trial import Assignment, EpochReport, TrialResult


@dataclass(frozen=True, kw_only=True)
class StudyRecord:
    """What is known of a study when it begins or goes on.

    Attributes:
        study: The study's name.
        experiment: The experiment, with the sampler, pruner and seed in use.
        dataset: The data set.
        n_trials: Trials in total.
        n_workers: How many processes train.
        parent_run_id: The run of a study that goes on; None begins one.
        result_of: Tells how a trial of a study that goes on has ended; None if it has not. A killed process may have left
            its run unfinished.
        finished: Gives the trials of a study that goes on that have ended, the last first. A killed process may have begun no
            run for the last ones.
        is_shared: Whether other processes write the study at the same time. What one of them has left is put right by the
            one that calls `Tracker.finish_study`, when no other writes any more. Defaults to False.
    """

    study: str
    experiment: Experiment
    dataset: Dataset
    n_trials: int
    n_workers: int
    parent_run_id: str | None = None
    result_of: Callable[[int], TrialResult | None] = lambda _number: None
    finished: Callable[[], Iterable[tuple[Assignment, TrialResult]]] = tuple
    is_shared: bool = False


@dataclass(frozen=True, kw_only=True)
class StudyOutcome:
    """How a study stands when its process ends.

    Attributes:
        is_complete: Whether it ran to its end; False when it was interrupted.
        n_by_state: Number of trials by state, interrupted ones as ``INTERRUPTED``.
        best_trial: Number of the best trial; None if there is none.
        best_value: Its value.
        best_params: Its searched hyperparameters.
        model_uri: Where the champion is registered, such as ``models:/diabetes/1``.
        test_metrics: The champion's metrics on the test part, by Keras' names.
        artifacts: Folder whose files are added to the study's run (plots, the experiment file).
    """

    is_complete: bool
    n_by_state: Mapping[str, int]
    best_trial: int | None = None
    best_value: float | None = None
    best_params: Mapping[str, Value] = field(default_factory=dict)
    model_uri: str | None = None
    test_metrics: Mapping[str, float] = field(default_factory=dict)
    artifacts: Path | None = None


class Tracker(Protocol):
    """Writes a study down where people browse it."""

    def open(self) -> None:
        """Connect; nothing is written. `start_study` does it too."""
        ...

    def start_study(self, record: StudyRecord) -> str:
        """Begin the study's run, or go on with it: write what is missing of ended trials, close the runs left over.

        Returns:
            The id of the study's run.
        """
        ...

    def start_trial(self, assignment: Assignment) -> None:
        """Begin a trial's run with its hyperparameters."""
        ...

    def log_epoch(self, report: EpochReport) -> None:
        """Note one epoch's metrics; they appear within seconds."""
        ...

    def finish_trial(self, result: TrialResult) -> None:
        """Write what is not yet written of a trial, and end its run."""
        ...

    def pause_trial(self, number: int) -> None:
        """Write what is not yet written of a trial, and leave its run to whoever begins it again; done on return."""
        ...

    def drop_trial(self, number: int) -> None:
        """Forget a trial: another process writes its run now."""
        ...

    def pause_all(self) -> None:
        """Pause all trials; nothing is left to be written on return."""
        ...

    def finish_study(self, outcome: StudyOutcome) -> None:
        """Write the study's results and end its run; trials that still run are marked as killed."""
        ...

    def find_run_id(self, parent_run_id: str, number: int) -> str:
        """Find the run of a trial."""
        ...
