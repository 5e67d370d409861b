"""Data that were in the memory of a Python session: a table, or arrays, as a data set."""

import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .split import three_parts
from .table import infer_task, split_table

_PARTS = ("train", "validation", "test")


def in_memory(
    file: Path,
    target: str | int | None = None,
    task: str = "auto",
    drop: Sequence[str | int] = (),
    validation_size: float = 0.2,
    test_size: float = 0.2,
    seed: int = 42,
    stratify: bool = True,
    ordered: bool = False,
    group: str | int | None = None,
    positive: str | int | bool | None = None,
) -> dict[str, Any]:
    """Split data that this user's process has written a moment ago.

    Args:
        file: The pickled data: a table; a pair of features ``(n_rows, ...)`` and target ``(n_rows,)``; or a dict of such pairs by the
            names train, validation and test, which is not split.
        target: The column of a table to predict. Defaults to none, for a pair or a dict.
        task: "binary", "multiclass", "regression" or "auto", as of `csv`. Defaults to "auto".
        drop: Columns of a table to leave out. Defaults to none.
        validation_size: Part of all rows. Defaults to 0.2.
        test_size: Part of all rows. Defaults to 0.2.
        seed: Seed of the splits. Defaults to 42.
        stratify: Whether the parts have the classes in the same proportions; not for regression. Defaults to True.
        ordered: Whether the rows are in the order of time, so that the last ones become the test part. Defaults to False.
        group: Column of groups of a table: all rows of a group go into one part. Defaults to none.
        positive: The positive class of a binary target, as of `csv`. Defaults to None.

    Returns:
        The three parts, the task, the positive class and notes.

    Raises:
        LookupError: If a column does not exist.
        ValueError: If the data are none of these, there are too few rows, or an argument is not valid.
    """
    data = pickle.loads(file.read_bytes())  # noqa: S301 - this user's process has written it
    sizes: dict[str, Any] = {"validation_size": validation_size, "test_size": test_size, "seed": seed, "ordered": ordered}
    known = {"task": task, "positive": positive}
    if isinstance(data, Mapping):
        return _whole(data) | {name: value for name, value in known.items() if value not in (None, "auto")}
    if isinstance(data, pd.DataFrame):
        if target is None:
            raise ValueError(f"the table has no target; name the column to predict, such as target={str(data.columns[-1])!r}")
        rows = data.rename(columns=str).dropna(subset=[name] if (name := str(target)) in map(str, data.columns) else None)
        n_left_out = len(data) - len(rows)
        notes = [f'{n_left_out} rows without "{target}" are left out'] if n_left_out else []
        split = split_table(rows, name if name in rows else target, task=task, drop=drop, stratify=stratify, group=group, **sizes)
        return {**split, "positive": positive, "notes": [*notes, *split["notes"]]}
    features, values = _pair(data, "data")
    task = infer_task(values) if task == "auto" else task
    parts = three_parts(features, values, **sizes, stratify=stratify and task != "regression")
    return {**parts, **known, "task": task}


def _whole(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a dict of three parts as a loader's, with the task that fits the training part."""
    missing = [name for name in _PARTS if name not in data]
    if missing:
        raise ValueError(f'the dict of parts has no "{missing[0]}"; expected the keys {", ".join(_PARTS)}')
    parts = {name: _pair(data[name], name) for name in _PARTS}
    return {"task": infer_task(parts["train"][1]), **data, **parts}


def _pair(data: Any, where: str) -> tuple[Any, pd.Series]:
    """Return features, and the target as a series."""
    if not isinstance(data, tuple | list) or len(data) != len(("features", "target")):
        raise ValueError(f"{where} is a {type(data).__name__}; expected a table, a pair of features and target, or a dict of such pairs by part")
    features, target = data
    features = features.rename(columns=str).reset_index(drop=True) if isinstance(features, pd.DataFrame) else np.asarray(features)
    if isinstance(target, pd.Series):
        return features, target.rename(str(target.name if target.name is not None else "target")).reset_index(drop=True)
    values = np.asarray(target)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise ValueError(f"{where} has a target of shape {values.shape}; expected (n_rows,)")
    return features, pd.Series(values, name="target")
