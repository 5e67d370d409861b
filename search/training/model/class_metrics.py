"""Keras' metrics that count the rows of each class, and compute the metrics of all classes alike from them.

They are objects of Keras' own classes, of which methods are replaced.
"""

from typing import Any

import keras
from keras import ops

from ..class_metrics import class_metric


def build_class_metric(name: str) -> Any:
    """Return a metric of `search.training.class_metrics` for outputs of one or several units.

    Its value is that of all rows since it was reset, whatever their batches; weights of rows are weights in the counts.

    Args:
        name: The metric's name, by which it is logged.
    """
    metric = keras.metrics.F1Score(threshold=0.5, name=name)  # it keeps three counts of each class
    update = metric.update_state

    def update_state(y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        n_classes = max(2, y_pred.shape[-1])
        return update(_one_hot(y_true, n_classes), ops.one_hot(_predicted(y_pred), n_classes), sample_weight=sample_weight)

    def result() -> Any:
        right = metric.true_positives
        return class_metric(name, (right + 0, right + metric.false_negatives, right + metric.false_positives), ops)

    metric.update_state, metric.result = update_state, result
    return metric


def build_auc(n_classes: int) -> Any:
    """Return the mean over the classes of the area under the ROC curve of each against all others, from 200 thresholds."""
    metric = keras.metrics.AUC(multi_label=True, num_labels=n_classes, name="auc")
    update = metric.update_state

    def update_state(y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return update(_one_hot(y_true, n_classes), y_pred, sample_weight=sample_weight)

    metric.update_state = update_state
    return metric


def _one_hot(y_true: Any, n_classes: int) -> Any:
    """Return targets, ``(n_rows, 1)`` or one-hot already, as ``(n_rows, n_classes)``."""
    return y_true if y_true.shape[-1] == n_classes else ops.one_hot(ops.cast(y_true[..., 0], "int32"), n_classes)


def _predicted(y_pred: Any) -> Any:
    """Return the number of the predicted class of each row, ``(n_rows,)``; that of one unit is 1 above 0.5."""
    return ops.argmax(y_pred, axis=-1) if y_pred.shape[-1] > 1 else ops.cast(y_pred[..., 0] > 0.5, "int32")
