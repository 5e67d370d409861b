"""Assignments, reports and results of trials: frozen, picklable values for coordinator, executors and tracker."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import fmean
from typing import Any

from .experiment.file import Experiment
from .experiment.lineage import Interval, Lineage
from .experiment.objectives import ObjectiveSection
from .experiment.parameters import Argument, Value
from .experiment.settings import TrainingSettings
from .spread import mean_and_error, mean_metrics


class TrialState(StrEnum):
    """The state of a trial."""

    RUNNING = "RUNNING"
    WAITING = "WAITING"
    """It was enqueued, and has not run yet."""
    INTERRUPTED = "INTERRUPTED"
    """It was stopped before its end, such as by Ctrl-C, and waits for its next attempt."""
    PAUSED = "PAUSED"
    """It waits at a rung with its checkpoint, and continues if it is among the best there."""
    COMPLETE = "COMPLETE"
    PRUNED = "PRUNED"
    FAILED = "FAILED"

    @property
    def is_final(self) -> bool:
        """Whether a trial in this state has a result."""
        return self in (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAILED)


class Failure(StrEnum):
    """The kind of failure of a FAILED trial; its reason gives the details."""

    ERROR = "error"
    """Building or training raised an exception."""
    NAN = "nan"
    """A loss or the objective's metric is not a finite number."""
    OUT_OF_MEMORY = "out of memory"
    TIMEOUT = "timeout"
    """The trial exceeded its time limit."""
    HUNG = "hung"
    """Its worker reported no epoch within the limit."""
    LOST = "lost"
    """Its worker died."""


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """One attempt of a trial, with all that a worker needs to train it.

    Attributes:
        number: The trial's number in its study, from 0.
        params: The searched hyperparameters, by name.
        model_arguments: All of the builder's arguments from the experiment file, fixed and searched.
        training: All training settings, fixed and searched.
        seed: Seed of weights, data order and dropout, 0 to 2**32 - 1.
        is_prunable: Whether each epoch waits for the pruner's decision on the one before.
        is_pausable: Whether it may continue after the pruner has ended it, from a checkpoint of its last epoch. Defaults to False.
        keep_if_better_than: Value of `Experiment.ranked_by` that the trial must beat for its model to be saved; None to save it always.
        model_path: Path of the saved model, without the suffix, which depends on the kind of model.
        checkpoint_path: Path of the checkpoint from which a killed trial continues; empty for none. Defaults to empty.
        attempt: Number of the attempt, from 1. Defaults to 1.
        execution: Number of the execution that is trained, from 0. Defaults to 0, as an experiment without folds and repeats has one.
        executions: Results of the first executions, which an earlier attempt has trained. Defaults to none.
        obeys_limits: Whether it is not trained if its model is beyond a limit before. Defaults to False.
        is_refit: Whether the trial is trained on the rows of all folds, once and for all its epochs. Defaults to False.
        is_limited: Whether it ends after ``training.epochs`` also where the ``fit`` of a hypermodel chooses its epochs. Defaults to False.
        lineage: Which epochs of which training it trains; after the last one it is COMPLETE, and leaves a checkpoint if its training has more.
            None for all epochs. Defaults to None.
        parent_checkpoint_path: Path of the checkpoint of the trial that it continues; empty for none. Defaults to empty.
        earlier: Intervals that are trained before, of a trial that is trained again without the trials that it continued. Defaults to none.
        seconds_before: Time that the executions before this one took, for the trial's time limit. Defaults to 0.
        started: Time of the start, in seconds since 1970. Defaults to now.
    """

    number: int
    params: Mapping[str, Value]
    model_arguments: Mapping[str, Argument]
    training: TrainingSettings
    seed: int
    is_prunable: bool
    keep_if_better_than: float | None
    model_path: str
    checkpoint_path: str = ""
    is_pausable: bool = False
    attempt: int = 1
    execution: int = 0
    executions: "tuple[TrialResult, ...]" = ()
    obeys_limits: bool = False
    is_refit: bool = False
    is_limited: bool = False
    lineage: Lineage | None = None
    parent_checkpoint_path: str = ""
    earlier: tuple[Interval, ...] = ()
    seconds_before: float = 0.0
    started: float = field(default_factory=time.time, compare=False)

    @property
    def n_epochs(self) -> int:
        """The number of the epoch after which it ends, at the latest."""
        return min(self.training.epochs, self.lineage.last_epoch) if self.lineage else self.training.epochs


