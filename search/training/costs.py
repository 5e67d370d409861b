"""Measures what one model of a trial costs where it is served; see `search.experiment.objectives.COSTS`."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..data.arrays import Inputs
from ..estimators import is_estimator, outputs
from .batching import n_rows, rows

_N_PREDICTIONS = 20
"""Of which the shortest counts: the others may have waited for other workers."""
_LATENCIES = {"latency_ms": 1, "latency_ms_32": 32}


def measure_costs(model: Any, x_validation: Inputs, names: Sequence[str]) -> dict[str, float]:
    """Measure a trained model.

    Args:
        model: A Keras model, or a fitted estimator with scikit-learn's interface.
        x_validation: Features, ``(n_validation, *input_shape)``, or arrays of such a shape by input name, at least one row.
        names: Costs; those that a trial has without being measured, the number of parameters and the time of training, are passed over.

    Returns:
        ``size_bytes`` of the weights, and the milliseconds of a prediction of 1 and of 32 rows, as far as they are asked for.
    """
    costs: dict[str, float] = {"size_bytes": size_in_bytes(model)} if "size_bytes" in names else {}
    return costs | {name: _milliseconds(model, x_validation, n) for name, n in _LATENCIES.items() if name in names}


def size_in_bytes(model: Any) -> int:
    """Return the bytes of a model's weights; of an estimator, those of its file."""
    if is_estimator(model):
        from skops.io import dumps

        return len(dumps(model))
    return sum(int(np.prod(weight.shape)) * np.dtype(weight.dtype).itemsize for weight in model.weights)


def _milliseconds(model: Any, x: Inputs, n: int) -> float:
    chosen = rows(x, np.arange(n) % n_rows(x))
    predict: Callable[[Any], object] = (lambda features: outputs(model, features)) if is_estimator(model) else model.predict_on_batch
    predict(chosen)  # it may compile
    return 1000 * min(_seconds(predict, chosen) for _ in range(_N_PREDICTIONS))


def _seconds(predict: Callable[[Any], object], features: Any) -> float:
    started = time.perf_counter()
    predict(features)
    return time.perf_counter() - started
