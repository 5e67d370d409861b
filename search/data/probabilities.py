"""Targets that are probabilities of classes: whether numbers are such, and the error of a row that is none.

A champion bundles this file.
"""

import numpy as np
import pandas as pd

from ..errors import DataError
from .columns import to_numbers

TOLERANCE = 1e-3
"""The sum of a row differs from 1 by at most this."""


def are_probabilities(targets: pd.DataFrame) -> bool:
    """Return whether each row of several columns has numbers of 0 to 1 with the sum 1, and not all of them are 0 and 1, as classes are."""
    if len(targets.columns) < 2 or not all(pd.api.types.is_float_dtype(dtype) for dtype in targets.dtypes):
        return False
    values = targets.to_numpy(np.float64)
    return bool(_are_right(values).all() and not np.isin(values, (0, 1)).all())


def check_probabilities(targets: pd.DataFrame) -> np.ndarray:
    """Check that each row has the probabilities of classes.

    Args:
        targets: A column for each class, ``(n_rows, n_classes)``, without gaps; its index numbers the rows from 0.

    Returns:
        float32, ``(n_rows, n_classes)``.

    Raises:
        DataError: If there is one column only, or a row has a number that is not 0 to 1, or another sum than 1; the message names the row.
    """
    names = ", ".join(map(str, targets))
    if len(targets.columns) < 2:
        raise DataError(f'The target "{names}" is one column; expected the probabilities of at least two classes, a column each')
    values = np.column_stack([to_numbers(column, "The target") for _, column in targets.items()])
    is_right = _are_right(values)
    if not is_right.all():
        first = int((~is_right).argmax())
        given = ", ".join(f"{value:g}" for value in values[first])
        raise DataError(
            f'The target "{names}" has {given} in row {targets.index[first] + 1}, with the sum {values[first].sum():.6g}; '
            f"expected probabilities of 0 to 1 with the sum 1 (within {TOLERANCE:g}); divide the row by its sum"
        )
    return values.astype(np.float32)


def _are_right(values: np.ndarray) -> np.ndarray:
    """Return whether each row is one of probabilities, ``(n_rows,)``."""
    is_right: np.ndarray = ((values >= 0) & (values <= 1)).all(axis=1) & (np.abs(values.sum(axis=1) - 1) <= TOLERANCE)
    return is_right
