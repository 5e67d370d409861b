"""Checks that a model's outputs and their losses fit the targets; computes nothing."""

from collections.abc import Iterable
from typing import Any

from ...data.arrays import Task
from ...errors import TrialError
from ...experiment.file import Experiment
from ...experiment.objects import ObjectSection, is_object
from ...experiment.parameters import Searched
from ...experiment.settings import TrainingSettings
from ..metrics import Head
from .objects import keras_name

_OF_CLASSES = frozenset(
    {
        *("binary_crossentropy", "binary_focal_crossentropy", "categorical_crossentropy", "categorical_focal_crossentropy"),
        *("sparse_categorical_crossentropy", "hinge", "squared_hinge", "categorical_hinge", "kl_divergence", "dice", "tversky"),
    }
)
"""Losses whose targets are classes."""

_OF_NUMBERS = frozenset({"mean_absolute_percentage_error"})
"""Losses that divide by the target, which is 0 for one class."""

_OF_ONE_CLASS = frozenset({"sparse_categorical_crossentropy", "hinge", "squared_hinge", "categorical_hinge"})
"""Losses of rows that have one class each, or each label or not."""

_ACROSS_UNITS = frozenset(
    {
        *("categorical_crossentropy", "categorical_focal_crossentropy", "sparse_categorical_crossentropy"),
        *("categorical_hinge", "kl_divergence", "cosine_similarity"),
    }
)
"""Losses that compare the units of an output with each other, so that a single unit cannot learn anything."""

_OF_BATCHES = frozenset({"dice", "tversky", "root_mean_squared_error"})
"""Losses of a whole batch, in which rows have no weights."""

_USUAL = {
    "binary": "binary_crossentropy",
    "multiclass": "sparse_categorical_crossentropy",
    "regression": "mean_squared_error",
    "multilabel": "binary_crossentropy",
    "probabilities": "categorical_crossentropy",
}


def check_shape(shape: tuple[int, ...], task: Task, expected: tuple[int, ...], name: str = "") -> None:
    """Check that an output has one number for each target, or one probability for each class.

    Args:
        shape: Shape of the output, ``(n_rows, n_units)`` or ``(n_rows, n_steps, n_units)``.
        task: Task of the output's target.
        expected: Shape that the target needs of a row: its units, or its steps and units.
        name: The output's name. Defaults to ``""``, the only one.

    Raises:
        TrialError: If the shape is not ``(n_rows, *expected)``; a binary task may have two units too.
    """
    shapes = [(*expected[:-1], width) for width in ((1, 2) if task == "binary" else expected[-1:])]
    if shape[1:] in shapes:
        return
    which = f'output "{name}"' if name else "output"
    steps = ", for each of the n_steps, as by return_sequences=True of recurrent layers" if len(expected) > 1 else ""
    raise TrialError(
        f"the model's {which} has the shape {_written(shape[1:])}, but the {task} target needs {' or '.join(map(_written, shapes))}; "
        f"give its last layer {expected[-1]} units, which the function gets as n_outputs{steps}"
    )


def check_losses(
    experiment: Experiment, head: Head, n_units: int, name: str = "", *, is_weighted: bool = False, compiled: TrainingSettings | None = None
) -> None:
    """Check every loss that an output may be trained with.

    Args:
        experiment: The experiment, for the losses of ``[space.training]``.
        head: Task, loss and metrics of the output.
        n_units: Size of the output's last axis.
        name: The output's name. Defaults to ``""``, the only one.
        is_weighted: Whether rows have weights. Defaults to False.
        compiled: The settings of a model's own ``compile()``, whose loss it is then. Defaults to none.

    Raises:
        TrialError: If a loss does not fit the target; the message names the usual loss.
    """
    key, losses = f"outputs.{name or next(iter(experiment.outputs), '')}.loss", [head.loss]
    if head.loss == "auto":
        key, losses = ("the loss of compile()", [compiled.loss]) if compiled else ("space.training.loss", _choices(experiment))
    for loss in losses:
        name = keras_name(loss) if isinstance(loss, ObjectSection) else loss
        mismatch = _mismatch(name, head.task, n_units)
        if not mismatch and name in _OF_BATCHES and is_weighted:
            mismatch = "is of a whole batch, in which weights of rows (class_weight, sample_weight) have no meaning"
        if mismatch:
            raise TrialError(f'{key} = "{loss}" {mismatch}; use "{_USUAL[head.task]}", or "auto"')


def _choices(experiment: Experiment) -> list[Any]:
    written: Any = dict(experiment.space.training)["loss"]
    choices = written.extremes if isinstance(written, Searched) else [written]
    return [ObjectSection(use=loss) if isinstance(loss, str) and is_object(loss) else loss for loss in choices]


def _mismatch(loss: str, task: Task, n_units: int) -> str:
    """Return why a loss does not fit a target, or an empty string if it fits."""
    if task == "regression" and loss in _OF_CLASSES:
        return "is for classes, but the target is a regression's"
    if task != "regression" and loss in _OF_NUMBERS:
        return f"divides by the target, but the {task} target has zeros"
    if task == "probabilities" and loss in _OF_ONE_CLASS:
        return "is for one class a row, but a row of the target has the probabilities of all"
    if task == "multilabel" and loss in _ACROSS_UNITS:
        return "is for one class a row, but a row of a multilabel target has any number of labels"
    if n_units == 1 and loss in _ACROSS_UNITS:
        return f"compares several units of an output, but the model's has one, for a {task} target"
    return ""


def _written(widths: Iterable[int]) -> str:
    return f"({', '.join(['n_rows', *map(str, widths)])})"
