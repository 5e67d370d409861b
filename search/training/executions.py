"""Trains the executions of a trial one after the other, each on its fold and with its seed, and takes their mean.

Each is one call of `run.train_trial`. A killed trial goes on with the executions that the coordinator has recorded.
"""

import math
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ..experiment.file import Experiment
from ..experiment.lineage import Interval
from ..seeds import execution_seed
from ..spread import mean_curve
from ..temporary_files import temporary_prefix
from ..trial import Assignment, ExecutionReport, Failure, Report, TrialResult, TrialState, best_epoch
from .context import TrainingContext
from .run import Keep, train_trial

Train = Callable[[TrainingContext, Assignment, Report, Keep | None], TrialResult]


def train_executions(contexts: Sequence[TrainingContext], assignment: Assignment, report: Report, train: Train = train_trial) -> TrialResult:
    """Train a trial.

    Args:
        contexts: The experiment with the arrays of each fold, and last those of all rows if the champion is trained on them; a single one
            without folds.
        assignment: The trial.
        report: Called after each epoch, and after each execution if there are several; a trial that does not continue is PRUNED.
        train: Trains one execution. Defaults to `run.train_trial`.

    Returns:
        The result of the only execution; or that of several with their mean value.
    """
    experiment = contexts[0].experiment
    evaluation, limit = experiment.evaluation, experiment.executor.trial_timeout_seconds
    if evaluation.n_executions == 1 or assignment.is_refit:
        return train_intervals(contexts[-1], assignment, report, train)
    done = list(assignment.executions)
    state = TrialState.COMPLETE
    while state is TrialState.COMPLETE and len(done) < evaluation.n_executions:
        execution = _Execution(assignment, done, experiment, report)
        done.append(train(contexts[evaluation.fold_of(len(done))], execution.assignment, execution.report, execution.keep))
        state = TrialState.PRUNED if execution.is_stopped else done[-1].state
        if assignment.checkpoint_path and state is TrialState.COMPLETE:
            Path(assignment.checkpoint_path).unlink(missing_ok=True)  # it is of the execution that has ended, whose model is saved
        seconds = sum(result.seconds for result in done)
        if state is TrialState.COMPLETE and len(done) < evaluation.n_executions and limit is not None and seconds > limit:
            reason = f"past its limit of {limit:g} seconds: {seconds:.1f} after {len(done)} executions"
            overdue = TrialResult(number=assignment.number, state=TrialState.FAILED, reason=reason, failure=Failure.TIMEOUT)
            return combined(experiment, assignment, [*done, overdue], TrialState.FAILED)
    return combined(experiment, assignment, done, state)


def train_intervals(context: TrainingContext, assignment: Assignment, report: Report, train: Train = train_trial) -> TrialResult:
    """Train the earlier intervals of a trial, each from the checkpoint of the one before, and then the trial.

    Args:
        context: The experiment and its arrays.
        assignment: The trial; without ``earlier`` it is trained alone.
        report: Called after each epoch.
        train: Trains one interval. Defaults to `run.train_trial`.

    Returns:
        The result of the last interval that was trained, with the curve and the time of all.
    """
    if not assignment.earlier:
        return train(context, assignment, report, None)
    seconds, parent = 0.0, ""
    with tempfile.TemporaryDirectory(prefix=temporary_prefix()) as folder:
        for number, interval in enumerate((*assignment.earlier, Interval(assignment.training, assignment.n_epochs))):
            is_last = number == len(assignment.earlier)
            lineage = replace(assignment.lineage, last_epoch=interval.last_epoch) if assignment.lineage else None
            part = replace(assignment, earlier=(), training=interval.training, lineage=lineage, parent_checkpoint_path=parent)
            parent = str(Path(folder) / f"{number}.npz")
            result = train(context, replace(part, checkpoint_path=parent), report, None if is_last else lambda _result: False)
            seconds += result.seconds
            if result.state is not TrialState.COMPLETE:
                break
    return replace(result, seconds=seconds)


class _Execution:
    """The next execution of a trial.

    Attributes:
        assignment: What is trained.
        is_stopped: Whether the trial ends with it although more executions would follow.
    """

    def __init__(self, trial: Assignment, done: Sequence[TrialResult], experiment: Experiment, report: Report) -> None:
        index = len(done)
        self.assignment = replace(
            trial,
            execution=index,
            executions=(),
            seed=execution_seed(trial.seed, index),
            is_prunable=trial.is_prunable and index == 0,
            model_path=f"{trial.model_path}-{index}",
            seconds_before=sum(result.seconds for result in done),
        )
        self.is_stopped = False
        self.report = report
        self._trial, self._done, self._experiment = trial, done, experiment
        self._is_last = index + 1 == experiment.evaluation.n_executions

    def keep(self, result: TrialResult) -> bool:
        """Report the execution, and return whether its model is saved: if the trial goes on, or is to be kept."""
        goes_on = self.report(ExecutionReport(self._trial.number, self.assignment.execution, result))
        self.is_stopped = not goes_on and not self._is_last
        if not self._is_last:
            return goes_on and self._may_be_kept
        ranked_by = self._experiment.ranked_by
        metrics = combined(self._experiment, self._trial, [*self._done, result], TrialState.COMPLETE).best_metrics
        return ranked_by.is_better(metrics[ranked_by.metric], self._trial.keep_if_better_than)

    @property
    def _may_be_kept(self) -> bool:
        """Whether there is a value with which the trial's models are kept."""
        return self._trial.keep_if_better_than is None or math.isfinite(self._trial.keep_if_better_than)


def combined(experiment: Experiment, assignment: Assignment, executions: Sequence[TrialResult], state: TrialState) -> TrialResult:
    """Return the result of a trial from those of its executions.

    Its value is that of the mean curve at its best epoch, the same for all executions, as far as all have been trained: the mean of the
    executions' own best values would be better than what any number of epochs gives. Their models are still those of their own best epochs.

    Args:
        experiment: The experiment, for its objective.
        assignment: The trial.
        executions: Their results, at least one; if the last one FAILED or was PRUNED, so is the trial.
        state: The trial's state.
    """
    last, succeeded = executions[-1], [result for result in executions if result.state is TrialState.COMPLETE]
    has_value = state is not TrialState.FAILED and bool(last.history)
    measured = succeeded if succeeded or not has_value else list(executions)
    curve = tuple(mean_curve([result.history for result in measured or executions]))
    metric = experiment.objective.metric
    values, restores = [epoch[metric] for epoch in curve] if has_value else [], assignment.training.restore_best_weights
    epoch = best_epoch(values, experiment.objective, restores=restores) if has_value else 0
    if has_value:
        measured = [replace(result, value=result.history[epoch - 1][metric], best_epoch=epoch) for result in measured]
    return replace(
        last,
        number=assignment.number,
        state=state,
        value=curve[epoch - 1][metric] if has_value else None,
        best_epoch=epoch,
        history=curve,
        seconds=sum(result.seconds for result in executions),
        n_parameters=max(result.n_parameters for result in executions),
        costs=executions[0].costs,
        reason=f"execution {len(executions)}: {last.reason}" if last.reason and len(executions) > 1 else last.reason,
        executions=tuple(measured),
    )
