"""Targets that are arrays as columns: a number or a class for each row, or several."""

from typing import Any

import numpy as np
import pandas as pd


def as_columns(values: Any, name: str, task: str, where: str) -> pd.Series | pd.DataFrame:
    """Return a target as a column, or as several.

    Args:
        values: ``(n_rows,)``, ``(n_rows, 1)`` or ``(n_rows, n_targets)``.
        name: Name of the only column; several are ``<name>_0``, ``<name>_1`` ..., unless the values are a table.
        task: The task that the user gives.
        where: Start of error messages.

    Raises:
        ValueError: If the array has another shape, or has one class a row as 0 and 1 and the task is not that of probabilities.
    """
    array = np.asarray(values)
    if array.ndim not in (1, 2) or 0 in array.shape[1:]:
        raise ValueError(f"{where} has a target of shape {array.shape}; expected (n_rows,), or (n_rows, n_targets)")
    if array.ndim == 1 or array.shape[1] == 1:
        return pd.Series(array.ravel(), name=name)
    if task != "probabilities" and np.isin(array, (0, 1)).all() and (array.sum(axis=1) == 1).all():
        raise ValueError(
            f"{where} has a one-hot target of shape {array.shape}; expected class numbers (n_rows,): give target.argmax(axis=1), "
            'or task = "probabilities"'
        )
    names = values.columns if isinstance(values, pd.DataFrame) else [f"{name}_{number}" for number in range(array.shape[1])]
    return pd.DataFrame(array, columns=[str(column) for column in names])
