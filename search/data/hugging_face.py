"""Rows of a `datasets.Dataset` of Hugging Face as features and target; that library is not imported."""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError

_USUAL = ("label", "labels")
"""Names of the target of published data sets, in the order in which they are looked for."""


def is_hugging_face(given: Any) -> bool:
    """Return whether an object is a `datasets.Dataset`, or one that streams."""
    return all(hasattr(given, name) for name in ("features", "info", "split", "cast_column"))


def labelled(given: Any, where: str, target: str | None = None) -> tuple[pd.DataFrame | np.ndarray, pd.Series]:
    """Return the rows of a data set as features and target.

    Args:
        given: The data set. Columns of numbers, text or labels become a table ``(n_rows, n_columns)``; a single column of images or arrays
            of one shape becomes an array ``(n_rows, ...)``, images uint8. Labels become the names of their classes.
        where: Start of the error message.
        target: The column to predict. Defaults to "label" or "labels", else the only column of labels.

    Raises:
        DataError: If it streams, has no such target, or mixes arrays with other columns.
    """
    _check_is_whole(given, where)
    target = _target_of(given, where) if target is None else target
    if target not in given.column_names:
        raise DataError(f'{where} has no column "{target}"; it has {", ".join(given.column_names)}')
    names = [name for name in given.column_names if name != target]
    values = _labels(given, target)
    if all(_is_scalar(given.features[name]) for name in names):
        table = {name: _labels(given, name) for name in names}
        return pd.DataFrame(table), values
    if len(names) > 1:
        arrays = ", ".join(name for name in names if not _is_scalar(given.features[name]))
        raise DataError(f"{where} has arrays or images in {arrays} beside other columns; keep one by select_columns()")
    return _array(given, names[0], where), values


def unlabelled(given: Any, where: str, columns: Collection[str] | None) -> pd.DataFrame | np.ndarray:
    """Return the rows of a data set as the features of a champion, with or without targets beside them.

    Args:
        given: The data set, as for `labelled`.
        where: Start of the error message.
        columns: The champion's columns; None if it takes an array, which is the data set's only column of images or arrays.

    Raises:
        DataError: If it streams, or has not one column of images or arrays where an array is needed.
    """
    _check_is_whole(given, where)
    if columns is not None:
        return pd.DataFrame({name: _labels(given, name) for name in given.column_names if name in columns})
    arrays = [name for name in given.column_names if not _is_scalar(given.features[name])]
    if len(arrays) != 1:
        raise DataError(
            f"{where} has {len(arrays)} columns of images or arrays among {', '.join(given.column_names)}; expected one, chosen by select_columns()"
        )
    return _array(given, arrays[0], where)


def _check_is_whole(given: Any, where: str) -> None:
    if not hasattr(given, "__len__"):
        raise DataError(f"{where} is a {type(given).__name__}, which streams; expected a datasets.Dataset, as load_dataset gives without streaming")
    if not len(given):
        raise DataError(f"{where} has no rows")


def _target_of(given: Any, where: str) -> str:
    for name in _USUAL:
        if name in given.column_names:
            return name
    of_labels: list[str] = [name for name, feature in given.features.items() if hasattr(feature, "names")]
    if len(of_labels) != 1:
        columns = ", ".join(given.column_names)
        raise DataError(f'{where} has no column "label", and {len(of_labels)} columns of labels; name its target, one of {columns}')
    return of_labels[0]


def _labels(given: Any, name: str) -> pd.Series:
    """Return a column, with the names of classes in place of their numbers; -1, a label that is not known, is a gap."""
    column: pd.Series = given.select_columns([name]).to_pandas()[name]
    classes = getattr(given.features[name], "names", None)
    return column if classes is None else column.map(dict(enumerate(classes)))


def _is_scalar(feature: Any) -> bool:
    return hasattr(feature, "names") or type(feature).__name__ == "Value"


def _array(given: Any, name: str, where: str) -> np.ndarray:
    rows = [np.asarray(row) for row in given.with_format("numpy")[name]]
    shapes = sorted({row.shape for row in rows})
    if len(shapes) > 1:
        raise DataError(f'{where} has rows of shapes {shapes[0]} and {shapes[-1]} in "{name}"; make them alike, by map() for example')
    return np.stack(rows)
