"""The progress of one trial, epoch by epoch: its learning rate, its best epoch, and whether it continues.

Every trainer uses it, so that early stopping, schedules, pruning and failures mean the same in all of them. It trains
nothing and knows no Keras.
"""

import logging
import math
import time
from collections.abc import Callable, Mapping

from ...data.arrays import Array, Weights
from ...errors import DivergedError, OverdueError, TrialError
from ...experiment.file import Experiment
from ...experiment.settings import TrainingSettings
from ...trial import Assignment, EpochReport, Report
from .checkpoints import Checkpoint, Checkpointable, Checkpoints
from .schedules import learning_rate_at

_log = logging.getLogger(__name__)
_STORED: Mapping[str, str] = {
    **{name: name for name in ("history", "best_epoch", "_best_value", "_reference", "_n_plateaus", "seconds")},
    # Checkpoint files so far have these keys, so that a trial of an earlier version continues.
    "_n_standing": "_n_without_improvement",  # words: fine
    "_n_standing_at_rate": "_n_without_improvement_at_rate",  # words: fine
}
"""Keys in a checkpoint file, each with the attribute that it stores; weights are stored beside them."""


class Progress:
    """Records the epochs of one trial and decides whether it continues.

    Attributes:
        history: The metrics of every epoch that was trained, in order.
        best_epoch: The epoch with the best value, the earliest of equals, from 1; 0 before the first epoch.
        is_pruned: Whether a report returned False.
        report_error: The exception that the report raised, which is not a failure of the trial.
        goes_on: Whether the trial has epochs left, in this stage of fine-tuning or in the next one.
        keeps_state: Whether the trainer's whole state is kept of the best epoch, with the optimizer's, and not the weights alone.

    Args:
        experiment: The experiment, for its objective, the trial's time limit and the interval of checkpoints.
        assignment: The trial, for its number and its settings.
        report: Called after each epoch; returns whether to continue.
    """

    def __init__(self, experiment: Experiment, assignment: Assignment, report: Report) -> None:
        self.history: list[dict[str, float]] = []
        self.best_epoch = 0
        self.is_pruned = False
        self.report_error: Exception | None = None
        self.keeps_state = experiment.champion.optimizer_state
        self.goes_on = True
        self._n_stages = experiment.initial.n_unfreezings + 1
        self._started = time.perf_counter()
        self._objective, self._limits = experiment.objective, experiment.executor
        self._compared = experiment.compared_metrics
        self._checkpoints = Checkpoints(experiment, assignment)
        self._assignment = assignment
        self._settings = assignment.training
        self._rate_at: Callable[[int], float] | None = None
        self._report = report
        self._best_value: float | None = None
        self._best: list[Array] | None = None
        self._reference: float | None = None  # the last value that improved by more than min_delta
        self._n_without_improvement = 0
        self._n_without_improvement_at_rate = 0
        self._n_plateaus = 0

    @property
    def seconds(self) -> float:
        """Wall-clock time since the trial started; of a continued trial including the time up to its checkpoint."""
        return time.perf_counter() - self._started

    @seconds.setter
    def seconds(self, seconds: float) -> None:
        self._started = time.perf_counter() - seconds

    def use(self, settings: TrainingSettings, rate_at: Callable[[int], float] | None = None) -> None:
        """Use training settings in place of the assignment's, before the first epoch.

        Args:
            settings: The settings.
            rate_at: Returns the learning rate of an epoch, from 1, which the optimizer has by itself. Defaults to that of the settings.
        """
        self._settings, self._rate_at = settings, rate_at

    @property
    def epoch(self) -> int:
        """The epoch that is trained next, from 1."""
        return len(self.history) + 1

    @property
    def stage(self) -> int:
        """The stage of fine-tuning of the next epoch: how often layers were unfrozen before it."""
        return self.stage_of(self.epoch)

    def stage_of(self, epoch: int) -> int:
        """Return the stage of an epoch, from 1."""
        return min(self._settings.n_unfreezings(epoch), self._n_stages - 1)

    @property
    def first_stage(self) -> int:
        """The stage of the last epoch of the trial's checkpoint, if one exists; otherwise that of the first epoch."""
        checkpoint = self._checkpoints.read() if self.is_staged else None
        return self.stage_of(len(checkpoint.course["history"])) if checkpoint else 0

    @property
    def is_staged(self) -> bool:
        """Whether layers are unfrozen in the course of the trial."""
        return self.stage_of(self._settings.epochs) > 0

    @property
    def _n_epochs(self) -> int:
        lineage = self._assignment.lineage
        return min(self._settings.epochs, lineage.last_epoch) if lineage else self._settings.epochs

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next epoch."""
        return self.learning_rates(1)[0]

    def learning_rates(self, n_epochs: int) -> list[float]:
        """Return the learning rates of the next ``n_epochs`` epochs, at most ``n_certain``."""
        epochs = [self.epoch + index for index in range(n_epochs)]
        if self._rate_at is not None:
            return [self._rate_at(epoch) for epoch in epochs]
        return [learning_rate_at(self._settings, epoch, self._n_plateaus) for epoch in epochs]

    @property
    def n_certain(self) -> int:
        """How many epochs are certain to follow, at learning rates that are known now, if all metrics stay finite."""
        limits = [self._n_epochs - len(self.history)]
        if self._assignment.is_prunable:
            limits.append(1)
        if self.is_staged and self.stage < self._n_stages - 1:
            limits.append((self.stage + 1) * self._settings.unfreeze_epochs - len(self.history))
        if self.keeps_state and self._keeps_best:
            limits.append(1)
        if self._settings.patience:
            limits.append(self._settings.patience - self._n_without_improvement)
        if self._settings.schedule == "plateau":
            limits.append(self._settings.decay_epochs - self._n_without_improvement_at_rate)
        return min(limits)

    @property
    def value(self) -> float:
        """The objective's metric at the best epoch, or at the last one if best weights are not restored."""
        return self.value_of(self._objective.metric)

    def value_of(self, metric: str) -> float:
        """Return a metric at the epoch of ``value``."""
        return self.history[self.value_epoch - 1][metric]

    @property
    def value_epoch(self) -> int:
        """The epoch of ``value``, from 1."""
        return self.best_epoch if self._settings.restore_best_weights else len(self.history)

    @property
    def weights_to_restore(self) -> Weights | None:
        """The best epoch's weights, or None if the model has them already or they are not to be restored."""
        return None if self.keeps_state else self._earlier_best

    @property
    def state_to_restore(self) -> list[Array] | None:
        """The best epoch's state, or None if the trainer has it, or if it is not kept."""
        return self._earlier_best if self.keeps_state else None

    @property
    def _earlier_best(self) -> list[Array] | None:
        return None if self.value_epoch == len(self.history) else self._best

    def end_epoch(self, metrics: Mapping[str, float], copy: Callable[[], list[Array]]) -> bool:
        """Record one epoch and report it.

        Args:
            metrics: The epoch's metrics by Keras' names, and ``learning_rate`` if it differs from the schedule's.
            copy: Returns a copy of the weights, or of the trainer's state if ``keeps_state``; called if the epoch is the best so far.

        Returns:
            Whether another epoch of the same stage follows.

        Raises:
            DivergedError: If a loss or the objective's metric is not a finite number.
            TrialError: If the model does not have the objective's metric.
        """
        return self.end_logged_epoch({"learning_rate": self.learning_rate, **metrics}, copy)

    def end_logged_epoch(self, logged: Mapping[str, float], copy: Callable[[], list[Array]]) -> bool:
        """Record one epoch with nothing but what was logged; see `end_epoch`."""
        epoch = self.epoch
        self.note_epoch(logged)
        value = self._checked_value(self.history[-1], epoch)
        self._compare(value, epoch, copy)
        is_over = 0 < self._settings.patience <= self._n_without_improvement or epoch == self._n_epochs
        goes_on = self._send(EpochReport(self._assignment.number, epoch, self.history[-1], self._assignment.execution))
        self.is_pruned = not goes_on and not (is_over and self._assignment.is_pausable)  # nothing could continue after a pause
        self.goes_on = goes_on and not is_over
        return self.goes_on and self.stage == self.stage_of(epoch)

    def note_epoch(self, logged: Mapping[str, float]) -> None:
        """Record an epoch that can be compared with no other, since it has no value; it is reported with the result."""
        self.history.append({name: float(value) for name, value in logged.items()})

    def resume(self, trainer: Checkpointable) -> None:
        """Continue from the checkpoint of a killed attempt, if one exists, or of the trial that this one continues. No epoch is reported again.

        Args:
            trainer: Has the trial's model as it was built; the state of the checkpoint is restored into it.

        Raises:
            TrialError: If the checkpoint of the trial that this one continues cannot be used.
        """
        checkpoint = self._checkpoints.find(trainer, self._n_epochs)
        if checkpoint is None:
            return
        trainer.set_state(checkpoint.state)
        for key, attribute in _STORED.items():
            if key in checkpoint.course:  # an earlier version may not have written it
                setattr(self, attribute, checkpoint.course[key])
        self._best = checkpoint.best
        if self._keeps_best and self.best_epoch == len(self.history):
            self._best = trainer.get_state() if self.keeps_state else trainer.get_weights()

    def between_epochs(self, trainer: Checkpointable) -> None:
        """Check the time limit between two epochs, and write a checkpoint if one is due.

        Args:
            trainer: Its state is that after the last epoch.

        Raises:
            OverdueError: If the trial has exceeded its time limit.
        """
        self.check_time()
        if self._checkpoints.is_due:
            self._write_checkpoint(trainer)

    def end(self, trainer: Checkpointable) -> None:
        """Write a checkpoint of a trial that is paused, or that others continue, after its last epoch.

        Args:
            trainer: Its state is that after the last epoch.
        """
        is_continued = len(self.history) == self._n_epochs < self._settings.epochs
        if is_continued or (self.is_pruned and self._assignment.is_pausable):
            self._write_checkpoint(trainer)

    def _write_checkpoint(self, trainer: Checkpointable) -> None:
        is_best = self.best_epoch == len(self.history)
        best = self._best if self._keeps_best and not is_best else None
        self._checkpoints.write(Checkpoint({key: getattr(self, attribute) for key, attribute in _STORED.items()}, trainer.get_state(), best))

    @property
    def _keeps_best(self) -> bool:
        return self._settings.restore_best_weights

    def check_time(self) -> None:
        """Check the trial's time limit.

        Raises:
            OverdueError: If the trial has exceeded it.
        """
        limit = self._limits.trial_timeout_seconds
        seconds = self._assignment.seconds_before + self.seconds
        if limit is not None and seconds > limit:
            raise OverdueError(f"past its limit of {limit:g} seconds: {seconds:.1f} at epoch {len(self.history)}")

    def _checked_value(self, metrics: Mapping[str, float], epoch: int) -> float:
        for name in self._compared:
            if name not in metrics:
                raise TrialError(f'the model has no metric "{name}"; it has {", ".join(sorted(metrics))}')
        for checked in ("loss", "val_loss", *self._compared):
            if not math.isfinite(number := metrics.get(checked, 0.0)):
                raise DivergedError(f"{checked} is {'NaN' if math.isnan(number) else 'infinite'} at epoch {epoch}")
        return metrics[self._objective.metric]

    def _compare(self, value: float, epoch: int, copy: Callable[[], list[Array]]) -> None:
        if self._objective.is_better(value, self._best_value):
            self._best_value, self.best_epoch = value, epoch
            if self._settings.restore_best_weights and epoch < self._settings.epochs:
                self._best = copy()
        if self._is_improvement(value):
            self._reference, self._n_without_improvement, self._n_without_improvement_at_rate = value, 0, 0
            return
        self._n_without_improvement += 1
        self._n_without_improvement_at_rate += 1
        if self._n_without_improvement_at_rate == self._settings.decay_epochs:
            self._n_plateaus, self._n_without_improvement_at_rate = self._n_plateaus + 1, 0

    def _is_improvement(self, value: float) -> bool:
        sign = 1 if self._objective.direction == "minimize" else -1
        return self._objective.is_better(value + sign * self._settings.min_delta, self._reference)

    def _send(self, epoch_report: EpochReport) -> bool:
        try:
            return bool(self._report(epoch_report))
        except Exception as error:
            self.report_error = error
            raise
