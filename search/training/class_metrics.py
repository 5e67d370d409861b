"""Metrics of all classes alike, from the rows of each class: how many there are, how many are predicted, and how many rightly so.

Each equals scikit-learn's metric of that name or, of the macro means, its score of that name: classes that neither occur nor are predicted do
not count, and a ratio of nothing is 0. Agreement by chance, where all rows are of one class, is 0 too.
"""

from collections.abc import Callable, Mapping
from typing import Any

Counts = tuple[Any, Any, Any]
"""Rows of each class that are predicted rightly, that there are, and that are predicted, ``(..., n_classes)`` each; may be sums of weights."""


def class_metric(name: str, counts: Counts, ops: Any) -> Any:
    """Return a metric, ``(...)``.

    Args:
        name: One of `CLASS_METRICS`.
        counts: The rows of each class.
        ops: What computes on them: the module ``numpy`` or ``keras.ops``.
    """
    return CLASS_METRICS[name](*counts, ops)


def _precision(right: Any, true: Any, predicted: Any, ops: Any) -> Any:
    return _mean(_ratio(right, predicted, ops), true + predicted, ops)


def _recall(right: Any, true: Any, predicted: Any, ops: Any) -> Any:
    return _mean(_ratio(right, true, ops), true + predicted, ops)


def _f1(right: Any, true: Any, predicted: Any, ops: Any) -> Any:
    return _mean(_ratio(2 * right, true + predicted, ops), true + predicted, ops)


def _balanced_accuracy(right: Any, true: Any, predicted: Any, ops: Any) -> Any:
    return _mean(_ratio(right, true, ops), true, ops)


def _matthews(right: Any, true: Any, predicted: Any, ops: Any) -> Any:
    """Return Matthews' correlation coefficient of several classes (Gorodkin, 2004, equation 8)."""
    right, true, predicted = _parts(right, true, predicted, ops)
    spread = [1 - ops.sum(part * part, axis=-1) for part in (true, predicted)]
    return _ratio(ops.sum(right, axis=-1) - ops.sum(true * predicted, axis=-1), ops.sqrt(spread[0] * spread[1]), ops)


def _kappa(right: Any, true: Any, predicted: Any, ops: Any) -> Any:
    """Return Cohen's kappa (Cohen, 1960, equation 1)."""
    right, true, predicted = _parts(right, true, predicted, ops)
    by_chance = ops.sum(true * predicted, axis=-1)
    return _ratio(ops.sum(right, axis=-1) - by_chance, 1 - by_chance, ops)


def _parts(right: Any, true: Any, predicted: Any, ops: Any) -> Counts:
    """Return the counts as parts of all rows."""
    total = ops.sum(true, axis=-1, keepdims=True)
    return _ratio(right, total, ops), _ratio(true, total, ops), _ratio(predicted, total, ops)


def _mean(values: Any, counted: Any, ops: Any) -> Any:
    """Return the mean of the values of classes with rows."""
    are_there = ops.where(counted > 0, ops.ones_like(values), ops.zeros_like(values))
    return _ratio(ops.sum(values * are_there, axis=-1), ops.sum(are_there, axis=-1), ops)


def _ratio(above: Any, below: Any, ops: Any) -> Any:
    """Return a ratio; 0 where the divisor is 0."""
    is_defined = below > 0
    ratio = above / ops.where(is_defined, below, ops.ones_like(below))
    return ops.where(is_defined, ratio, ops.zeros_like(ratio))


CLASS_METRICS: Mapping[str, Callable[[Any, Any, Any, Any], Any]] = {
    "f1_macro": _f1,
    "precision_macro": _precision,
    "recall_macro": _recall,
    "balanced_accuracy": _balanced_accuracy,
    "matthews_corrcoef": _matthews,
    "cohen_kappa": _kappa,
}
"""The metrics by name; all are better the larger they are."""
