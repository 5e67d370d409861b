"""A series in a CSV or Parquet file, a row per step, as a data set of windows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from search.data.kinds.series import SeriesFormat, cut_windows, in_order, targets_of, uneven_steps
from search.data.tables import column_name, read_table

from .folder import find
from .target_arrays import tasks_of_array

_MIN_WINDOWS = 2
"""Of each part."""


def series(
    path: str,
    target: str,
    columns: Sequence[str] | None = None,
    time: str | None = None,
    window: int = 24,
    horizon: int = 1,
    sequence: bool = False,
    task: str = "auto",
    validation_size: float = 0.2,
    test_size: float = 0.2,
) -> dict[str, Any]:
    """Cut a series into windows, and split them by time: no window reaches from one part into another, nor does its target.

    A gap has the value before it; windows before the first value of each column, or without a target, are left out.

    Args:
        path: The file, as of `csv`.
        target: The column to predict, at ``horizon`` steps after each window.
        columns: The features of a step. Defaults to all columns of numbers, the target's among them.
        time: The column of times, by which the rows are sorted. Defaults to none: the rows are in the order of time.
        window: Steps of a window, at least 1. Defaults to 24.
        horizon: Steps from the last one of a window to the one whose target is predicted, at least 1. Defaults to 1.
        sequence: Whether the target is predicted for each step of a window, ``horizon`` steps after it, for networks with an output for each
            step. Defaults to False, for the last step only.
        task: "binary", "multiclass", "regression" or "auto", as of `csv`. Defaults to "auto".
        validation_size: Part of all steps, those before the test part. Defaults to 0.2.
        test_size: Part of all steps, the last ones. Defaults to 0.2.

    Returns:
        The three parts, ``(n_windows, window, n_columns)``; the task, the file's stem, and the formats of file and series.

    Raises:
        FileNotFoundError: If there is no such file.
        LookupError: If a column does not exist.
        ValueError: If an argument is out of its range, a feature is no number, or a part has too few windows.
    """
    file = find(path)
    if sequence and window < 2:
        raise ValueError(f"sequence = true, but a window has {window} step; expected at least 2")
    _check(window, horizon, validation_size, test_size)
    table = read_table(file)
    rows = table.rows
    for name in (target, *(columns or ()), *(() if time is None else (time,))):
        try:
            column_name(list(rows.columns), name)
        except LookupError as error:
            raise LookupError(f"{file} {error}") from None
    numeric = [str(name) for name in rows if pd.api.types.is_numeric_dtype(rows[name]) and name != time]
    has_dates = time is not None and pd.api.types.is_datetime64_any_dtype(rows[time])
    form = SeriesFormat(
        columns=tuple(columns or numeric), target=target, window=window, horizon=horizon, time=time, has_dates=has_dates, sequence=sequence
    )
    if odd := [name for name in form.columns if name not in numeric] or not form.columns:
        raise ValueError(f"{file}: {f'the column {odd[0]} holds no numbers' if form.columns else 'no column holds numbers'}; name others by columns")
    try:
        rows = in_order(rows, form)
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from None
    ends = [round(len(rows) * (1 - validation_size - test_size)), round(len(rows) * (1 - test_size)), len(rows)]
    parts, n_filled = {}, 0
    for part, start, end in zip(("train", "validation", "test"), [0, *ends], ends, strict=False):
        parts[part], filled = _windows(rows[start:end], form, f"{file}, {part} part")
        n_filled += filled
    tasks = tasks_of_array(parts["train"][1], task, window * sequence)
    told = [f"{n_filled} gaps have the value before them" if n_filled else "", uneven_steps(rows, form)]
    notes = [*table.notes, *filter(None, told)]
    table_format = None if table.format is None else replace(table.format, target=target).to_dict()
    formats = {"table_format": table_format, "row_format": form.to_dict()}
    return {**parts, **formats, "task": tasks, "n_steps": window * sequence, "name": file.stem, "notes": notes, "ordered": True}


def _windows(rows: pd.DataFrame, form: SeriesFormat, where: str) -> tuple[tuple[np.ndarray, pd.Series | pd.DataFrame], int]:
    try:
        found = cut_windows(rows, form)
    except ValueError as error:
        raise ValueError(f"{where}: {error}; give a shorter window, or other sizes of the parts") from None
    targets = targets_of(rows, found, form)
    has_target = pd.DataFrame(targets).notna().all(axis="columns").to_numpy()
    if has_target.sum() < _MIN_WINDOWS:
        raise ValueError(
            f"{where}: {has_target.sum()} windows of {form.window} steps have a target {form.horizon} steps later; give a shorter window"
        )
    return (found.features[has_target], targets[has_target].reset_index(drop=True)), found.n_filled


def _check(window: int, horizon: int, validation_size: float, test_size: float) -> None:
    if window < 1 or horizon < 1:
        raise ValueError(f"window = {window} and horizon = {horizon} must be at least 1")
    if not (0 < validation_size < 1 and 0 < test_size < 1 and validation_size + test_size < 1):
        raise ValueError(
            f"validation_size = {validation_size} and test_size = {test_size} are no parts; expected both above 0, and their sum below 1"
        )
