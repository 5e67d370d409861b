"""Windows of a series in a table, for training and prediction alike: each row of a model is some steps, one after the other."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from ..errors import listed


@dataclass(frozen=True, kw_only=True)
class SeriesFormat:
    """How a table of steps becomes windows.

    Attributes:
        columns: The features of a step.
        target: The column to predict.
        window: Steps of a window, at least 1.
        horizon: Steps from the last one of a window to the target's, at least 1.
        time: The column of times; None if there is none.
    """

    columns: tuple[str, ...]
    target: str
    window: int
    horizon: int
    time: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as values that JSON can write; `from_dict` reads them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> Self:
        """Read what `to_dict` returned."""
        return cls(**{**facts, "columns": tuple(facts["columns"])})


@dataclass(frozen=True)
class Windows:
    """The windows of a table.

    Attributes:
        features: float64, ``(n_windows, window, n_columns)``.
        last: The row of each window's last step, ``(n_windows,)``.
        n_filled: Number of gaps that have the value before them.
    """

    features: np.ndarray
    last: np.ndarray
    n_filled: int


def in_order(table: pd.DataFrame, time: str | None) -> pd.DataFrame:
    """Return the rows of a table in the order of time, numbered from 0.

    Args:
        table: A row per step.
        time: The column of times; None if the rows are in order.

    Raises:
        ValueError: If it holds text or gaps, or a time twice, as where a table has several series.
    """
    if time is None or time not in table:
        return table.reset_index(drop=True)
    column = table[time]
    if not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column)):
        raise ValueError(f'the column of times "{time}" holds {column.iloc[0]!r}, which is text; expected dates such as 2026-01-31, or numbers')
    if column.isna().any():
        raise ValueError(f'the column of times "{time}" has {int(column.isna().sum())} gaps; fill them, or leave these rows out')
    if column.duplicated().any():
        twice = column[column.duplicated()].iloc[0]
        raise ValueError(f'the column of times "{time}" has {twice} twice; expected one series, a row per step')
    return table.sort_values(time).reset_index(drop=True)


def cut_windows(table: pd.DataFrame, form: SeriesFormat) -> Windows:
    """Return all windows of a table whose steps have values; a gap has the value before it, if there is one.

    Args:
        table: A row per step, in the order of time.
        form: The columns and the length of a window.

    Raises:
        ValueError: If a column is missing or has text, or there is no window.
    """
    if missing := [name for name in form.columns if name not in table]:
        raise ValueError(f"the series lacks the columns {listed(missing)}; it has {listed(list(map(str, table)))}")
    numbers = table[list(form.columns)].apply(pd.to_numeric, errors="coerce")
    for name in form.columns:
        if (odd := numbers[name].isna() & table[name].notna()).any():
            raise ValueError(f'the column "{name}" has {table[name][odd].iloc[0]!r}; expected numbers')
    values = numbers.ffill().to_numpy(np.float64)
    starts = np.flatnonzero(np.isfinite(values).all(axis=1))
    first = int(starts[0]) if len(starts) else len(values)
    if len(values) - first < form.window:
        raise ValueError(f"the series has {len(values) - first} steps with values; expected at least a window of {form.window}")
    cut = np.lib.stride_tricks.sliding_window_view(values[first:], form.window, axis=0).swapaxes(1, 2)
    n_filled = int(numbers[first:].isna().to_numpy().sum())
    return Windows(np.ascontiguousarray(cut), np.arange(first + form.window - 1, len(values)), n_filled)


def targets_of(table: pd.DataFrame, windows: Windows, form: SeriesFormat) -> pd.Series:
    """Return the target of each window; a gap where it is beyond the table or missing there."""
    return table[form.target].reset_index(drop=True).reindex(windows.last + form.horizon).reset_index(drop=True)


def last_steps(table: pd.DataFrame, windows: Windows, form: SeriesFormat) -> pd.Series:
    """Return what names each window: the time of its last step, or that row's number from 1."""
    if form.time is not None and form.time in table:
        return table[form.time].reset_index(drop=True)[windows.last].reset_index(drop=True).rename("last_step")
    return pd.Series(windows.last + 1, name="last_step")
