"""Trains one trial from its assignment to its result; whatever goes wrong in it becomes the result's reason.

It imports Keras when a trial is trained and not before, so that the coordinator may import it.
"""

import gc
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..arrays import TrainingArrays, Tree
from ..errors import ExperimentError, TrialError
from ..estimators import is_estimator
from ..experiment import Experiment
from ..metrics import check_objective, logged_names, make_heads
from ..references import accepted, asked_for, check_arguments, check_values, resolve
from ..trial import Assignment, Report, TrialResult, TrialState
from .progress import Progress

_log = logging.getLogger(__name__)
_REASON_LENGTH = 500
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
    builder = resolve(experiment.model)
    if not callable(builder):
        raise ExperimentError(f'model = "{experiment.model}" is a {type(builder).__name__}; expected a function that returns a model')
    check_arguments(builder, experiment.space.model, _provided(arrays) | _seeds(0), "[space.model]")
    check_values(builder, experiment.space.model_values, "[space.model]")
    check_objective(experiment.objective, arrays.task, experiment.outputs)
    from .callbacks import check_callbacks
    from .dry_run import dry_run

    choose_trainer(experiment, check_callbacks(experiment, logged_names(experiment, arrays.task)))
    dry_run(experiment, arrays, _build_model, _make_ready)


def choose_trainer(experiment: Experiment, callbacks: Sequence[Any] = ()) -> str:
    """Name the trainer: the experiment's own, or the fastest that is correct on this backend and for these callbacks.

    Args:
        experiment: The experiment.
        callbacks: The trial's. Defaults to none.

    Returns:
        ``keras`` or ``compiled``.

    Raises:
        ExperimentError: If the experiment asks for the compiled one on another backend than TensorFlow, or with a
            callback that needs batches.
    """
    import keras

    from .callbacks import needs_batches

    backend = keras.config.backend()
    slow = next((type(callback).__name__ for callback in callbacks if needs_batches(callback)), None)
    if experiment.executor.trainer == "compiled" and backend != "tensorflow":
        raise ExperimentError(f'executor.trainer = "compiled" needs the TensorFlow backend, but Keras runs on {backend}; use "auto" or "keras"')
    if experiment.executor.trainer == "compiled" and slow:
        raise ExperimentError(f'executor.trainer = "compiled" trains whole epochs, but {slow} is called at every batch; use "auto" or "keras"')
    if experiment.executor.trainer == "auto":
        return "compiled" if backend == "tensorflow" and not slow else "keras"
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
    from .callbacks import make_callbacks
    from .device import device_name
    from .keeping import keep_model

    callbacks = make_callbacks(experiment, Path(assignment.model_path).parents[1], assignment.number)
    facts |= {"device": device_name(), "trainer": choose_trainer(experiment, callbacks)}
    model = _build_model(experiment, assignment, arrays)
    if is_estimator(model):
        _fit_estimator(model, experiment, arrays, progress, facts)
    else:
        data = _make_ready(model, experiment, assignment, arrays)
        facts["n_parameters"] = model.count_params()
        _trainer(facts["trainer"])(model, data, assignment, progress, callbacks)
    facts |= {"value": progress.value, "best_epoch": progress.value_epoch, "state": TrialState.PRUNED}
    if progress.is_pruned:
        return
    facts["state"] = TrialState.COMPLETE
    if experiment.objective.is_better(progress.value, assignment.keep_if_better_than):
        if progress.weights_to_restore is not None:
            model.set_weights(progress.weights_to_restore)
        facts["model_path"] = str(keep_model(model, arrays.x_validation, Path(assignment.model_path), experiment.model))


def _build_model(experiment: Experiment, assignment: Assignment, arrays: TrainingArrays) -> Any:
    """Build a Keras model, or an estimator with scikit-learn's interface."""
    import keras

    from .precision import computing_in

    keras.utils.clear_session(free_memory=False)  # `train_trial` frees it where it matters
    keras.utils.set_random_seed(assignment.seed)
    builder = resolve(experiment.model)
    with computing_in(assignment.training.precision):
        model = builder(**_arguments(builder, arrays, assignment.seed, assignment.model_arguments))
    if not isinstance(model, keras.Model) and not is_estimator(model):
        raise TrialError(f"{experiment.model} returned {type(model).__name__}, expected keras.Model, or what has scikit-learn's fit and predict")
    return model


def _fit_estimator(estimator: Any, experiment: Experiment, arrays: TrainingArrays, progress: Progress, facts: dict[str, Any]) -> None:
    from ..estimators import count_parameters
    from . import sklearn_fit

    facts["trainer"] = sklearn_fit.NAME
    sklearn_fit.check(estimator, experiment)
    sklearn_fit.train(estimator, arrays, experiment, progress)
    facts["n_parameters"] = count_parameters(estimator)


def _make_ready(model: Any, experiment: Experiment, assignment: Assignment, arrays: TrainingArrays) -> tuple[Tree, Tree, Tree, Tree]:
    """Compile the model, with every variable that training needs, and return the data as it wants them."""
    import keras

    from .compiling import compile_model, encode_targets
    from .names import check_inputs
    from .precision import computing_in
    from .sizes import rows

    x, settings = rows(arrays.x_train, slice(1)), assignment.training
    check_inputs(model, x)
    with computing_in(settings.precision):
        outputs = model(x, training=False)  # a subclassed model makes its layers now
    heads = make_heads(experiment, arrays.task)
    compile_model(model, outputs, settings, heads)
    y_train, y_validation = (encode_targets(model, outputs, settings, heads, y) for y in (arrays.y_train, arrays.y_validation))
    # Once by hand, so that the variables of loss, metrics and optimizer exist before anything is traced.
    y = keras.tree.map_structure(keras.ops.convert_to_tensor, rows(y_train, slice(1)))
    model.compute_loss(x=x, y=y, y_pred=outputs, training=False)
    model.compute_metrics(x, y, outputs)
    model.reset_metrics()
    model.optimizer.build(model.trainable_variables)
    return arrays.x_train, y_train, arrays.x_validation, y_validation


def _trainer(name: str) -> Callable[[Any, tuple[Tree, Tree, Tree, Tree], Assignment, Progress, Sequence[Any]], None]:
    if name == "compiled":
        from . import compiled

        return compiled.train
    from . import keras_fit

    return keras_fit.train


def _provided(arrays: TrainingArrays) -> dict[str, object]:
    """What a builder gets without asking, where its signature has the name."""
    return {"input_shape": arrays.input_shape, "task": arrays.task, "n_outputs": arrays.n_outputs}


def _seeds(seed: int) -> dict[str, object]:
    """What a builder gets only where its signature has the name: Keras' builders are seeded already."""
    return {"seed": seed, "random_state": seed}


def _arguments(builder: Any, arrays: TrainingArrays, seed: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """All arguments of a builder; what the experiment gives comes first."""
    return {**accepted(builder, _provided(arrays)), **asked_for(builder, _seeds(seed)), **given}


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
