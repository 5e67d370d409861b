"""Builds the model before the first trial, makes it ready for training, saves it and loads it again. It trains nothing."""

import contextlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ..data.arrays import Array, TrainingArrays, Tree, named
from ..data.targets import named_outputs
from ..errors import ExperimentError, TrialError
from ..estimators import is_estimator
from ..experiment.file import Experiment
from ..trial import Assignment
from . import sklearn_fit
from .batching import rows
from .metrics import make_heads
from .model.building import build_model
from .model.names import check_inputs, match_outputs
from .model.outputs import check_losses, check_shape
from .model.precision import computing_in
from .model.preparation import make_ready

N_ROWS = 4
_REASON_LENGTH = 400
_TOLERANCE = 1e-3
"""Largest difference of outputs, as a part of the largest output: what a GPU's rounding may be."""


def dry_run(experiment: Experiment, arrays: TrainingArrays) -> None:
    """Do everything with a model that comes before and after its training.

    The smallest values of the searched parameters are tried, or else the largest: a trial may fail, but not all of them.

    Args:
        experiment: The experiment.
        arrays: The data.

    Raises:
        ExperimentError: If the model cannot be built, does not take the data, does not go with the target, the loss or the
            metrics, or cannot be loaded again.
    """
    try:
        model = _ready_model(experiment, arrays)
        if not is_estimator(model):
            with computing_in(model.dtype_policy):
                _check_kept(model, rows(arrays.x_train, slice(N_ROWS)))
    except TrialError as error:
        raise ExperimentError(f'model = "{experiment.model}": {error}') from error
    finally:
        keras.utils.clear_session(free_memory=False)


def _ready_model(experiment: Experiment, arrays: TrainingArrays) -> Any:
    smallest, largest = (assignment_at(experiment, end) for end in (0, -1))
    try:
        return _make_model(experiment, arrays, smallest)
    except TrialError:
        if smallest != largest:
            with contextlib.suppress(TrialError):
                return _make_model(experiment, arrays, largest)
        raise


def assignment_at(experiment: Experiment, end: int) -> Assignment:
    """Return a trial at one end of every range: 0 the smallest values, -1 the largest."""
    space = experiment.space
    params = {name: parameter.extremes[end] for name, parameter in space.searched.items()}
    return Assignment(
        number=0,
        params=params,
        model_arguments=space.model_arguments(params),
        training=space.training_settings(params),
        seed=0,
        is_prunable=False,
        keep_if_better_than=None,
        model_path="",
    )


def _make_model(experiment: Experiment, arrays: TrainingArrays, assignment: Assignment) -> Any:
    given = ", ".join(f"{name}={value}" for name, value in assignment.model_arguments.items())
    with _explaining(f"cannot be built{f' with {given}' if given else ''}", "correct the function, or its arguments in [space.model]"):
        model = build_model(experiment, arrays, assignment.model_arguments, 0, assignment.training.precision)
    if is_estimator(model):
        sklearn_fit.check(model, experiment)
        return model
    _check_outputs(model, experiment, assignment, arrays)
    with _explaining("cannot be compiled", "correct the model, or its loss and metrics in the experiment"):
        make_ready(model, experiment, assignment.training, arrays)
    return model


def _check_outputs(model: Any, experiment: Experiment, assignment: Assignment, arrays: TrainingArrays) -> None:
    """Compute some rows and check the shapes of the outputs before they are compared with targets."""
    x, heads = rows(arrays.x_train, slice(N_ROWS)), make_heads(experiment, arrays.task)
    check_inputs(model, x)
    with (
        _explaining(f"does not take rows of the shape {arrays.input_shape}", "let its input have this shape, which the function gets as input_shape"),
        computing_in(assignment.training.precision),
    ):
        outputs = match_outputs(model, model(x, training=False), heads)
    for name, head in heads.items():
        check_shape(tuple(outputs[name].shape), head.task, named(arrays.n_outputs)[name], name)
        check_losses(experiment, head, outputs[name].shape[-1], name)


def _check_kept(model: Any, x: Tree) -> None:
    """Save a model, load it as a champion is loaded, and compare the outputs."""
    expected = _outputs(model, x)
    advice = 'register its own classes and functions with @keras.saving.register_keras_serializable(package="..."), give classes a get_config(), '
    with _explaining("cannot be saved and loaded again", f"{advice}and replace Lambda layers"), tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.keras")
        model.save(path)
        loaded = _outputs(keras.saving.load_model(path, compile=False, safe_mode=True), x)
    if not all(_is_close(loaded[name], output) for name, output in expected.items()):
        raise TrialError("gives other outputs when it is saved and loaded again; let each layer of its own create its weights in build()")


def _outputs(model: Any, x: Tree) -> dict[str, Array]:
    by_name = named_outputs(model, model(x, training=False))
    return {name: keras.ops.convert_to_numpy(keras.ops.cast(output, "float32")) for name, output in by_name.items()}


def _is_close(given: Array, expected: Array) -> bool:
    largest = float(np.nan_to_num(np.abs(expected), posinf=0.0).max())
    return np.allclose(given, expected, rtol=0, atol=_TOLERANCE * largest, equal_nan=True)


@contextlib.contextmanager
def _explaining(what: str, advice: str) -> Iterator[None]:
    """Turn whatever a model raises into one line; a `TrialError` is one already."""
    try:
        yield
    except TrialError:
        raise
    except Exception as error:  # whatever a builder, a layer or the backend can raise
        text = re.sub(r"\x1b\[\d*m", "", str(error)).partition("Arguments received by")[0]  # Keras' colours, and tensors in full
        reason = " ".join(text.split())
        raise TrialError(f"{what}: {type(error).__name__}: {reason[:_REASON_LENGTH]}; {advice}") from error