def lone_assignment(experiment: Experiment, params: Mapping[str, Value], *, number: int = 0, seed: int = 0) -> Assignment:
    """Return a trial outside of a study, whose model is not kept.

    Args:
        experiment: The experiment.
        params: The searched hyperparameters.
        number: The trial's number. Defaults to 0.
        seed: Its seed. Defaults to 0.
    """
    return Assignment(
        number=number,
        params=params,
        model_arguments=experiment.space.model_arguments(params),
        training=experiment.space.training_settings(params),
        seed=seed,
        is_prunable=False,
        keep_if_better_than=None,
        model_path="",
    )


@dataclass(frozen=True)
class EpochReport:
    """The metrics after one epoch.

    Attributes:
        number: The trial's number.
        epoch: The epoch's number, from 1.
        metrics: Metric values by Keras' names (``loss``, ``val_loss``, ``val_accuracy`` ...) and ``learning_rate``.
        execution: The execution's number, from 0. Defaults to 0.
        finished: Time of the epoch's end, in seconds since 1970. Defaults to now.
    """

    number: int
    epoch: int
    metrics: Mapping[str, float]
    execution: int = 0
    finished: float = field(default_factory=time.time, compare=False)


@dataclass(frozen=True)
class ExecutionReport:
    """The end of one execution of a trial that has several.

    Attributes:
        number: The trial's number.
        execution: The execution's number, from 0.
        result: What came of it, with its own value and history.
    """

    number: int
    execution: int
    result: "TrialResult"


def best_epoch(values: Sequence[float], objective: ObjectiveSection, *, restores: bool) -> int:
    """Return the epoch whose weights a trial keeps, from 1: the best one, the earliest of equals.

    Args:
        values: The objective's metric at each epoch.
        objective: The objective.
        restores: Whether best weights are restored; otherwise it is the last epoch.
    """
    if not restores:
        return len(values)
    return values.index(min(values) if objective.direction == "minimize" else max(values)) + 1


def best_of_mean(columns: Iterable[Sequence[float]], objective: ObjectiveSection, *, restores: bool) -> float:
    """Return the value of the mean of several trainings, as far as all have been trained, at its best epoch; otherwise as `best_epoch`."""
    means = [fmean(values) for values in zip(*columns, strict=False)]
    return means[best_epoch(means, objective, restores=restores) - 1]


@dataclass(frozen=True)
class Suggestion:
    """What a function that is the objective asks for in the course of a trial: the value of a hyperparameter.

    Attributes:
        number: The trial's number.
        name: The hyperparameter's name.
        distribution: Its range or choices, an `optuna.distributions.BaseDistribution`.
    """

    number: int
    name: str
    distribution: Any


@dataclass(frozen=True)
class Attribute:
    """What such a function notes about a trial.

    Attributes:
        number: The trial's number.
        name: The attribute's name.
        value: Its value, plain JSON.
    """

    number: int
    name: str
    value: Any


Progress = EpochReport | ExecutionReport | Suggestion | Attribute
Report = Callable[[Progress], Any]
"""Called after each epoch, and after each execution of a trial that has several; returns whether the trial continues. Of a suggestion it returns
the value, or a `TrialError`."""


