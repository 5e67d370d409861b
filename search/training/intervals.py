"""Estimates how uncertain a metric on some rows is, and whether one model is better than another on the same rows.

Shares of rows (accuracy, top-k accuracy, precision, recall) have the interval of Wilson (1927, equation 4), which is right for few rows
and for shares of 0 and 1 too; all other metrics, and differences, have the percentile interval of a bootstrap over rows (Efron and Tibshirani,
1993, chapter 13), of 2,000 samples with a fixed seed. Of more than 10,000 rows 10,000 are resampled, and the deviations are multiplied
by ``sqrt(10,000 / n_rows)``, so that the time is bounded (Bickel, Götze and van Zwet, 1997): about three seconds of CPU time for six metrics.

The intervals are about the rows. They do not contain what another training of the same model would change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..data.arrays import Array
from ..data.predictions import Predictions
from ..experiment.directions import LARGER_IS_BETTER
from .metrics import SHORT_NAMES
from .row_metrics import Weighted, mean_of, share, weighted

N_SAMPLES = 2_000
LEVEL = 0.95
_NUMBERS_AT_ONCE = 2_000_000

Interval = tuple[float, float]
"""The lower and the upper end."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """How a model differs from another in a metric, on the same rows.

    Attributes:
        difference: The metric of the model minus that of the other one.
        low: Lower end of the difference's 95 % interval.
        high: Upper end.
        p_value: Two-sided p value of no difference, at least 1 / 2,001.
        is_better: Whether the model is better; None if both have the same value.
    """

    difference: float
    low: float
    high: float
    p_value: float
    is_better: bool | None


def intervals(metrics: Mapping[str, float | None], predictions: Predictions) -> dict[str, Interval]:
    """Return the 95 % interval of each metric.

    Args:
        metrics: Metrics on all rows of the part, by Keras' names; None for one that is not defined.
        predictions: The predictions of the part.

    Returns:
        Intervals by name. A metric that cannot be computed from the predictions has none, and neither has one that is equal in all
        samples, such as an AUC of 1, whose interval would be a point.
    """
    found: dict[str, Interval] = {}
    functions: dict[str, Weighted] = {}
    for name, value in metrics.items():
        counts = _counts(name, predictions)
        function = None if value is None or counts else _function(name, predictions)
        if value is not None and counts and counts[1]:
            found[name] = _wilson(counts[0], counts[1], value, predictions)
        elif function is not None:
            functions[name] = function
    samples = _resample(list(functions.values()), predictions.n_kept)
    for (name, function), values in zip(functions.items(), samples, strict=True):
        value = metrics[name]
        interval = None if value is None else _percentiles(values, _on_all(function, predictions.n_kept), value, predictions)
        if interval is not None:
            found[name] = interval
    return {name: found[name] for name in metrics if name in found}


def compare(metric: str, ours: Predictions, other: Predictions, values: tuple[float, float]) -> Difference | None:
    """Compare a metric of two models by a paired bootstrap: each sample has the same rows for both.

    Args:
        metric: The metric, by Keras' name.
        ours: The predictions of the model.
        other: Those of the other one for the same rows.
        values: The metric of both on all rows of the part.

    Returns:
        The difference; None if the metric cannot be computed from the predictions, or the rows are others.
    """
    functions = [_function(metric, predictions) for predictions in (ours, other)]
    known = [function for function in functions if function is not None]
    if len(known) < len(functions) or ours.n_rows != other.n_rows:
        return None
    mine, others = _resample(known, ours.n_kept)
    on_all = [_on_all(function, ours.n_kept) for function in known]
    difference = on_all[0] - on_all[1] if ours.n_rows == ours.n_kept else values[0] - values[1]
    deviations = _scale(ours) * (mine - others - (on_all[0] - on_all[1]))
    deviations = deviations[np.isfinite(deviations)]
    if not len(deviations):
        return None
    low, high = difference + np.quantile(deviations, _TAILS)
    # Differences of equal rows are 0 but for rounding.
    samples = np.round(difference + deviations, 12)
    rarer = min((samples <= 0).sum(), (samples >= 0).sum())
    p_value = min(1.0, 2 * (rarer + 1) / (len(samples) + 1))
    is_larger_better = _full_name(metric, ours)[1] in LARGER_IS_BETTER
    is_better = None if difference == 0 else (difference > 0) == is_larger_better
    return Difference(difference=float(difference), low=float(low), high=float(high), p_value=float(p_value), is_better=is_better)


_TAILS = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)


def _full_name(metric: str, predictions: Predictions) -> tuple[str, str]:
    """Return the output that a metric belongs to, ``""`` for the loss of all outputs, and its full name without the output's."""
    output = max((name for name in predictions.outputs if name and metric.startswith(f"{name}_")), key=len, default="")
    name = metric.removeprefix(f"{output}_") if output else metric
    return output, SHORT_NAMES.get(name, name)


def _function(metric: str, predictions: Predictions) -> Weighted | None:
    output, name = _full_name(metric, predictions)
    if not output and name == "loss":
        return mean_of(predictions.loss)
    return weighted(name, predictions.outputs[output]) if output in predictions.outputs else None


def _counts(metric: str, predictions: Predictions) -> tuple[int, int] | None:
    output, name = _full_name(metric, predictions)
    return share(name, predictions.outputs[output]) if output in predictions.outputs else None


def _wilson(n_right: int, n_counted: int, value: float, predictions: Predictions) -> Interval:
    from scipy.stats import binomtest

    n_all = n_counted if predictions.n_rows == predictions.n_kept else max(1, round(n_counted * predictions.n_rows / predictions.n_kept))
    n_right = n_right if n_all == n_counted else min(n_all, round(value * n_all))
    found = binomtest(n_right, n_all).proportion_ci(LEVEL, method="wilson")
    return float(found.low), float(found.high)


def _on_all(function: Weighted, n_rows: int) -> float:
    return float(function(np.ones((1, n_rows)))[0])


def _scale(predictions: Predictions) -> float:
    return float(np.sqrt(predictions.n_kept / predictions.n_rows))


def _percentiles(values: Array, on_all: float, value: float, predictions: Predictions) -> Interval | None:
    values = values[np.isfinite(values)]
    if not len(values) or np.ptp(values) == 0:
        return None
    low, high = value + _scale(predictions) * (np.quantile(values, _TAILS) - on_all)
    return float(low), float(high)


def _resample(functions: Sequence[Weighted], n_rows: int) -> Array:
    """Return each function of the weights of `N_SAMPLES` samples with replacement, ``(n_functions, N_SAMPLES)``."""
    generator, found = np.random.default_rng(0), []
    at_once = max(1, _NUMBERS_AT_ONCE // n_rows)
    for start in range(0, N_SAMPLES if functions else 0, at_once):
        n_samples = min(at_once, N_SAMPLES - start)
        drawn = generator.integers(n_rows, size=(n_samples, n_rows)) + n_rows * np.arange(n_samples)[:, np.newaxis]
        weights = np.bincount(drawn.ravel(), minlength=n_samples * n_rows).reshape(n_samples, n_rows).astype(np.float64)
        found.append([function(weights) for function in functions])
    return np.concatenate(found, axis=1) if found else np.empty((0, N_SAMPLES))
