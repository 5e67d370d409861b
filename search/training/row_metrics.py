"""Computes the metrics of kept predictions for many weightings of their rows at once, as resampling needs it.

Each function returns another, from weights ``(n_samples, n_rows)`` to the metric ``(n_samples,)``: NaN where it is not defined. With equal
weights they are the metrics of `search.training.sklearn_metrics`.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..data.arrays import Array
from ..data.predictions import OutputPredictions
from .class_metrics import CLASS_METRICS, class_metric

Weighted = Callable[[Array], Any]
"""From weights of rows, ``(n_samples, n_rows)``, to a metric, ``(n_samples,)``."""

N_TOP = 5
"""The k of top_k_categorical_accuracy, as in Keras."""
_SMALLEST = 1e-7
"""Keras' limit of probabilities and of divisors."""


def weighted(metric: str, rows: OutputPredictions) -> Weighted | None:
    """Return a metric as a function of the rows' weights; None if the predictions do not tell it.

    Args:
        metric: Full name without the output's, such as "loss" or "root_mean_squared_error".
        rows: The predictions of an output.
    """
    build = _METRICS.get(metric)
    return None if build is None else build(rows)


def mean_of(values: Array | None) -> Weighted | None:
    """Return the weighted mean of numbers ``(n_rows,)``, or ``(n_rows, n_columns)`` of several targets; None for None."""
    if values is None:
        return None
    numbers = _of_rows(np.asarray(values, np.float64))
    return lambda weights: weights @ numbers / weights.sum(axis=1)


def _of_rows(values: Array) -> Array:
    """Return the mean over the columns of each row, ``(n_rows,)``."""
    return values if values.ndim == 1 else values.mean(axis=1)


def share(metric: str, rows: OutputPredictions) -> tuple[int, int] | None:
    """Return a metric that is a share of rows as two counts, such as the right ones of all; None for any other metric, and for several labels."""
    if rows.columns:
        return None
    if metric == "accuracy":
        return int((rows.truth == rows.predicted).sum()), len(rows.truth)
    if metric == "top_k_categorical_accuracy" and rows.place is not None:
        return int((rows.place < N_TOP).sum()), len(rows.truth)
    if metric in ("precision", "recall"):
        both = int(((rows.truth == 1) & (rows.predicted == 1)).sum())
        return both, int(((rows.predicted if metric == "precision" else rows.truth) == 1).sum())
    return None


def _loss(rows: OutputPredictions) -> Weighted | None:
    return mean_of(rows.loss)


def _accuracy(rows: OutputPredictions) -> Weighted | None:
    return mean_of(rows.truth == rows.predicted)


def _top_k(rows: OutputPredictions) -> Weighted | None:
    return None if rows.place is None else mean_of(rows.place < N_TOP)


def _log_loss(rows: OutputPredictions) -> Weighted | None:
    if rows.shares is not None:
        return _of_shares(rows, lambda truth, predicted: -truth * np.log(np.clip(predicted, _SMALLEST, 1 - _SMALLEST)))
    return None if rows.own is None else mean_of(-np.log(np.clip(rows.own, _SMALLEST, 1 - _SMALLEST)))


def _divergence(rows: OutputPredictions) -> Weighted | None:
    return _of_shares(rows, lambda *pair: np.multiply(_limited(pair[0]), np.log(_limited(pair[0]) / _limited(pair[1]))))


def _limited(probabilities: Array) -> Array:
    return np.asarray(np.clip(probabilities, _SMALLEST, 1))


def _of_shares(rows: OutputPredictions, terms: Callable[[Array, Array], Array]) -> Weighted | None:
    """Return the mean of sums over the classes of terms of both probabilities."""
    pair = rows.numbers
    return None if pair is None else mean_of(terms(*(np.asarray(values, np.float64) for values in pair)).sum(axis=1))


def _of_errors(error: Callable[[Array, Array], Any]) -> Callable[[OutputPredictions], Weighted | None]:
    def build(rows: OutputPredictions) -> Weighted | None:
        return None if rows.numbers is None else mean_of(error(*(np.asarray(values, np.float64) for values in rows.numbers)))

    return build


def _root(rows: OutputPredictions) -> Weighted | None:
    if rows.numbers is None:
        return None
    truth, predicted = rows.numbers
    squares = _of_rows(np.square(np.asarray(truth, np.float64) - predicted))
    return lambda weights: np.sqrt(weights @ squares / weights.sum(axis=1))


def _r2(rows: OutputPredictions) -> Weighted:
    truth, predicted = (array.reshape(len(array), max(1, rows.n_steps), -1) for array in (rows.truth, rows.predicted))
    single = [_r2_of_one(np.asarray(truth[..., number], np.float64), predicted[..., number]) for number in range(truth.shape[-1])]
    return lambda weights: np.mean([compute(weights) for compute in single], axis=0)


def _r2_of_one(truth: Array, predicted: Array) -> Weighted:
    """Return R2 of one target, of the steps of rows together, ``(n_rows, n_steps)`` each."""
    centred = truth - truth.mean()  # a large mean costs no digits
    squares, sums, variation = (values.sum(axis=1) for values in (np.square(truth - predicted), centred, np.square(centred)))

    def compute(weights: Array) -> Any:
        total = weights @ variation - np.square(weights @ sums) / (weights.sum(axis=1) * truth.shape[1])
        return 1 - np.divide(weights @ squares, total, out=np.full(len(weights), np.nan), where=total > 0)

    return compute


