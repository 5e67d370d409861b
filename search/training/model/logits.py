"""Losses and metrics of outputs that are logits of classes: losses are computed from them, metrics from their probabilities."""

from typing import Any

import keras

from ...data.arrays import Task
from ..keras_objects import configuration_of
from .losses import CROSS_ENTROPIES


def activation_of(task: Task, n_units: int) -> Any:
    """Return the function that makes probabilities of logits, ``(..., n_units)``: a softmax, or the sigmoid of one unit or of labels."""
    return keras.activations.sigmoid if task == "multilabel" or n_units == 1 else keras.activations.softmax


def is_of_logits(loss: Any) -> bool:
    """Return whether a loss is an object that takes outputs for logits."""
    return isinstance(loss, keras.losses.Loss) and bool(configuration_of(loss).get("from_logits"))


def of_logits(loss: Any, task: Task, n_units: int) -> Any:
    """Return a loss of logits, given one of probabilities: Keras' own with ``from_logits``, else the loss of their probabilities.

    Args:
        loss: Keras' name of it, or a loss.
        task: Task of the target.
        n_units: Size of the output's last axis.
    """
    made = CROSS_ENTROPIES[loss]() if isinstance(loss, str) and loss in CROSS_ENTROPIES else keras.losses.get(loss)
    if isinstance(made, keras.losses.Loss) and "from_logits" in configuration_of(made):
        return _with(made, from_logits=True)
    return _OfProbabilities(made, activation_of(task, n_units))


def of_probabilities(loss: Any) -> Any:
    """Return a loss of probabilities, given one of logits; any other as it is."""
    return _with(loss, from_logits=False) if is_of_logits(loss) else loss


def measuring_probabilities(metric: Any, task: Task, n_units: int) -> Any:
    """Let a metric compare targets with the probabilities of logits; it stays Keras' own."""
    update, activate = metric.update_state, activation_of(task, n_units)

    def update_state(y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return update(y_true, activate(keras.ops.cast(y_pred, metric.dtype)), sample_weight=sample_weight)

    metric.update_state = update_state
    return metric


class _OfProbabilities(keras.losses.Loss):  # type: ignore[misc]
    """A loss of the probabilities of logits. It is in no file: saved models end in probabilities."""

    def __init__(self, loss: Any, activate: Any) -> None:
        super().__init__(name=getattr(loss, "name", None) or loss.__name__, reduction=getattr(loss, "reduction", "sum_over_batch_size"))
        self._compute, self._activate = getattr(loss, "call", loss), activate

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self._compute(y_true, self._activate(y_pred))


def _with(loss: Any, *, from_logits: bool) -> Any:
    return type(loss).from_config({**configuration_of(loss), "from_logits": from_logits})
