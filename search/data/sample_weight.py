"""The weights of rows in the training loss: a column of the features, which is no feature then, arrays of a loader, or a table by class."""

import math
import numbers
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError, nearest
from .columns import to_numbers
from .parts import Part

_WEIGHTED = ("train", "validation")
"""The parts that models are trained on; the validation part with folds only."""


def with_weights(parts: Mapping[str, Part], given: Any, where: str) -> dict[str, Part]:
    """Return the parts of a data set with the weights of their rows; the test part has none.

    Args:
        parts: The parts by name, of the same columns.
        given: "sample_weight" of what a loader returned: the name of a column, or a dict of weights, ``(n_rows,)``, for "train" and
            "validation". None leaves the parts as they are.
        where: Start of the error message, such as ``data set "iris"``.

    Raises:
        DataError: If there is no such column, or no other; if a weight is missing or negative, or all are 0.
    """
    if given is None:
        return dict(parts)
    if isinstance(given, str):
        column = _checked_column(parts["train"], given, where)
        columns = {name: part.columns[column] for name, part in parts.items()}
        parts = {name: replace(part, features=_without(part.features, column)) for name, part in parts.items()}
    else:
        columns = _by_part(given, where)
    weights = {name: _to_weights(columns[name], len(parts[name].target), f"{where}, {name} part") for name in _WEIGHTED}
    return {name: replace(part, weights=weights.get(name)) for name, part in parts.items()}


def with_class_weights(parts: Mapping[str, Part], given: Any, class_names: Mapping[str, tuple[str, ...]], where: str) -> dict[str, Part]:
    """Return the parts of a data set with the weights of their rows multiplied by those of their classes; the test part has none.

    Args:
        parts: The parts by name.
        given: "class_weight" of what a loader returned: weights by the class's name, 1 for a class that is left out. None leaves the parts as
            they are.
        class_names: The names of the classes by target.
        where: Start of the error message.

    Raises:
        DataError: If there is not one target of classes, no such class, or a weight is no number of at least 0, or 0 for every class.
    """
    if given is None:
        return dict(parts)
    weights = _by_class(given, class_names, where)

    def weighted(part: Part) -> Part:
        own = np.asarray([weights[str(value)] for value in part.target], np.float32)
        return replace(part, weights=own if part.weights is None else own * part.weights)

    return {name: weighted(part) if name in _WEIGHTED else part for name, part in parts.items()}


def _by_class(given: Any, class_names: Mapping[str, tuple[str, ...]], where: str) -> dict[str, float]:
    """Check weights of classes and return that of every class."""
    names = [name for of in class_names.values() for name in of]
    if len(class_names) != 1 or not names:
        raise DataError(f"{where}: class_weight weighs the classes of one target, but the targets are {', '.join(class_names)}; leave it out")
    if not isinstance(given, Mapping):
        raise DataError(
            f"{where}: class_weight = {given!r} is a {type(given).__name__}; expected a table of weights by class, {', '.join(names)}; "
            '"balanced" is a value of class_weight in [space.training]'
        )
    for name, weight in given.items():
        if str(name) not in names:
            raise DataError(f'{where}: class_weight has the unknown class "{name}"; {nearest(str(name), names)}')
        if isinstance(weight, bool) or not isinstance(weight, numbers.Real) or not 0 <= np.float32(weight) < math.inf:
            raise DataError(f'{where}: class_weight of "{name}" is {weight!r}; expected a number of at least 0')
    weights = {**dict.fromkeys(names, 1.0), **{str(name): float(weight) for name, weight in given.items()}}
    if not any(map(np.float32, weights.values())):
        raise DataError(f"{where}: class_weight is 0 for every class; expected some above 0, or leave it out")
    return weights


def _checked_column(part: Part, column: str, where: str) -> str:
    if column not in part.columns:
        known = nearest(column, part.columns) if part.columns else "its rows are arrays without columns; give a dict of weights by part"
        raise DataError(f'{where}: sample_weight = "{column}" is no column beside the target; {known}')
    if len(part.columns) == 1:
        raise DataError(f'{where}: sample_weight = "{column}" is the only column beside the target; expected a feature too')
    return column


def _without(features: Any, column: str) -> pd.DataFrame:
    return pd.DataFrame(features.drop(columns=[column]))


def _by_part(given: Any, where: str) -> dict[str, pd.Series]:
    if not isinstance(given, Mapping) or not set(_WEIGHTED) <= given.keys():
        found = f"a dict of {', '.join(map(str, given)) or 'nothing'}" if isinstance(given, Mapping) else f"a {type(given).__name__}"
        raise DataError(f"{where}: sample_weight is {found}; expected the name of a column, or a dict of weights for train and validation")
    return {name: pd.Series(np.asarray(given[name]).ravel(), name="sample_weight") for name in _WEIGHTED}


def _to_weights(column: pd.Series, n_rows: int, where: str) -> np.ndarray:
    """Check the weights of a part and return them, float32, ``(n_rows,)``."""
    if len(column) != n_rows:
        raise DataError(f"{where}: sample_weight has {len(column)} rows, but the target {n_rows}; expected as many")
    given = to_numbers(column, where)
    with np.errstate(over="ignore"):
        weights = given.astype(np.float32)
    wrong = ~((weights >= 0) & np.isfinite(weights))
    if wrong.any():
        row = int(wrong.argmax())
        found = "a gap" if np.isnan(given[row]) else f"{given[row]:g}"
        raise DataError(f'{where}: the weights "{column.name}" hold {found} in row {row + 1}; expected at least 0 in every row; correct that row')
    if not weights.any():
        raise DataError(f'{where}: the weights "{column.name}" are 0 in every row; expected some above 0, or leave sample_weight out')
    return weights
