"""Windows of a series in a table, for training and prediction alike: each row of a model is some steps, one after the other."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Self, final

import numpy as np
import pandas as pd

from ...errors import DataError, listed
from ..columns import ColumnType
from .base import RawRows, ReadTable


@final
@dataclass(frozen=True, kw_only=True)
class SeriesFormat:
    """How a table of steps becomes windows.

    Attributes:
        columns: The features of a step.
        target: The column to predict.
        window: Steps of a window, at least 1.
        horizon: Steps from the last one of a window to the target's, or from each one to its own, at least 1.
        time: The column of times; None if there is none.
        has_dates: Whether the column of times holds dates, and not numbers. Defaults to False.
        sequence: Whether each step of a window has a target, and not its last one only. Defaults to False.
    """

    columns: tuple[str, ...]
    target: str
    window: int
    horizon: int
    time: str | None = None
    has_dates: bool = False
    sequence: bool = False
    kind: ClassVar[str] = "series"
    example: ClassVar[str] = "series.csv"
    folds: ClassVar[str] = "time"

    @property
    def gap(self) -> int:
        """The windows between two that share no step, nor one's step with the other's target."""
        return self.window + self.horizon - 1

    def scaling(self, rows: np.ndarray) -> str:
        """Return "standard"."""
        return "standard"

    def describe(self) -> str:
        """Return the length and the columns of a window."""
        later = f"{self.horizon} later than each step" if self.sequence else f"{self.horizon} later"
        return f"Windows of {self.window} steps of {', '.join(self.columns)}; {self.target} {later}"

    def read(self, path: Path, shape: Sequence[int], targets: Sequence[str], read_table: ReadTable) -> RawRows:
        """Read a table with a row per step; see `RowFormat.read`."""
        types: dict[str, ColumnType] = dict.fromkeys(self.columns, "numeric")
        if self.time is not None:
            types[self.time] = "date" if self.has_dates else "numeric"
        table = read_table(path, types)
        try:
            table = in_order(table, self)
            found = cut_windows(table, self)
        except ValueError as error:
            raise DataError(f'"{path}": {error}') from None
        labels = pd.DataFrame(targets_of(table, found, self)) if self.target in table else pd.DataFrame(index=range(len(found.last)))
        return RawRows(found.features, labels, last_steps(table, found, self))

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"kind": self.kind, **asdict(self)}

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


def in_order(table: pd.DataFrame, form: SeriesFormat) -> pd.DataFrame:
    """Return the rows of a table in the order of time, numbered from 0.

    Args:
        table: A row per step.
        form: The column of times; without one the rows are in order.

    Raises:
        ValueError: If it is missing, holds text or gaps, or a time twice, as where a table has several series.
    """
    if form.time is None:
        return table.reset_index(drop=True)
    if form.time not in table:
        raise ValueError(f'the series lacks the column of times "{form.time}", by which its steps are put in order; add it')
    given = table[form.time]
    column = given
    if not (pd.api.types.is_numeric_dtype(given) or pd.api.types.is_datetime64_any_dtype(given)):
        column = pd.to_datetime(given, errors="coerce", format="ISO8601") if form.has_dates else pd.to_numeric(given, errors="coerce")
    if (is_odd := column.isna() & given.notna()).any():
        expected = "dates such as 2026-01-31" if form.has_dates else "numbers, or dates such as 2026-01-31"
        raise ValueError(f'the column of times "{form.time}" holds {given[is_odd].iloc[0]!r}; expected {expected}')
    if column.isna().any():
        raise ValueError(f'the column of times "{form.time}" has {int(column.isna().sum())} gaps; fill them, or leave these rows out')
    if column.duplicated().any():
        twice = column[column.duplicated()].iloc[0]
        raise ValueError(f'the column of times "{form.time}" has {twice} twice; expected one series, a row per step')
    return table.assign(**{form.time: column}).sort_values(form.time).reset_index(drop=True)


def uneven_steps(table: pd.DataFrame, form: SeriesFormat) -> str:
    """Return a sentence if times do not lie equally far apart, as where steps are missing; empty if they do.

    Args:
        table: What `in_order` returned.
        form: The column of times.
    """
    if form.time is None or len(table) < 3:
        return ""
    steps = table[form.time].diff().dropna()
    usual = steps.mode().iloc[0]
    n_longer = int((steps > 1.5 * usual).sum())  # a month is not longer than another
    if not n_longer:
        return ""
    longest = table[form.time].iloc[int(steps.to_numpy().argmax())]
    return f"after {n_longer} steps the next one is missing, such as after {longest}; windows take the rows as they follow each other"


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


def targets_of(table: pd.DataFrame, windows: Windows, form: SeriesFormat) -> pd.Series | pd.DataFrame:
    """Return the target of each window, or of each of its steps, ``step_1`` ...; a gap where it is beyond the table or missing there."""
    values = table[form.target].reset_index(drop=True).reindex(range(len(table) + form.horizon))
    last = windows.last + form.horizon
    if not form.sequence:
        return values[last].reset_index(drop=True)
    return pd.DataFrame({f"step_{step}": values[last - form.window + step].to_numpy() for step in range(1, form.window + 1)})


def last_steps(table: pd.DataFrame, windows: Windows, form: SeriesFormat) -> pd.Series:
    """Return what names each window: the time of its last step, or that row's number from 1."""
    if form.time is not None:
        return table[form.time].reset_index(drop=True)[windows.last].reset_index(drop=True).rename("last_step")
    return pd.Series(windows.last + 1, name="last_step")
