"""Computes what a report draws of a champion's function: predictions over one or two features, and activation functions."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..data.arrays import Array
from ..data.columns import Features, to_numbers
from ..data.dataset import Dataset
from ..data.fitted_function import ACTIVATIONS, FUNCTION, FittedFunction, save_activations
from ..data.targets import Target
from .pyfunc import Champion

logger = logging.getLogger(__name__)

N_ON_LINE, N_PER_AXIS, MOST_POINTS = 200, 100, 1_000
"""Values of a single feature, values of each of two features, and rows that are drawn of each part."""
_WITHOUT_SHAPE = frozenset({"linear", "softmax", "log_softmax"})


def write_shape(champion: Champion, dataset: Dataset, folder: Path) -> None:
    """Write `fitted_function` and `activation_functions` into a folder; what does not exist or cannot be computed is left out.

    Args:
        champion: The champion.
        dataset: The data set.
        folder: The folder, created if need be.
    """
    try:
        function = fitted_function(champion, dataset)
        if function is not None:
            function.save(folder / FUNCTION)
        x = np.linspace(-5, 5, 401)
        curves = {} if champion.is_estimator else dict(activation_functions(champion.model, x))
        if curves:
            save_activations(folder / ACTIVATIONS, x, curves)
    except Exception:  # a custom model or layer may raise anything
        logger.warning("The function of the model cannot be computed for the report", exc_info=True)


def fitted_function(champion: Champion, dataset: Dataset) -> FittedFunction | None:
    """Return a champion's predictions over its features.

    Args:
        champion: The champion.
        dataset: The data set, for the features' ranges.

    Returns:
        The function; None unless the model has one output of one target, and one or two features that are numbers.
    """
    names = _features(champion)
    target = champion.preprocessor.targets.get("")
    if not names or target is None or len(target.columns) > 1:
        return None
    points, truth, is_test = _points(champion, dataset, target, names)
    n_values = N_ON_LINE if len(names) == 1 else N_PER_AXIS
    margins = 0.05 * np.where(np.ptp(points, axis=0) > 0, np.ptp(points, axis=0), 1.0)
    axes = [np.linspace(low, high, n_values) for low, high in zip(points.min(0) - margins, points.max(0) + margins, strict=True)]
    grid = np.stack([axis.ravel() for axis in np.meshgrid(*axes)], axis=1)
    predictions = champion.predict(grid.astype(np.float32) if champion.preprocessor.columns is None else pd.DataFrame(grid, columns=list(names)))
    column = f"probability_{target.positive}"
    has_probabilities = column in predictions
    values = predictions[column].to_numpy() if has_probabilities else _numbers(target, predictions["prediction"])
    return FittedFunction(
        column=target.column,
        task=target.task,
        classes=target.class_names,
        features=names,
        axes=tuple(axes),
        values=values.reshape([n_values] * len(names)),
        has_probabilities=has_probabilities,
        points=points,
        truth=truth,
        is_test=is_test,
    )


def activation_functions(model: Any, x: Array) -> Iterator[tuple[str, Array]]:
    """Yield name and values of each activation function of a model, of those that are functions of one number.

    Args:
        model: A Keras model.
        x: Where to compute them, float, ``(n,)``.
    """
    import keras

    known = set(_WITHOUT_SHAPE)
    for layer in model._flatten_layers():
        is_function = isinstance(layer, keras.layers.ReLU | keras.layers.LeakyReLU | keras.layers.ELU)
        function = layer if is_function else getattr(layer, "activation", None)
        name = layer.__class__.__name__ if is_function else getattr(function, "__name__", "")
        if name and name not in known and callable(function):
            known.add(name)
            values = _apply(function, x)
            if np.allclose(values[:10], _apply(function, x[:10]), equal_nan=True):  # not so if it depends on the layer's other units
                yield name, values


def _apply(function: Any, x: Array) -> Array:
    import keras

    (values,) = np.asarray(keras.ops.convert_to_numpy(function(keras.ops.convert_to_tensor(x[np.newaxis], "float32"))))
    return np.asarray(values)


def _features(champion: Champion) -> tuple[str, ...]:
    """Return the names of one or two features that are numbers; none if there are others."""
    columns, shape = champion.preprocessor.columns, champion.preprocessor.input_shape
    if columns is None:
        return tuple(f"feature {number}" for number in range(shape[0])) if shape in ((1,), (2,)) else ()
    return tuple(columns) if len(columns) in (1, 2) and set(columns.values()) == {"numeric"} else ()


def _points(champion: Champion, dataset: Dataset, target: Target, names: tuple[str, ...]) -> tuple[Array, Array, Array]:
    """Return features, targets and whether they are of the test part, of some rows without gaps."""
    found = []
    for is_test, part in ((False, dataset.train), (True, dataset.test)):
        features, truth = _matrix(champion, part.features, names), _numbers(target, part.targets[target.column])
        whole = np.flatnonzero(np.isfinite(features).all(axis=1))
        rows = np.sort(np.random.default_rng(0).permutation(whole)[:MOST_POINTS])
        found.append((features[rows], truth[rows], np.full(len(rows), is_test)))
    features, truth, of_test = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
    return features, truth, of_test


def _matrix(champion: Champion, features: Features, names: tuple[str, ...]) -> Array:
    checked = champion.preprocessor.check(features)
    return np.asarray(checked if isinstance(checked, np.ndarray) else checked[list(names)], np.float64)


def _numbers(target: Target, values: pd.Series) -> Array:
    return to_numbers(values, "The target") if target.task == "regression" else target.encode(values).ravel().astype(int)
