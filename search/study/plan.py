"""Estimates what a search will take before it starts: trains some models of its space for a few epochs, and stores nothing."""

import math
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from ..errors import ExperimentError
from ..executors.devices import divide_devices
from ..experiment.file import Experiment
from ..experiment.reference_checks import check_references
from ..formats import format_params
from ..pruners import make_pruner
from ..samplers import epochs_by_interval, make_sampler
from ..samplers.grid import n_combinations
from ..temporary_files import temporary_prefix
from ..trial import Assignment, Progress, TrialResult, TrialState
from .drawn_models import draw_assignments, load_context
from .hp_space import with_hp_space
from .pausing import rungs_of

if TYPE_CHECKING:
    from ..training.context import TrainingContext

_N_EPOCHS = 4


@dataclass(frozen=True)
class MeasuredModel:
    """One model that was trained for a moment.

    Attributes:
        label: Its searched hyperparameters.
        trainer: What trained it.
        n_parameters: Number of its parameters.
        n_epochs: Epochs of a whole training.
        start_seconds: Time until its first epoch has ended, with compiling unless the program was there.
        epoch_seconds: Time of each epoch after that.
        n_bytes: Size of the saved model, with the state of its optimizer.
    """

    label: str
    trainer: str
    n_parameters: int
    n_epochs: int
    start_seconds: float
    epoch_seconds: float
    n_bytes: int

    @property
    def seconds(self) -> float:
        """Time of a whole training."""
        return self.start_seconds + (self.n_epochs - 1) * self.epoch_seconds


@dataclass(frozen=True)
class Plan:
    """What a search will take.

    Attributes:
        experiment: The experiment.
        n_combinations: Combinations of the space; None if there are too many to count.
        n_rows: Training rows of an execution.
        n_validation_rows: Validation rows.
        data_bytes: Arrays of an execution.
        models: The models that were measured.
        failures: Why others could not be trained.
        n_workers: Worker processes of this machine.
        device: "cpu" or "gpu".
        worker_bytes: Memory of a worker.
        epochs_by_interval: Epochs of each trial, if trials are intervals of trainings. Defaults to none.
    """

    experiment: Experiment
    n_combinations: int | None
    n_rows: int
    n_validation_rows: int
    data_bytes: int
    models: Sequence[MeasuredModel]
    failures: Sequence[str]
    n_workers: int
    device: str
    worker_bytes: int
    epochs_by_interval: Sequence[int] = ()

    @property
    def n_trials(self) -> int:
        """Trials, no more than there are combinations."""
        search = self.experiment.search
        if self.epochs_by_interval:
            return min(search.n_trials, len(self.epochs_by_interval))
        return search.n_trials if self.n_combinations is None or search.may_repeat else min(search.n_trials, self.n_combinations)

    @property
    def n_trainings(self) -> int:
        """Trainings at most: a trial has one for each fold and repeat."""
        return self.n_trials * self.experiment.evaluation.n_executions

    @property
    def n_epochs(self) -> int:
        """Epochs at most; trials that run when ``search.stop.epochs`` is reached still finish."""
        stop, of_intervals = self.experiment.search.stop.epochs, sum(self.epochs_by_interval[: self.n_trainings])
        n_epochs = of_intervals or self.n_trainings * self.experiment.space.max_epochs
        return n_epochs if stop is None else min(stop, n_epochs)

    @property
    def seconds(self) -> float:
        """Time of all these epochs, if no trial is stopped early: that of a usual model, and of compiling the first one."""
        usual = statistics.median(model.seconds for model in self.models[1:] or self.models)
        n_trainings = math.ceil(self.n_epochs / self.experiment.space.max_epochs)
        return self.models[0].start_seconds + usual * math.ceil(n_trainings / self.n_workers)

    @property
    def disk_bytes(self) -> int:
        """Size of the best models, if they are as large as the largest that was measured; those of a Pareto front come on top."""
        return self._largest_bytes * self.experiment.n_kept_trials * self.experiment.evaluation.n_executions

    @property
    def checkpoint_bytes(self) -> int:
        """Size of the checkpoints of paused trials, if all but one are paused at once; 0 if none is paused."""
        return self._largest_bytes * (self.n_trials - 1) if rungs_of(self.experiment) else 0

    @property
    def _largest_bytes(self) -> int:
        return max(model.n_bytes for model in self.models)


