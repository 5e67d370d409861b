"""Checks a model builder before the first trial: builds, prepares, saves and loads its model, and trains nothing."""

import contextlib
import logging
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from ..data.arrays import Array, Tree, named
from ..data.targets import named_outputs
from ..errors import ExperimentError, InputError, TrialError, listed
from ..estimators import is_estimator
from ..experiment.dropped_names import instead_of
from ..experiment.estimator_parameters import check_parameter_values, check_parameters
from ..experiment.file import Experiment
from ..experiment.parameters import FloatParameter
from ..experiment.references import accepted_arguments, check_arguments, check_defaults, check_values, resolve
from ..redaction import one_line, shorten
from ..temporary_files import temporary_prefix
from ..trial import Assignment, lone_assignment
from ..user_code import user_code
from . import sklearn_fit
from .batching import rows
from .context import TrainingContext
from .loop.callbacks import check_callbacks
from .metrics import check_metrics
from .model.builder_checks import check_batch_size, check_compilation, check_output_values, compilation_of
from .model.building import accepted, build_model, provided, seeds
from .model.compiled_settings import settings_of
from .model.hyperparameters import own_fit_of, takes_hp
from .model.initial import start_notes
from .model.names import check_inputs, match_outputs
from .model.object_checks import check_objects
from .model.output_layers import check_output_layers
from .model.outputs import check_losses, check_shape
from .model.precision import computing_in, floats_of
from .model.preparation import make_ready
from .model.probabilities import with_probabilities
from .model.saving import leave_out_compilation
from .model.state import ModelState
from .optimizer_state import check_optimizers, start_optimizer
from .own_fit import prepare_fit
from .trainers import choose_trainer
from .weights import check_class_weight

_log = logging.getLogger(__name__)
N_ROWS = 16
_REASON_LENGTH, _ARGUMENTS_LENGTH = 200, 100
_TOLERANCE = 1e-3
"""Largest difference between outputs, as a part of the largest output: more than a GPU's rounding."""


def check_builder(context: TrainingContext) -> tuple[str, ...]:
    """Check everything about training that can be checked before the first trial; build the model once and train nothing.

    Args:
        context: The experiment and its arrays.

    Returns:
        What the user should know about the model, one sentence each.

    Raises:
        InputError: If the reference or the arguments of the builder or of a callback are wrong; the task does not have the
            objective's metric; the trainer does not support the backend or the callbacks; or the model cannot be built,
            trained on these data, or saved and loaded.
    """
    experiment, arrays = context.experiment, context.arrays
    builder = resolve(experiment.model)
    if not callable(builder) and not takes_hp(builder) and not is_estimator(builder):
        raise ExperimentError(f'model = "{experiment.model}" is a {type(builder).__name__}; expected a function that returns a model')
    if is_estimator(builder):
        _check_estimator(builder, context)
    elif not takes_hp(builder):
        given = accepted(builder, experiment.space.model, experiment)
        check_arguments(builder, given, provided(arrays) | seeds(0), "[space.model]")
        check_defaults(builder, experiment.space.optional_arguments - provided(arrays).keys(), "[space.model]")
        check_values(builder, experiment.space.model_values, "[space.model]")
    check_metrics(experiment, arrays.task)
    check_class_weight(experiment, arrays.task)
    choose_trainer(experiment, check_callbacks(experiment, context.logged_names))
    _check_precision(experiment)
    return (*_word_notes(context, builder), *dry_run(context))


def _check_estimator(estimator: Any, context: TrainingContext) -> None:
    """Check that an estimator as it is has the parameters, and accepts their values."""
    space = context.experiment.space
    given = accepted(estimator, space.model, context.experiment)
    check_parameters(estimator, given, "[space.model]")
    ranges = {name for name, entry in given.items() if isinstance(entry, FloatParameter)}  # an end may be excluded, and is hardly ever drawn
    check_parameter_values(estimator, {name: space.model_values[name] for name in sorted(given.keys() - ranges)}, "[space.model]")


