"""Checks losses and metrics by reference on some rows before the first trial: what they return, and how they are given classes."""

from collections.abc import Mapping
from typing import Any

import keras

from ...data.arrays import OF_NUMBERS, Array, Tree, named, unnamed
from ...errors import TrialError
from ...experiment.objects import ObjectSection
from ...experiment.settings import TrainingSettings
from ..context import TrainingContext
from ..metrics import Head
from .calls import call_on_rows
from .compiled_metrics import with_given_metrics
from .compiling import encode_targets, own_settings
from .logits import is_of_logits
from .objects import keras_name, make_loss, make_metric


def check_objects(model: Any, outputs: Mapping[str, Any], target: Tree, context: TrainingContext, settings: TrainingSettings) -> None:
    """Check the losses and metrics of all outputs.

    Args:
        model: The model.
        outputs: Its outputs for some rows by name, ``(n_rows, n_units)`` each.
        target: The targets of these rows.
        context: The experiment and its arrays.
        settings: The trial's training settings.

    Raises:
        ExperimentError: If one cannot be made, or is no function of (y_true, y_pred).
        TrialError: If one fails, or returns what is neither a number for each row nor one number; or if a loss may be given classes in two ways.
    """
    heads = with_given_metrics(context.heads, model)
    for name, head in heads.items():
        _check_targets(own_settings(settings, head), head, outputs[name].shape[-1])
    encoded = named(encode_targets(model, unnamed(outputs), settings, context.heads, target))
    for name, head in heads.items():
        loss = own_settings(settings, head).loss
        where = "space.training.loss" if head.loss == "auto" else f"outputs.{name or next(iter(context.experiment.outputs))}.loss"
        if isinstance(loss, ObjectSection):
            made = make_loss(loss, where)
            if is_of_logits(made) and not head.from_logits:
                raise TrialError(
                    f'{where} = "{loss}" has from_logits = true: leave it out, or write logits = true in [space] if the outputs are logits'
                )
            losses = call_on_rows(made, f'{where} = "{loss}"', encoded[name], outputs[name])
            if losses.ndim == 0 and context.is_weighted:
                raise TrialError(
                    f'{where} = "{loss}" is one number of a batch, in which weights of rows (class_weight, sample_weight) have no meaning'
                )
        for own in head.own.values():
            _check_metric(own, f'the metric "{own}"', encoded[name], outputs[name])


def _check_targets(settings: TrainingSettings, head: Head, n_units: int) -> None:
    """Check that it is clear how the loss and the metrics get the classes of several units."""
    if head.task in (*OF_NUMBERS, "multilabel") or n_units == 1:
        return
    loss = settings.loss
    is_own = isinstance(loss, ObjectSection) and keras_name(loss) == loss.use
    unclear = next(iter([loss] * is_own + list(head.own.values())), None)
    if unclear is not None and settings.targets == "auto":
        raise TrialError(
            f'"{unclear}" may compare outputs with numbers of classes, (n_rows, 1), or with one-hot targets, (n_rows, {n_units}): '
            'write targets = "numbers" or targets = "one_hot" in [space.training]'
        )
    name = keras_name(loss) if isinstance(loss, ObjectSection) else loss
    usual = "numbers" if name == "sparse_categorical_crossentropy" else "one_hot"
    if not is_own and name != "auto" and settings.targets not in ("auto", usual):
        raise TrialError(
            f'space.training.targets = "{settings.targets}", but the loss {name} needs "{usual}"; leave targets out, or choose another loss'
        )


def _check_metric(section: ObjectSection, what: str, target: Array, output: Any) -> None:
    metric = make_metric(section)
    if isinstance(metric, keras.metrics.MeanMetricWrapper) and hasattr(metric, "_fn"):
        call_on_rows(metric._fn, what, target, output, **metric._fn_kwargs)
        return

    def result(y_true: Any, y_pred: Any) -> Any:
        metric.update_state(y_true, y_pred)
        return metric.result()

    if (found := call_on_rows(result, what, target, output, expects_rows=False)).ndim:
        raise TrialError(f"{what} is {found.shape} numbers; expected one: let it average them")