def _of_positive(numerator: Mapping[str, float], denominator: Mapping[str, float]) -> Callable[[OutputPredictions], Weighted]:
    """Return a ratio of weighted counts: "both", "predicted" and "true" rows of the positive class."""

    def build(rows: OutputPredictions) -> Weighted:
        predicted, true = rows.predicted == 1, rows.truth == 1
        of_cells = {"both": predicted & true, "predicted": predicted, "true": true}
        counts = {name: cells.reshape(len(cells), -1).sum(axis=1) for name, cells in of_cells.items()}

        def compute(weights: Array) -> Any:
            above, below = (sum(factor * (weights @ counts[name]) for name, factor in of.items()) for of in (numerator, denominator))
            ratio = np.divide(above, below, out=np.zeros(len(weights)), where=below > 0)
            return np.where(weights @ counts["true"] > 0, ratio, np.nan)

        return compute

    return build


def _of_classes(name: str) -> Callable[[OutputPredictions], Weighted]:
    """Return a metric of all classes alike."""

    def build(rows: OutputPredictions) -> Weighted:
        numbers = np.arange(len(rows.classes))
        true, predicted = (values[:, np.newaxis] == numbers for values in (rows.truth, rows.predicted))
        cells = [values.astype(np.float64) for values in (true & predicted, true, predicted)]
        return lambda weights: class_metric(name, (weights @ cells[0], weights @ cells[1], weights @ cells[2]), np)

    return build


def _of_ranking(metric: Callable[[Array, Array], Any]) -> Callable[[OutputPredictions], Weighted | None]:
    """Return a metric of the weights of positive and other rows by ascending score, equal scores in one: ``(n_samples, n_scores)`` each."""

    def build(rows: OutputPredictions) -> Weighted | None:
        if rows.score is None:
            return None
        score, truth = rows.score.ravel(), rows.truth.ravel()  # labels together, as in Keras
        order = np.argsort(score, kind="stable")
        _, starts = np.unique(score[order], return_index=True)
        is_positive, row = truth[order] == 1, order // (len(score) // len(rows.score))

        def compute(weights: Array) -> Any:
            ordered = weights[:, row]
            positive = ordered * is_positive
            return metric(np.add.reduceat(positive, starts, axis=1), np.add.reduceat(ordered - positive, starts, axis=1))

        return compute

    return build


def _auc(positive: Array, negative: Array) -> Any:
    """Return the area under the ROC curve: how often a positive row has the larger score, half of the ties included."""
    won = (positive * (negative.cumsum(axis=1) - negative / 2)).sum(axis=1)
    pairs = positive.sum(axis=1) * negative.sum(axis=1)
    return np.divide(won, pairs, out=np.full(len(positive), np.nan), where=pairs > 0)


def _pr_auc(positive: Array, negative: Array) -> Any:
    """Return the average precision, `sklearn.metrics.average_precision_score`."""
    positive, negative = positive[:, ::-1], negative[:, ::-1]
    found, total = positive.cumsum(axis=1), positive.sum(axis=1)
    chosen = found + negative.cumsum(axis=1)
    precision = np.divide(found, chosen, out=np.zeros_like(found), where=chosen > 0)
    is_defined = (total > 0) & (negative.sum(axis=1) > 0)
    return np.divide((positive * precision).sum(axis=1), total, out=np.full(len(positive), np.nan), where=is_defined)


def _percentage(truth: Array, predicted: Array) -> Any:
    return 100 * np.abs(truth - predicted) / np.maximum(np.abs(truth), _SMALLEST)


def _squared_logarithm(truth: Array, predicted: Array) -> Any:
    return np.square(np.log1p(np.maximum(truth, 0)) - np.log1p(np.maximum(predicted, 0)))


_METRICS: Mapping[str, Callable[[OutputPredictions], Weighted | None]] = {
    "loss": _loss,
    "accuracy": _accuracy,
    "auc": _of_ranking(_auc),
    "pr_auc": _of_ranking(_pr_auc),
    "precision": _of_positive({"both": 1}, {"predicted": 1}),
    "recall": _of_positive({"both": 1}, {"true": 1}),
    "f1_score": _of_positive({"both": 2}, {"predicted": 1, "true": 1}),
    **{name: _of_classes(name) for name in CLASS_METRICS},
    "binary_crossentropy": _log_loss,
    "categorical_crossentropy": _log_loss,
    "kl_divergence": _divergence,
    "top_k_categorical_accuracy": _top_k,
    "mean_absolute_error": _of_errors(lambda truth, predicted: np.abs(truth - predicted)),
    "mean_squared_error": _of_errors(lambda truth, predicted: np.square(truth - predicted)),
    "root_mean_squared_error": _root,
    "mean_absolute_percentage_error": _of_errors(_percentage),
    "mean_squared_logarithmic_error": _of_errors(_squared_logarithm),
    "r2_score": _r2,
}