def _check_precision(experiment: Experiment) -> None:
    precision = experiment.space.training_settings(experiment.space.searched.at(0)).precision
    searched = experiment.space.searched_training.get("precision")
    if keras.config.backend() == "jax" and "float64" in (searched.extremes if searched else (precision,)):
        raise ExperimentError('space.training.precision = "float64" is not supported on the backend jax; use "float32", or the backend tensorflow')


def _word_notes(context: TrainingContext, builder: Any) -> Iterator[str]:
    """Yield that a builder takes numbers of words for quantities, if its signature has nothing else for them."""
    is_function = not takes_hp(builder) and not is_estimator(builder)
    if context.arrays.vocabulary_size and is_function and not accepted_arguments(builder, {"vocabulary_size": 0}):
        yield (
            f'model = "{context.experiment.model}" has no argument vocabulary_size: the features are numbers of words, '
            'and an embedding must read them, as model = "text" does'
        )


def dry_run(context: TrainingContext) -> tuple[str, ...]:
    """Do everything with a model that precedes and follows its training.

    The smallest values of the searched parameters are tried first, then the largest: some trials may fail, but not all.

    Args:
        context: The experiment and its arrays.

    Returns:
        What the user should know about the model, one sentence each.

    Raises:
        ExperimentError: If the model cannot be built, or does not fit the data, the target, the loss or the metrics, or cannot
            be saved and loaded.
    """
    try:
        check_optimizers(context)
        model, notes = _ready_model(context)
        if not is_estimator(model):
            with computing_in(model.dtype_policy):
                leave_out_compilation(model, keeps_optimizer=context.experiment.champion.optimizer_state)
                _check_saving(model, rows(context.arrays.x_train, slice(N_ROWS)))
    except TrialError as error:
        raise ExperimentError(f'model = "{context.experiment.model}": {error}') from error
    finally:
        keras.utils.clear_session(free_memory=False)
    return tuple(f'model = "{context.experiment.model}": {note}' for note in notes)


def assignment_at(experiment: Experiment, end: int) -> Assignment:
    """Return a trial at one end of every parameter's range: 0 for the smallest values, -1 for the largest."""
    return lone_assignment(experiment, experiment.space.searched.at(end))


def _ready_model(context: TrainingContext) -> tuple[Any, list[str]]:
    smallest, largest = (assignment_at(context.experiment, end) for end in (0, -1))
    try:
        return _make_model(context, smallest)
    except TrialError:
        if smallest != largest:
            with contextlib.suppress(TrialError):
                return _make_model(context, largest)
        raise


def _make_model(context: TrainingContext, assignment: Assignment) -> tuple[Any, list[str]]:
    """Return a model that is ready for training, as it would be saved, and what the user should know about it."""
    given = shorten(", ".join(f"{name}={value}" for name, value in assignment.model_arguments.items()), _ARGUMENTS_LENGTH)
    with _explaining(f"cannot be built{f' with {given}' if given else ''}", "correct the function, or its arguments in [space.model]"):
        model = build_model(context, assignment.model_arguments, 0, assignment.training.precision)
    space, builder = context.experiment.space, resolve(context.experiment.model)
    if is_estimator(model):
        if space.own_fit is not None:
            raise TrialError(f"returned {type(model).__name__}, but a hypermodel with a fit() of its own returns a keras.Model; remove fit()")
        sklearn_fit.check(model, context)
        return model, []
    if own_fit_of(builder) is not None and space.own_fit is None:
        raise TrialError("trains by its own fit(): write own_fit in [space], a list of what fit() is given of epochs, batch_size and shuffle")
    if takes_hp(builder) and model.compiled and not space.compiled:
        raise TrialError("is compiled: write compiled = true in [space] to train with its optimizer and loss, or return it without compile()")
    assignment = replace(assignment, training=settings_of(model, context, assignment.training))
    check_batch_size(model)
    _check_outputs(model, context, assignment)
    if space.own_fit is not None:
        prepare_fit(model, context, assignment.training, [])
        return with_probabilities(model, context, assignment.training), [_own_fit_note(space.own_fit), *start_notes(model, context)]
    earlier = compilation_of(model)
    with floats_of(assignment.training.precision), _explaining("cannot be compiled", "correct the model, or its loss and metrics in the experiment"):
        make_ready(model, context, assignment.training)
        start_optimizer(ModelState(model), context, assignment.training)
    notes = [] if space.compiled else check_compilation(earlier, compilation_of(model))
    notes = [*notes, *start_notes(model, context), *_misfit_notes(context, assignment)]
    return with_probabilities(model, context, assignment.training), notes