@dataclass(frozen=True, kw_only=True)
class TrialResult:
    """The result of a finished trial.

    Attributes:
        number: The trial's number.
        state: COMPLETE, PRUNED or FAILED.
        value: The objective's metric at the best epoch (at the last one where best weights are not restored); None
            if FAILED, or if it was not trained because its model is beyond a limit.
        best_epoch: The epoch of ``value``, from 1; 0 if there is none.
        history: The metrics of every epoch that was trained, in order.
        seconds: Wall-clock time of building and training.
        n_parameters: Number of the model's parameters; 0 if it was not built.
        costs: Bytes of the weights and milliseconds of a prediction, by the names of `search.experiment.objectives.COSTS`, as far as objectives
            or limits are about them. Defaults to none.
        device: The device that trained it, such as ``cpu`` or ``gpu:0 NVIDIA A100``.
        peak_bytes: Peak GPU memory of the worker's process so far; 0 on a CPU or if unknown.
        trainer: The trainer: ``keras``, ``compiled``, ``elastic``, ``population``,
            ``streamed`` or ``scikit-learn``.
        reason: Why the trial FAILED, in one line; empty otherwise.
        ended_by: What ended a PRUNED trial: "pruner", "race" or "user"; empty if it is not known, as for trials of earlier versions.
        failure: The kind of failure; None unless FAILED. Defaults to ERROR if FAILED.
        worker: The worker that trained it, such as ``worker-0``; empty if there is only one.
        model_path: Path of the saved model; None if it was not saved.
        executions: The results of the executions, of a trial that may have several: ``history`` is their mean curve, as long as the shortest,
            and ``value`` its best value. Their own values are those of the same epoch, ``best_epoch``. Defaults to none.
        finished: Time of the end, in seconds since 1970. Defaults to now.
    """

    number: int
    state: TrialState
    value: float | None = None
    best_epoch: int = 0
    history: tuple[Mapping[str, float], ...] = field(default=(), repr=False)
    seconds: float = 0.0
    n_parameters: int = 0
    costs: Mapping[str, float] = field(default_factory=dict)
    device: str = ""
    peak_bytes: int = 0
    trainer: str = ""
    reason: str = ""
    ended_by: str = ""
    failure: Failure | None = None
    worker: str = ""
    model_path: str | None = None
    executions: "tuple[TrialResult, ...]" = field(default=(), repr=False)
    finished: float = field(default_factory=time.time, compare=False)

    @property
    def standard_error(self) -> float | None:
        """The standard error of ``value`` over the executions; None for fewer than two."""
        values = [execution.value for execution in self.executions if execution.value is not None]
        return mean_and_error(values)[1] if values else None

    @property
    def best_metrics(self) -> Mapping[str, float]:
        """The metrics of the epoch of ``value``, by Keras' names and ``learning_rate``, or their means over executions; empty if FAILED."""
        if self.executions:
            return {} if self.value is None else mean_metrics([execution.best_metrics for execution in self.executions])
        return next(iter(self.history[self.best_epoch - 1 : self.best_epoch]), {}) if self.best_epoch else {}

    @property
    def measures(self) -> Mapping[str, float]:
        """The metrics of the epoch of ``value`` and all costs that are known, by the names that objectives and limits have; empty if FAILED."""
        if self.state is TrialState.FAILED:
            return {}
        return {**self.best_metrics, "n_parameters": self.n_parameters, "train_seconds": self.seconds, **self.costs}

    def __post_init__(self) -> None:
        if not self.state.is_final:
            raise ValueError(f"A result cannot be {self.state}; expected COMPLETE, PRUNED or FAILED.")
        if (self.state is TrialState.FAILED) != bool(self.reason):
            raise ValueError(f"A FAILED result, and no other, has a reason, but got state={self.state} and reason={self.reason!r}.")
        if self.reason and self.failure is None:
            object.__setattr__(self, "failure", Failure.ERROR)
        if self.failure is not None and not self.reason:
            raise ValueError(f"Only a FAILED result has a failure, but got state={self.state} and failure={self.failure!r}.")
        if self.state is TrialState.COMPLETE and self.value is None:
            raise ValueError("A COMPLETE result must have a value, but got None.")
