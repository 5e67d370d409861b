"""Trains one trial from its assignment to its result; whatever goes wrong becomes the result's reason.

Keras is imported when a trial is trained and not before, so that the coordinator may import this module.
"""

import gc
import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import TrialError
from ..redaction import redact
from ..trial import Assignment, Failure, Report, TrialResult, TrialState
from ..user_code import user_code
from .context import TrainingContext
from .failures import classify, reason_of

if TYPE_CHECKING:  # it imports Keras
    from .base import TrialRun

Keep = Callable[[TrialResult], bool]
"""Returns whether the model of a trial that is COMPLETE is saved."""

_log = logging.getLogger(__name__)
_COLLECTED_PARAMETERS = 2**20
"""The memory of a larger model is freed at once, which takes 0.25 s; that of a smaller one whenever Python collects it."""


def choose_capacity(context: TrainingContext) -> int:
    """Return how many trials this process trains at once, on a thread each; see `search.training.vectorized.lockstep`."""
    from . import concurrency
    from .program_cache import programs_of
    from .trainers import choose_trainer

    if choose_trainer(context.experiment) != "compiled":
        return 1
    return concurrency.choose_capacity(context, programs_of(context))


def train_trial(context: TrainingContext, assignment: Assignment, report: Report, keep: Keep | None = None) -> TrialResult:
    """Build, train and measure a trial, and save its model if it is better than ``assignment.keep_if_better_than``.

    Args:
        context: The experiment and its arrays.
        assignment: The trial.
        report: Called after each epoch in order; if it returns False, training ends as PRUNED. What it raises is raised here.
        keep: Decides whether the model is saved, given the result. Defaults to comparing its value.

    Returns:
        The result. A trial that cannot be built or trained is FAILED with its reason, and nothing is raised for it.
    """
    return _train_catching(Exception, context, assignment, report, keep)


def train_or_raise(context: TrainingContext, assignment: Assignment, report: Report, keep: Keep | None = None) -> TrialResult:
    """Train as `train_trial` does, but raise an exception of the builder or the backend with its own traceback."""
    return _train_catching(TrialError, context, assignment, report, keep)


def _train_catching(caught: type[Exception], context: TrainingContext, assignment: Assignment, report: Report, keep: Keep | None) -> TrialResult:
    from .base import TrialRun
    from .loop.progress import Progress

    progress = Progress(context.experiment, assignment, report)
    run = TrialRun(context, assignment, progress)
    reason, failure = "", None
    try:
        with user_code():
            state = _train(run, keep)
    except caught as error:  # whatever a builder, a layer or the device can raise
        if error is progress.report_error:
            raise
        if not isinstance(error, TrialError):
            _log.warning("trial %d failed:\n%s", assignment.number, redact(traceback.format_exc()))  # into the worker's log
        state, reason, failure = TrialState.FAILED, reason_of(error), classify(error)
    if state is TrialState.FAILED or run.n_parameters > _COLLECTED_PARAMETERS:
        gc.collect()
    return _result(run, state, reason, failure)


def _result(run: "TrialRun", state: TrialState, reason: str, failure: Failure | None) -> TrialResult:
    progress, has_value = run.progress, state is not TrialState.FAILED and bool(run.progress.history)
    return TrialResult(
        number=run.assignment.number,
        state=state,
        value=progress.value if has_value else None,
        best_epoch=progress.value_epoch if has_value else 0,
        history=tuple(progress.history),
        seconds=progress.seconds,
        n_parameters=run.n_parameters,
        costs=run.costs,
        device=run.device,
        trainer=run.trainer,
        reason=reason,
        failure=failure,
        model_path=run.model_path,
    )


def _train(run: "TrialRun", keep: Keep | None) -> TrialState:
    from .model.precision import floats_of

    with floats_of(run.assignment.training.precision):
        return _train_model(run, keep)


def _train_model(run: "TrialRun", keep: Keep | None) -> TrialState:
    from .device import device_name
    from .loop.callbacks import make_callbacks
    from .model.building import build_model
    from .model.output_layers import check_output_layers
    from .trainers import TRAINERS, choose_trainer, name_for

    experiment, assignment = run.context.experiment, run.assignment
    label = assignment.number if experiment.evaluation.n_executions == 1 else f"{assignment.number}-{assignment.execution}"
    run.callbacks = make_callbacks(experiment, Path(assignment.model_path).parents[1], label)
    run.trainer = choose_trainer(experiment, run.callbacks)
    run.device = device_name()
    model = build_model(run.context, assignment.model_arguments, assignment.seed, assignment.training.precision)
    run.use_settings_of(model)
    check_output_layers(model, run.context, run.assignment.training)  # other values of the space may have another layer than the checked ones
    run.trainer = name_for(model, run.trainer)
    trainer = TRAINERS[run.trainer]
    trainer.train(model, run)
    if run.progress.is_pruned or (run.is_beyond_limits and not run.progress.history):
        return TrialState.PRUNED
    if _is_kept(run, keep):
        trainer.prepare_to_save(model, run)
        run.model_path = _save(model, run)
    return TrialState.COMPLETE


def _is_kept(run: "TrialRun", keep: Keep | None) -> bool:
    if keep is None:
        ranked_by = run.context.experiment.ranked_by
        return ranked_by.is_better(run.progress.value_of(ranked_by.metric), run.assignment.keep_if_better_than)
    try:
        return keep(_result(run, TrialState.COMPLETE, "", None))
    except Exception as error:  # the coordinator has ended, or refuses: no failure of the trial
        run.progress.report_error = error
        raise


def _save(model: object, run: "TrialRun") -> str:
    from .model.probabilities import with_probabilities
    from .model.saving import keep_model

    experiment, path = run.context.experiment, Path(run.assignment.model_path)
    predicting, keeps_optimizer = with_probabilities(model, run.context, run.assignment.training), experiment.champion.optimizer_state
    return str(keep_model(predicting, run.context.arrays.x_validation, path, experiment.model, keeps_optimizer=keeps_optimizer))
