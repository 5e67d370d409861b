"""The type of a table's column: numeric (numbers and true/false), dates or text. It changes no column."""

import json
from typing import Any, Literal

import numpy as np
import pandas as pd

from ..errors import DataError

ColumnType = Literal["numeric", "text", "date"]
Features = pd.DataFrame | np.ndarray
"""Rows as a table of named columns, or as an array ``(n_rows, *shape)``."""

# Results of pandas.api.types.infer_dtype, which reads the values and not only the dtype.
_NUMERIC = frozenset({"boolean", "integer", "floating", "mixed-integer-float", "integer-na", "decimal", "empty"})
_DATES = frozenset({"date", "datetime"})
_TEXT = frozenset({"string", "categorical", "mixed-integer", "mixed"})


def column_type(column: pd.Series, where: str) -> ColumnType:
    """Return the type of a column.

    Args:
        column: The column, gaps allowed; a column of gaps only is numeric.
        where: Start of the error message, such as ``data set "iris", train part``.

    Returns:
        "numeric" for numbers and true/false; "date" for dates and times; "text" for text, categories, and text mixed with numbers.

    Raises:
        DataError: If the column has values of another type, such as lists.
    """
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return "date"
    inferred = pd.api.types.infer_dtype(column, skipna=True)
    if inferred in _NUMERIC:
        return "numeric"
    if inferred in _DATES:
        return "date"
    if inferred in _TEXT:
        odd = _unsupported_type(column) if inferred == "mixed" else None
        if odd is None:
            return "text"
        inferred = odd
    raise DataError(
        f'{where}: the column "{column.name}" holds values of type {inferred}; expected numbers, true/false, dates or text; convert or drop it'
    )


def to_numbers(column: pd.Series, where: str) -> np.ndarray:
    """Convert a column to numbers; text such as "1.5" is a number.

    Args:
        column: The column, gaps allowed.
        where: Start of the error message.

    Returns:
        float64 ``(n_rows,)``, NaN for a gap.

    Raises:
        DataError: If a value is not a finite number.
    """
    if pd.api.types.is_numeric_dtype(column.dtype):  # bool too
        numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
        wrong = np.isinf(numbers)
    else:
        if column_type(column, where) == "date":  # it would be read as nanoseconds
            raise DataError(f'{where}: the column "{column.name}" holds dates; expected finite numbers')
        numbers = pd.to_numeric(column.astype(object), errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        wrong = ~np.isfinite(numbers) & column.notna().to_numpy()
    if wrong.any():
        row = int(wrong.argmax())
        raise DataError(f'{where}: the column "{column.name}" holds {to_python(column.iloc[row])!r} in row {row + 1}; expected finite numbers')
    return numbers


def to_text(column: pd.Series) -> np.ndarray:
    """Convert a column to text.

    Args:
        column: The column, gaps allowed. Whole numbers are written without a point, so that 3 and 3.0 are the same category.

    Returns:
        Objects ``(n_rows,)``: text, or NaN for a gap.
    """
    texts = np.empty(len(column), dtype=object)
    texts[:] = [np.nan if gap else _to_text(value) for value, gap in zip(column, column.isna(), strict=True)]
    return texts


def to_python(value: Any) -> Any:
    """Return a value as Python's type in place of NumPy's."""
    return value.item() if isinstance(value, np.generic) else value


def column_bytes(column: pd.Series, where: str) -> bytes:
    """Return a column's values as bytes that depend neither on the width of its dtype nor on its index."""
    of = column_type(column, where)
    if of == "date":
        return json.dumps([None if pd.isna(date) else date.isoformat() for date in column]).encode()
    if of == "text":
        return json.dumps([None if text is np.nan else text for text in to_text(column)]).encode()
    numbers = to_numbers(column, where)
    return np.where(np.isnan(numbers), np.nan, numbers).tobytes()  # NaN has many bit patterns


def _unsupported_type(column: pd.Series) -> str | None:
    types = {type(value) for value in column.dropna()}
    return next((odd.__name__ for odd in types if not issubclass(odd, str | bool | int | float | np.number)), None)


def _to_text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float | np.floating) and float(value).is_integer() else str(value)