def plan_search(experiment: Experiment, n_models: int) -> Plan:
    """Train some models of the space for a few epochs, as a worker would.

    Args:
        experiment: The experiment.
        n_models: Models to train; a single one, as where nothing is searched, is trained twice, since it is compiled once.

    Raises:
        InputError: If the experiment or its data cannot be used, or no model can be trained.
    """
    experiment = with_hp_space(experiment)
    if experiment.space.own_fit is not None:
        raise ExperimentError(f"{experiment.model} trains by its own fit(), whose epochs nobody knows before; try it with: run --trials 2")
    check_references(experiment)
    search, max_epochs = experiment.search, experiment.space.max_epochs
    sampler = make_sampler(search, experiment.space.searched, search.n_trials, len(experiment.objectives), n_epochs=max_epochs)
    make_pruner(experiment.pruner, experiment.search.pruner_options, experiment.space.max_epochs)
    shares = divide_devices(experiment.executor)
    with shares[0].applied():
        context = load_context(experiment)
        models, failures = _measure(context, n_models)
    if not models:
        raise ExperimentError(f'model = "{experiment.model}": no model that was drawn from the space can be trained: {failures[0]}')
    return Plan(
        experiment=experiment,
        n_combinations=n_combinations(experiment.space.searched),
        n_rows=context.n_train,
        n_validation_rows=context.n_validation,
        data_bytes=context.arrays.n_bytes,
        models=models,
        failures=failures,
        n_workers=len(shares),
        device=shares[0].kind,
        worker_bytes=psutil.Process().memory_info().rss,
        epochs_by_interval=epochs_by_interval(sampler),
    )


def _measure(context: "TrainingContext", n_models: int) -> tuple[list[MeasuredModel], list[str]]:
    """Train models of the space for a few epochs, and return what was measured of them, and why others could not be trained."""
    from ..training.preflight import check_builder
    from ..training.run import train_trial

    check_builder(context)
    experiment = context.experiment
    drawn = draw_assignments(experiment, n_models if experiment.space.searched else 1)
    models, failures = [], []
    with tempfile.TemporaryDirectory(prefix=temporary_prefix()) as folder:
        for assignment in drawn if len(drawn) > 1 else drawn * 2:
            short, clock = _shortened(assignment, folder), _Clock()
            result = train_trial(context, short, clock.report, lambda _result: True)
            if result.state is TrialState.FAILED:
                failures.append(result.reason)
            else:
                models.append(clock.measured(assignment, result))
    return models, failures


def _shortened(assignment: Assignment, folder: str) -> Assignment:
    """Return a trial of a few epochs, each of which is reported when it ends."""
    training = assignment.training.model_copy(update={"epochs": min(_N_EPOCHS, assignment.training.epochs)})
    return replace(assignment, training=training, is_prunable=True, model_path=f"{folder}/models/{assignment.number}")


class _Clock:
    """Notes when the epochs of a training end."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._ends: list[float] = []

    def report(self, _report: Progress) -> bool:
        """Note the end of an epoch."""
        self._ends.append(time.perf_counter())
        return True

    def measured(self, assignment: Assignment, result: TrialResult) -> MeasuredModel:
        """Return what was measured; an estimator, which reports no epochs, was trained as a whole."""
        ends = self._ends or [time.perf_counter()]
        return MeasuredModel(
            label=format_params(assignment.params) or "model",
            trainer=result.trainer,
            n_parameters=result.n_parameters,
            n_epochs=assignment.training.epochs if self._ends else 1,
            start_seconds=ends[0] - self._began,
            n_bytes=Path(result.model_path).stat().st_size if result.model_path else 0,
            epoch_seconds=(ends[-1] - ends[0]) / max(1, len(ends) - 1),
        )
