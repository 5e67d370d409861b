"""Trains one trial from its assignment to its result; whatever goes wrong in it becomes the result's reason.

It imports Keras when a trial is trained and not before, so that the coordinator may import it.
"""

import gc
import logging
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..data.arrays import TrainingArrays
from ..errors import DivergedError, ExperimentError, OverdueError, TrialError
from ..estimators import is_estimator
from ..experiment.file import Experiment
from ..experiment.references import check_arguments, check_values, resolve
from ..redaction import redact
from ..trial import Assignment, Failure, Report, TrialResult, TrialState
from .loop.progress import Progress
from .metrics import check_objective, logged_names

_log = logging.getLogger(__name__)
_REASON_LENGTH = 500
_COMPILING = ("tensorflow", "jax")
"""Keras' backends that the compiled trainer knows."""
_COLLECTED_PARAMETERS = 2**20
"""A larger model's memory is freed at once, a smaller one's when Python comes to it: looking for it takes 0.25 s."""


def check_builder(experiment: Experiment, arrays: TrainingArrays) -> None:
    """Check whatever of training can be checked before the first trial; the model is built once, and nothing is trained.

    Args:
        experiment: The experiment.
        arrays: The data.

    Raises:
        InputError: If the builder's reference or its arguments are wrong, or a callback's, the task has not the
            objective's metric, the trainer does not go with the backend or the callbacks, or the model cannot be built, be
            trained on these data or be kept.
    """
    from .loop.callbacks import check_callbacks
    from .model.building import provided, seeds
    from .preflight import dry_run

    builder = resolve(experiment.model)
    if not callable(builder):
        raise ExperimentError(f'model = "{experiment.model}" is a {type(builder).__name__}; expected a function that returns a model')
    check_arguments(builder, experiment.space.model, provided(arrays) | seeds(0), "[space.model]")
    check_values(builder, experiment.space.model_values, "[space.model]")
    check_objective(experiment.objective, arrays.task, experiment.outputs)
    choose_trainer(experiment, check_callbacks(experiment, logged_names(experiment, arrays.task)))
    dry_run(experiment, arrays)


def choose_capacity(experiment: Experiment, arrays: TrainingArrays) -> int:
    """Choose how many trials this process trains at once; `Lockstep` lets them take turns.

    Args:
        experiment: The experiment, checked.
        arrays: The data.
    """
    if choose_trainer(experiment) != "compiled":
        return 1
    from . import concurrency
    from .program_cache import programs_of

    return concurrency.choose_capacity(experiment, arrays, programs_of(experiment, arrays))


def choose_trainer(experiment: Experiment, callbacks: Sequence[Any] = ()) -> str:
    """Name the trainer: the experiment's own, or the fastest that is correct on this backend and for these callbacks.

    Args:
        experiment: The experiment.
        callbacks: The trial's. Defaults to none.

    Returns:
        ``keras`` or ``compiled``.

    Raises:
        ExperimentError: If the experiment asks for the compiled one on another backend than TensorFlow and JAX, or with
            a callback that needs batches.
    """
    import keras

    from .loop.callbacks import needs_batches

    backend = keras.config.backend()
    slow = next((type(callback).__name__ for callback in callbacks if needs_batches(callback)), None)
    if experiment.executor.trainer == "compiled" and backend not in _COMPILING:
        raise ExperimentError(
            f'executor.trainer = "compiled" needs the backend {" or ".join(_COMPILING)}, but Keras runs on {backend}; use "auto" or "keras"'
        )
    if experiment.executor.trainer == "compiled" and slow:
        raise ExperimentError(f'executor.trainer = "compiled" trains whole epochs, but {slow} is called at every batch; use "auto" or "keras"')
    if experiment.executor.trainer == "auto":
        return "compiled" if backend in _COMPILING and not slow else "keras"
    return experiment.executor.trainer


def train_trial(experiment: Experiment, assignment: Assignment, arrays: TrainingArrays, report: Report) -> TrialResult:
    """Build, train, measure, and keep the model if it is good enough.

    Args:
        experiment: The experiment, for the builder's reference, the objective and the trainer.
        assignment: The trial.
        arrays: The data.
        report: Called after each epoch in order; where it answers False training ends as PRUNED. What it raises passes
            through.

    Returns:
        The result. A trial that cannot be built or trained is FAILED with its reason, and nothing is raised for it.
    """
    return _train_catching(Exception, experiment, assignment, arrays, report)


def train_or_raise(experiment: Experiment, assignment: Assignment, arrays: TrainingArrays, report: Report) -> TrialResult:
    """Do the same as `train_trial`, but let an exception of the builder or the backend through, with its own traceback."""
    return _train_catching(TrialError, experiment, assignment, arrays, report)


