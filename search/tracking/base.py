"""The interface of a tracker: it logs what happens in a study, in order.

Trials are identified by their number; the tracker maps numbers to runs.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ..data.dataset import Dataset
from ..experiment.file import Experiment
from ..experiment.parameters import Value
from ..formats import format_number
from ..trial import Assignment, EpochReport, TrialResult


@dataclass(frozen=True, kw_only=True)
class StudyRecord:
    """A study that starts or continues.

    Attributes:
        study: The study's name.
        experiment: The experiment without secrets, with the sampler, pruner and seed in use.
        dataset: The data set; None if the objective is a function, which loads its own.
        n_trials: Trials in total.
        n_workers: How many processes train.
        parent_run_id: The run of a study that continues; None creates one.
        result_of: Returns the result of a finished trial, None for an unfinished one. A killed process may have left the
            trial's run unfinished.
        finished: Returns the finished trials of a study that continues, the last first. A killed process may have created
            no run for the last ones.
        positive: The positive class of each binary target, by output name. Defaults to none.
        is_shared: Whether other processes run the study at the same time. The process that calls `Tracker.finish_study`,
            when no other writes any more, repairs the runs that any of them left unfinished. Defaults to False.
        asked: Names of hyperparameters that a function has asked for in earlier trials. Defaults to none.
    """

    study: str
    experiment: Experiment
    dataset: Dataset | None
    n_trials: int
    n_workers: int
    parent_run_id: str | None = None
    result_of: Callable[[int], TrialResult | None] = lambda _number: None
    finished: Callable[[], Iterable[tuple[Assignment, TrialResult]]] = tuple
    positive: Mapping[str, str] = field(default_factory=dict)
    is_shared: bool = False
    asked: Sequence[str] = ()

    @property
    def metric_of_epochs(self) -> str:
        """A metric that every epoch of a trial has."""
        return "loss" if self.experiment.max_epochs else self.experiment.objective.metric

    @property
    def searched(self) -> list[str]:
        """Names of the hyperparameters of trials."""
        return list(dict.fromkeys([*self.experiment.space.searched, *self.asked]))


@dataclass(frozen=True)
class FrontTrial:
    """A trial of the Pareto front: no other one is better by one objective and no worse by any.

    Attributes:
        number: The trial's number.
        values: The value of each objective, by its metric or cost.
        params: Its searched hyperparameters.
    """

    number: int
    values: Mapping[str, float]
    params: Mapping[str, Value]

    def __str__(self) -> str:
        """Return its number and values, such as ``7 (0.9667, 355)``."""
        return f"{self.number} ({', '.join(map(format_number, self.values.values()))})"


@dataclass(frozen=True, kw_only=True)
class StudyOutcome:
    """The state of a study when its process ends.

    Attributes:
        is_complete: Whether the study ran to its end; False if it was interrupted.
        n_by_state: Number of trials by state, interrupted ones as ``INTERRUPTED``.
        best_trial: Number of the best trial; None if there is none.
        best_value: The best trial's value.
        best_error: Its standard error over executions; None for fewer than two. Defaults to None.
        best_by: Its further objectives, and by which other metric than the objective's it was chosen; empty if by none. Defaults to none.
        runner_up: How it differs from the second best one; empty if they were not compared. Defaults to none.
        best_params: The best trial's searched hyperparameters.
        best_metrics: The best trial's metrics at its best epoch, by Keras' names.
        front: The trials of the Pareto front, the best by the first objective first; empty with one objective. Defaults to none.
        excluded: The reason of each trial that a user has excluded; None if none ever was. Defaults to None.
        model_uri: Where the champion is registered, such as ``models:/diabetes/1``.
        trials: The trials whose models the champion has. Defaults to none.
        cost: What serving the champion costs, by name (`search.champion.serving_cost.measure_cost`). Defaults to none.
        cost_text: The same as text. Defaults to none.
        test_metrics: The champion's metrics on the test part, by Keras' names; None for one that is not defined there.
        test_intervals: The 95 % interval of each of them that has one, lower and upper end. Defaults to none.
        comparisons: Sentences on how the champion differs from each baseline in the objective's metric. Defaults to none.
        baseline_metrics: Metrics of the baselines on the test part, such as ``baseline_mean_loss``. Defaults to none.
        asked: Names of hyperparameters that a function has asked for. Defaults to none.
        artifacts: Folder whose files become artifacts of the study's run: plots, the experiment file.
    """

    is_complete: bool
    n_by_state: Mapping[str, int]
    best_trial: int | None = None
    best_value: float | None = None
    best_error: float | None = None
    best_by: str = ""
    runner_up: str = ""
    best_params: Mapping[str, Value] = field(default_factory=dict)
    best_metrics: Mapping[str, float] = field(default_factory=dict)
    front: Sequence[FrontTrial] = ()
    excluded: Mapping[int, str] | None = None
    model_uri: str | None = None
    trials: Sequence[int] = ()
    cost: Mapping[str, float] = field(default_factory=dict)
    cost_text: str = ""
    test_metrics: Mapping[str, float | None] = field(default_factory=dict)
    test_intervals: Mapping[str, Sequence[float]] = field(default_factory=dict)
    comparisons: Sequence[str] = ()
    baseline_metrics: Mapping[str, float] = field(default_factory=dict)
    asked: Sequence[str] = ()
    artifacts: Path | None = None


class Tracker(Protocol):
    """Logs one study."""

    def open(self) -> None:
        """Connect without writing anything; `start_study` connects too."""
        ...

    def start_study(self, record: StudyRecord) -> str:
        """Create the study's run, or reopen it: log finished trials that are missing, close runs left running.

        Returns:
            The id of the study's run.
        """
        ...

    def start_trial(self, assignment: Assignment) -> None:
        """Create a trial's run with its hyperparameters."""
        ...

    def log_facts(self, number: int, params: Mapping[str, str], tags: Mapping[str, str]) -> None:
        """Log hyperparameters and tags that a running trial has got in its course.

        Args:
            number: The trial.
            params: Text by name.
            tags: Text by name.
        """
        ...

    def log_epoch(self, report: EpochReport) -> None:
        """Log the metrics of one epoch; they appear within seconds."""
        ...

    def finish_trial(self, result: TrialResult) -> None:
        """Log the result of a trial and end its run."""
        ...

    def log_best(self, n_finished: int, value: float, metrics: Mapping[str, float]) -> None:
        """Log the best value of a study once another trial has finished.

        Args:
            n_finished: The number of finished trials.
            value: The value of the best of them.
            metrics: The metrics of the best trial at its best epoch, if it has just become the best one; empty otherwise.
        """
        ...

    def pause_trial(self, number: int, so_far: TrialResult | None = None) -> None:
        """Write what is pending for a trial and leave its run open for the process that continues the trial.

        Args:
            number: The trial.
            so_far: The result so far of a trial that is PAUSED, in MLflow SCHEDULED; None if the trial runs again at once. Defaults to None.
        """
        ...

    def drop_trial(self, number: int) -> None:
        """Discard what is pending for a trial whose run another process writes now."""
        ...

    def pause_all(self) -> None:
        """Pause all trials; nothing is pending on return."""
        ...

    def finish_study(self, outcome: StudyOutcome) -> None:
        """Log the study's results and end its run; runs of unfinished trials become KILLED."""
        ...

    def find_run_id(self, parent_run_id: str, number: int) -> str:
        """Return the id of a trial's run."""
        ...