def _misfit_notes(context: TrainingContext, fitting: Assignment) -> Iterator[str]:
    """Yield which searched arguments make models that the given weights do not fit, given a trial that they fit, if all weights have to."""
    given, experiment = context.initial, context.experiment
    if given is None or experiment.initial.layers != "all":
        return
    for end in (0, -1):
        for name, value in experiment.space.searched.at(end).items():
            changed = lone_assignment(experiment, {**fitting.params, name: value})
            if changed.model_arguments == fitting.model_arguments:
                continue
            try:
                build_model(context, changed.model_arguments, 0, changed.training.precision)
            except TrialError as error:
                if str(error).startswith(given.where):
                    yield f"trials with {name}={value} will fail: {error}, or give {name} the value of the given model"
            except Exception as error:  # of the builder, whose own checks refuse some of its values
                _log.debug("no model with %s=%s: %s", name, value, error)


def _own_fit_note(given: Sequence[str]) -> str:
    settings = f", and {listed(given)} of [space.training]" if given else ""
    return (
        f"its own fit() trains, with x, y, validation_data, callbacks{settings}: it is not compiled into whole epochs, and a trial that is tried "
        "again begins anew"
    )


def _check_outputs(model: Any, context: TrainingContext, assignment: Assignment) -> None:
    """Compute the outputs of some rows and check their shapes before they are compared with targets."""
    arrays = context.arrays
    x = rows(arrays.x_train, slice(N_ROWS))
    check_inputs(model, x)
    with (
        _explaining(f"does not take rows of the shape {arrays.input_shape}", "let its input have this shape, which the function gets as input_shape"),
        computing_in(assignment.training.precision),
    ):
        outputs = match_outputs(model, model(x, training=False), context.heads)
    for name, head in context.heads.items():
        check_shape(tuple(outputs[name].shape), head.task, named(arrays.output_shape)[name], name)
        space = context.experiment.space
        compiled = assignment.training if space.compiled and space.own_fit is None else None
        check_losses(context.experiment, head, outputs[name].shape[-1], name, is_weighted=context.is_weighted, compiled=compiled)
    check_output_layers(model, context, assignment.training)
    if context.experiment.space.logits:
        with _explaining("cannot be followed by a sigmoid or softmax", "correct its call()"), computing_in(assignment.training.precision):
            outputs = match_outputs(model, with_probabilities(model, context, assignment.training)(x, training=False), context.heads)
    check_objects(model, outputs, rows(arrays.y_train, slice(N_ROWS)), context, assignment.training)
    for name, head in context.heads.items():
        check_output_values(keras.ops.convert_to_numpy(keras.ops.cast(outputs[name], "float32")), head, assignment.training)


def _check_saving(model: Any, x: Tree) -> None:
    """Save a model, load it as a champion is loaded, and compare the outputs."""
    expected = _outputs(model, x)
    advice = 'register its own classes and functions with @keras.saving.register_keras_serializable(package="..."), give classes a get_config(), '
    with (
        _explaining("cannot be saved and loaded again", f"{advice}and give Lambda layers such functions instead of lambda expressions"),
        tempfile.TemporaryDirectory(prefix=temporary_prefix()) as folder,
    ):
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
def _explaining(problem: str, advice: str) -> Iterator[None]:
    """Raise whatever a model raises as a `TrialError` of one line."""
    try:
        with user_code():
            yield
    except (TrialError, InputError):
        raise
    except Exception as error:  # whatever a builder, a layer or the backend can raise
        text = re.sub(r"\x1b\[\d*m", "", str(error)).partition("Arguments received by")[0]  # Keras' colours, and tensors in full
        raise TrialError(f"{problem}: {type(error).__name__}: {shorten(one_line(text), _REASON_LENGTH)}; {instead_of(error) or advice}") from error