def _train_catching(caught: type[Exception], experiment: Experiment, assignment: Assignment, arrays: TrainingArrays, report: Report) -> TrialResult:
    progress = Progress(experiment, assignment, report)
    facts: dict[str, Any] = {}
    try:
        _train(experiment, assignment, arrays, progress, facts)
    except caught as error:  # whatever a builder, a layer or the device can raise
        if error is progress.report_error:
            raise
        if not isinstance(error, TrialError):
            _log.warning("trial %d failed:\n%s", assignment.number, redact(traceback.format_exc()))  # into the worker's log
        facts |= {"state": TrialState.FAILED, "reason": _reason(error), "failure": _failure(error), "value": None, "best_epoch": 0}
    if facts["state"] is TrialState.FAILED or facts["n_parameters"] > _COLLECTED_PARAMETERS:
        gc.collect()
    return TrialResult(number=assignment.number, history=tuple(progress.history), seconds=progress.seconds, **facts)


def _train(experiment: Experiment, assignment: Assignment, arrays: TrainingArrays, progress: Progress, facts: dict[str, Any]) -> None:
    """Do the work, writing into ``facts`` what the result has as soon as it is known."""
    from . import keras_fit
    from .device import device_name
    from .loop.callbacks import make_callbacks
    from .model.building import build_model
    from .model.preparation import call_once, make_ready
    from .model.saving import keep_model

    callbacks = make_callbacks(experiment, Path(assignment.model_path).parents[1], assignment.number)
    trainer = choose_trainer(experiment, callbacks)
    facts |= {"device": device_name(), "trainer": trainer}
    model = build_model(experiment, arrays, assignment.model_arguments, assignment.seed, assignment.training.precision)
    if is_estimator(model):
        _fit_estimator(model, experiment, arrays, progress, facts)
    else:
        if not model.built:
            call_once(model, assignment.training, arrays)
        facts["n_parameters"] = model.count_params()
        if trainer == "compiled":
            facts["trainer"] = _fit_compiled(model, experiment, assignment, arrays, progress, callbacks)
        else:
            keras_fit.train(model, make_ready(model, experiment, assignment.training, arrays), assignment, progress, callbacks)
    facts |= {"value": progress.value, "best_epoch": progress.value_epoch, "state": TrialState.PRUNED}
    if progress.is_pruned:
        return
    facts["state"] = TrialState.COMPLETE
    if experiment.objective.is_better(progress.value, assignment.keep_if_better_than):
        if progress.weights_to_restore is not None:
            model.set_weights(progress.weights_to_restore)
        if not is_estimator(model) and not model.compiled:
            make_ready(model, experiment, assignment.training, arrays)  # compiled, as a model that was trained itself
        facts["model_path"] = str(keep_model(model, arrays.x_validation, Path(assignment.model_path), experiment.model))


def _fit_estimator(estimator: Any, experiment: Experiment, arrays: TrainingArrays, progress: Progress, facts: dict[str, Any]) -> None:
    from ..estimators import count_parameters
    from . import sklearn_fit

    facts["trainer"] = sklearn_fit.NAME
    sklearn_fit.check(estimator, experiment)
    sklearn_fit.train(estimator, arrays, experiment, progress)
    facts["n_parameters"] = count_parameters(estimator)


def _fit_compiled(
    model: Any, experiment: Experiment, assignment: Assignment, arrays: TrainingArrays, progress: Progress, callbacks: Sequence[Any]
) -> str:
    """Train a Keras model by a program and name its kind."""
    from . import compiled_fit
    from .program_cache import programs_of

    is_exact = bool(callbacks) or experiment.executor.trainer == "compiled"
    return compiled_fit.train(model, programs_of(experiment, arrays), assignment, progress, callbacks, is_exact=is_exact)


def _failure(error: Exception) -> Failure:
    """Say in one word why a trial failed."""
    if isinstance(error, DivergedError):
        return Failure.NAN
    if isinstance(error, OverdueError):
        return Failure.TIMEOUT
    is_memory = isinstance(error, MemoryError) or any(sign in f"{type(error).__name__} {error}" for sign in _OUT_OF_MEMORY)
    return Failure.OUT_OF_MEMORY if is_memory else Failure.ERROR


def _reason(error: Exception) -> str:
    """Say in one line, without secrets, why a trial failed."""
    message = redact(" ".join(str(error).split()))
    if isinstance(error, TrialError):
        text = message
    elif _failure(error) is Failure.OUT_OF_MEMORY:
        text = f"out of memory: {message}"
    else:
        text = f"{type(error).__name__}: {message}"
    return text if len(text) <= _REASON_LENGTH else text[: _REASON_LENGTH - 3] + "..."


_OUT_OF_MEMORY = ("ResourceExhausted", "RESOURCE_EXHAUSTED", "OutOfMemory", "out of memory", "OOM when allocating")
