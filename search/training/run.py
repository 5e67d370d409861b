"""Trains one trial from its assignment to its result; whatever goes wrong in it becomes the result's reason.

It imports Keras when a trial is trained and not before, so that the coordinator may import it.
"""

import gc
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..arrays import TrainingArrays, Tree
from ..errors import ExperimentError, TrialError
from ..experiment import Experiment
from ..metrics import check_objective, metric_names
from ..references import accepted, check_arguments, resolve
from ..trial import Assignment, Report, TrialResult, TrialState
from .progress import Progress

_log = logging.getLogger(__name__)
_REASON_LENGTH = 500
_COLLECTED_PARAMETERS = 2**20
"""A larger model's memory is freed at once, a smaller one's when Python comes to it: looking for it takes 0.25 s."""


def check_builder(experiment: Experiment, arrays: TrainingArrays) -> None:
    """Check whatever of training can be checked before the first trial; nothing is built or trained.

    Args:
        experiment: The experiment.
        arrays: The data.

    Raises:
        InputError: If the builder's reference or its arguments are wrong, the task has not the objective's metric, or
            the backend has not the trainer.
    """
    builder = resolve(experiment.model)
    if not callable(builder):
        raise ExperimentError(f'model = "{experiment.model}" is a {type(builder).__name__}; expected a function that returns a keras.Model')
    check_arguments(builder, experiment.space.model, _provided(arrays), "[space.model]")
    check_objective(experiment.objective, arrays.task)
    choose_trainer(experiment)


def choose_trainer(experiment: Experiment) -> str:
    """Name the trainer: the experiment's own, or the fastest that is correct on this backend.

    Args:
        experiment: The experiment.

    Returns:
        ``keras`` or ``compiled``.

    Raises:
        ExperimentError: If the experiment asks for the compiled one on another backend than TensorFlow.
    """
    import keras

    backend = keras.config.backend()
    if experiment.executor.trainer == "compiled" and backend != "tensorflow":
        raise ExperimentError(f'executor.trainer = "compiled" needs the TensorFlow backend, but Keras runs on {backend}; use "auto" or "keras"')
    if experiment.executor.trainer == "auto":
        return "compiled" if backend == "tensorflow" else "keras"
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
    started = time.perf_counter()
    progress = Progress(experiment.objective, assignment, report)
    facts: dict[str, Any] = {}
    try:
        _train(experiment, assignment, arrays, progress, facts)
    except caught as error:  # whatever a builder, a layer or the device can raise
        if error is progress.report_error:
            raise
        _log.debug("trial %d failed", assignment.number, exc_info=True)
        facts |= {"state": TrialState.FAILED, "reason": _reason(error), "value": None, "best_epoch": 0}
    if facts["state"] is TrialState.FAILED or facts["n_parameters"] > _COLLECTED_PARAMETERS:
        gc.collect()
    seconds = time.perf_counter() - started
    return TrialResult(number=assignment.number, history=tuple(progress.history), seconds=seconds, **facts)


def _train(experiment: Experiment, assignment: Assignment, arrays: TrainingArrays, progress: Progress, facts: dict[str, Any]) -> None:
    """Do the work, writing into ``facts`` what the result has as soon as it is known."""
    from .device import device_name
    from .keeping import keep_model

    facts |= {"device": device_name(), "trainer": choose_trainer(experiment)}
    model, data = _ready_model(experiment, assignment, arrays)
    facts["n_parameters"] = model.count_params()
    _trainer(facts["trainer"])(model, data, assignment, progress)
    facts |= {"value": progress.value, "best_epoch": progress.value_epoch, "state": TrialState.PRUNED}
    if progress.is_pruned:
        return
    facts["state"] = TrialState.COMPLETE
    if experiment.objective.is_better(progress.value, assignment.keep_if_better_than):
        if progress.weights_to_restore is not None:
            model.set_weights(progress.weights_to_restore)
        keep_model(model, arrays.x_validation, Path(assignment.model_path))
        facts["model_path"] = assignment.model_path


def _ready_model(experiment: Experiment, assignment: Assignment, arrays: TrainingArrays) -> tuple[Any, tuple[Tree, Tree, Tree, Tree]]:
    """Build and compile the model, with every variable that training needs, and write the data as it wants them."""
    import keras

    from .compiling import compile_model, encode_targets
    from .sizes import rows

    keras.utils.clear_session(free_memory=False)  # `train_trial` frees it where it matters
    keras.utils.set_random_seed(assignment.seed)
    builder, settings = resolve(experiment.model), assignment.training
    model = builder(**{**accepted(builder, _provided(arrays)), **assignment.model_arguments})
    if not isinstance(model, keras.Model):
        raise TrialError(f"{experiment.model} returned {type(model).__name__}, expected keras.Model")
    x = rows(arrays.x_train, slice(1))
    outputs = model(x, training=False)
    compile_model(model, outputs, settings, arrays.task, metric_names(experiment.objective, arrays.task))
    y_train, y_validation = (encode_targets(model, outputs, settings, arrays.task, y) for y in (arrays.y_train, arrays.y_validation))
    # Once by hand, so that the variables of loss, metrics and optimizer exist before anything is traced.
    y = keras.tree.map_structure(keras.ops.convert_to_tensor, rows(y_train, slice(1)))
    model.compute_loss(x=x, y=y, y_pred=outputs, training=False)
    model.compute_metrics(x, y, outputs)
    model.reset_metrics()
    model.optimizer.build(model.trainable_variables)
    return model, (arrays.x_train, y_train, arrays.x_validation, y_validation)


def _trainer(name: str) -> Callable[[Any, tuple[Tree, Tree, Tree, Tree], Assignment, Progress], None]:
    if name == "compiled":
        from . import compiled

        return compiled.train
    from . import keras_fit

    return keras_fit.train


def _provided(arrays: TrainingArrays) -> dict[str, object]:
    """What a builder gets without asking, where its signature has the name."""
    return {"input_shape": arrays.input_shape, "task": arrays.task, "n_outputs": arrays.n_outputs}


def _reason(error: Exception) -> str:
    """Say in one line why a trial failed."""
    message = " ".join(str(error).split())
    if isinstance(error, TrialError):
        text = message
    elif isinstance(error, MemoryError) or any(sign in f"{type(error).__name__} {message}" for sign in _OUT_OF_MEMORY):
        text = f"out of memory: {message}"
    else:
        text = f"{type(error).__name__}: {message}"
    return text if len(text) <= _REASON_LENGTH else text[: _REASON_LENGTH - 3] + "..."


_OUT_OF_MEMORY = ("ResourceExhausted", "RESOURCE_EXHAUSTED", "OutOfMemory", "out of memory", "OOM when allocating")
