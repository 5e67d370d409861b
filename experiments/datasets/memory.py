"""Data that were in the memory of a Python session: a table, or arrays, as a data set."""

import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from search.data.tables import column_name

from .split import split_rows, three_parts
from .table import for_each, has_classes, probabilities_note, split_table
from .target_arrays import as_columns, n_steps_of, tasks_of_array

_PARTS = ("train", "validation", "test")


def in_memory(
    file: Path,
    target: str | int | Sequence[str | int] | None = None,
    task: str = "auto",
    drop: Sequence[str | int] = (),
    validation_size: float = 0.2,
    test_size: float = 0.2,
    seed: int = 42,
    stratify: bool = True,
    ordered: bool = False,
    group: str | int | None = None,
    positive: str | int | bool | None = None,
    sample_weight: str | int | None = None,
    class_weight: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """Split data that this user's process has written a moment ago.

    Args:
        file: The pickled data: a table; a pair of features ``(n_rows, ...)`` and target ``(n_rows,)``, ``(n_rows, n_targets)`` or
            ``(n_rows, n_steps, n_targets)`` for an output at each step; or a dict of
            such pairs by the names train, validation and test, which is not split, but for a validation part that is missing; or the pair of pairs
            (x_train, y_train), (x_test, y_test), as Keras' own data sets are.
        target: The column of a table to predict, or a list of columns. Defaults to none, for a pair or a dict.
        task: "binary", "multiclass", "regression", "probabilities" or "auto", as of `csv`. Defaults to "auto".
        drop: Columns of a table to leave out. Defaults to none.
        validation_size: Part of all rows. Defaults to 0.2.
        test_size: Part of all rows. Defaults to 0.2.
        seed: Seed of the splits. Defaults to 42.
        stratify: Whether the parts have the classes in the same proportions; not for regression. Defaults to True.
        ordered: Whether the rows are in the order of time, so that the last ones become the test part. Defaults to False.
        group: Column of groups of a table: all rows of a group go into one part. Defaults to none.
        positive: The positive class of a binary target, as of `csv`. Defaults to None.
        sample_weight: The column of the rows' weights in the training loss, of a table, or of features that are a table; it is no feature then.
            Defaults to none.
        class_weight: Weights of the classes in the training loss, as of `csv`. Defaults to none.

    Returns:
        The three parts, the task, the positive class, the weights of rows and classes, and notes.

    Raises:
        LookupError: If a column does not exist.
        ValueError: If the data are none of these, there are too few rows, or an argument is not valid.
    """
    data = pickle.loads(file.read_bytes())  # noqa: S301 - this user's process has written it
    sizes: dict[str, Any] = {"validation_size": validation_size, "test_size": test_size, "seed": seed, "ordered": ordered}
    columns: dict[str, Any] = {"target": target, "drop": drop or None, "group": group}
    if isinstance(data, pd.DataFrame):
        weights = None if sample_weight is None else _column(sample_weight, [str(name) for name in data.columns])
        parts = _table(data, target, task=task, drop=drop, stratify=stratify, group=group, **sizes)
    elif of_table := next((name for name, value in columns.items() if value is not None), None):
        raise ValueError(f"{of_table} names a column of a table, but the data are {_described(data)}; give a table, or leave {of_table} out")
    else:
        weights = None if sample_weight is None else str(sample_weight)
        data = dict(zip(("train", "test"), data, strict=True)) if _is_pair_of_pairs(data) else data
        parts = _whole(data, task, validation_size, seed, stratify=stratify) if isinstance(data, Mapping) else _split(data, task, stratify, sizes)
    given = {"positive": for_each(positive, parts["task"]), "sample_weight": weights, "class_weight": class_weight}
    return parts | {name: value for name, value in given.items() if value is not None}


def _split(data: Any, task: str, stratify: bool, sizes: Mapping[str, Any]) -> dict[str, Any]:
    """Split a pair of features and target."""
    features, values = _pair(data, "data", task)
    n_steps = n_steps_of(data[1])
    tasks = tasks_of_array(values, task, n_steps)
    parts = three_parts(features, values, **sizes, stratify=stratify and has_classes(tasks))
    return {**parts, "task": tasks, "notes": probabilities_note(values, task), "n_steps": n_steps}


def _table(data: pd.DataFrame, target: str | int | Sequence[str | int] | None, **options: Any) -> dict[str, Any]:
    """Split a table, without the rows that have no target; a column is named by its name or, if none is, by its place."""
    names = [str(name) for name in data.columns]
    if target is None:
        raise ValueError(f"the table has no target; name the column to predict, such as target={names[-1]!r}")
    options["drop"] = [_named(column, names) for column in options["drop"]]
    options["group"] = None if options["group"] is None else _named(options["group"], names)
    rows = data.set_axis(names, axis="columns").reset_index(drop=True)
    columns = [_column(column, names) for column in ([target] if isinstance(target, str | int) else target)]
    complete = rows[rows[columns].notna().all(axis="columns")].reset_index(drop=True)
    n_left_out, shown = len(rows) - len(complete), '", "'.join(columns)
    notes = [f'{n_left_out} rows without "{shown}" are left out'] if n_left_out else []
    split = split_table(complete, columns, **options)
    return {**split, "notes": [*notes, *split["notes"]]}


def _named(column: str | int, names: Sequence[str]) -> str | int:
    """Return a column as text if one is named so, as columns of numbers are; else as it is given."""
    return str(column) if str(column) in names else column


def _column(column: str | int, names: Sequence[str]) -> str:
    return column_name(names, _named(column, names))


def _is_pair_of_pairs(data: Any) -> bool:
    """Return whether data are those of Keras' own data sets, ``(x_train, y_train), (x_test, y_test)``."""
    return isinstance(data, tuple | list) and len(data) == 2 and all(isinstance(part, tuple | list) and len(part) == 2 for part in data)


def _described(data: Any) -> str:
    return "parts" if isinstance(data, Mapping) else "arrays" if isinstance(data, tuple | list) else f"a {type(data).__name__}"


def _whole(data: Mapping[str, Any], task: str, validation_size: float, seed: int, *, stratify: bool) -> dict[str, Any]:
    """Return given parts as a loader's; a validation part that is missing is taken from the training part."""
    missing = [name for name in ("train", "test") if name not in data]
    if missing:
        raise ValueError(f'the dict of parts has no "{missing[0]}"; expected the keys {", ".join(_PARTS)}')
    parts = {name: _pair(data[name], name, task) for name in _PARTS if name in data}
    target, n_steps = parts["train"][1], n_steps_of(data["train"][1])
    tasks = data["task"] if task == "auto" and "task" in data else tasks_of_array(target, task, n_steps)
    if "validation" not in parts:
        split = split_rows(*parts["train"], size=validation_size, seed=seed, stratify=stratify and has_classes(tasks))
        parts["train"], parts["validation"] = split
    notes = [*data.get("notes", ()), *probabilities_note(target, "given" if "task" in data else task)]
    return {**data, **parts, "task": tasks, "notes": notes, "n_steps": data.get("n_steps", n_steps)}


def _pair(data: Any, where: str, task: str) -> tuple[Any, pd.Series | pd.DataFrame]:
    """Return features, and the target as a series, or several as a table."""
    if not isinstance(data, tuple | list) or len(data) != len(("features", "target")):
        raise ValueError(f"{where} is a {type(data).__name__}; expected a table, a pair of features and target, or a dict of such pairs by part")
    features, target = data
    features = (
        features.rename(columns=str).reset_index(drop=True)
        if isinstance(features, pd.DataFrame)
        else np.asarray(features.toarray() if hasattr(features, "toarray") else features)
    )
    if isinstance(target, pd.Series):
        return features, target.rename(str(target.name if target.name is not None else "target")).reset_index(drop=True)
    return features, as_columns(target, "target", task, where)
