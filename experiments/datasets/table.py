"""Any CSV or Parquet file with a target column, as a data set. It fills no gaps and changes no values."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from .folder import find
from .split import three_parts

TASKS = ("auto", "binary", "multiclass", "regression")
MAX_CLASSES = 10
"""A column of whole numbers with more distinct values than this is a quantity."""


def csv(
    path: str,
    target: str | int,
    task: str = "auto",
    drop: Sequence[str | int] = (),
    separator: str = ",",
    header: bool = True,
    comment: str | None = None,
    validation_size: float = 0.2,
    test_size: float = 0.2,
    seed: int = 42,
    stratify: bool = True,
) -> dict[str, Any]:
    """Read a CSV or Parquet file and split it.

    With ``task="auto"``, a target of text or true/false is classified, and so is one of two distinct numbers, or of at
    most ten distinct whole numbers; any other is a regression.

    Args:
        path: The file, relative to the working directory, or else to the folder that PERCEPTUNE_DATA names
            (~/.cache/perceptune by default). A name that ends in ``.parquet`` is read as Parquet.
        target: The column to predict: its name, or its number from 0, negative ones from the end.
        task: "binary", "multiclass", "regression" or "auto". Defaults to "auto".
        drop: Columns to leave out, as names or numbers. Defaults to none.
        separator: Separator of values in a CSV file. Defaults to ",".
        header: Whether the first line names the columns; otherwise they are column_0, column_1 ... Defaults to True.
        comment: A character after which the rest of a line is ignored. Defaults to none.
        validation_size: Part of all rows. Defaults to 0.2.
        test_size: Part of all rows. Defaults to 0.2.
        seed: Seed of the splits. Defaults to 42.
        stratify: Whether the parts have the classes in the same proportions; not for regression. Defaults to True.

    Returns:
        The three parts, the task and the name of the data set, which is the file's stem.

    Raises:
        FileNotFoundError: If there is no such file.
        LookupError: If a column does not exist.
        ValueError: If task is unknown or drop is no list, the file cannot be read, has no rows or too few, or the target has
            gaps or does not match the task.
    """
    _check_arguments(task, drop)
    file = find(path)
    frame = _read(file, separator, header, comment)
    target_name = _column(frame, target, file)
    dropped = [_column(frame, column, file) for column in drop]
    if target_name in dropped:
        raise ValueError(f'{file}: the target "{target_name}" is among the columns to drop; take it out of drop')
    values = frame[target_name]
    _check_target(values, file)
    task = infer_task(values) if task == "auto" else task
    features = frame.drop(columns=[target_name, *dropped])
    try:
        parts = three_parts(
            features, values, validation_size=validation_size, test_size=test_size, seed=seed, stratify=stratify and task != "regression"
        )
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from None
    return {**parts, "task": task, "name": file.stem}


def infer_task(target: pd.Series) -> str:
    """Return the task that fits a target's values.

    Args:
        target: The target, without gaps.

    Returns:
        "binary" for two distinct values; "multiclass" for more, if they are text, categories, or at most `MAX_CLASSES`
        whole numbers; else "regression".
    """
    n_distinct = target.nunique()
    if n_distinct == 2:
        return "binary"
    if not pd.api.types.is_numeric_dtype(target):
        return "multiclass"
    return "multiclass" if n_distinct <= MAX_CLASSES and (target % 1 == 0).all() else "regression"


def _check_arguments(task: str, drop: Sequence[str | int]) -> None:
    if task not in TASKS:
        raise ValueError(f'task = "{task}" is not known; expected one of {", ".join(TASKS)}')
    is_list = not isinstance(drop, str | int)
    if not is_list:
        written = f'"{drop}"' if isinstance(drop, str) else drop
        raise ValueError(f"drop = {written} is not a list; write drop = [{written}]")


def _read(file: Path, separator: str, header: bool, comment: str | None) -> pd.DataFrame:
    try:
        if file.suffix == ".parquet":
            frame = pd.read_parquet(file)
        else:
            # One type for a whole column, however long the file is.
            frame = pd.read_csv(file, sep=separator, header=0 if header else None, comment=comment, low_memory=False)
    except (ValueError, OSError) as error:  # pandas' parser, pyarrow's and the decoder's errors are ValueErrors
        raise ValueError(f"{file} cannot be read as a table: {str(error).strip().splitlines()[0]}") from None
    if frame.empty:
        raise ValueError(f"{file} has no rows; expected a table with a target and at least one feature")
    names = [str(name) if header else f"column_{number}" for number, name in enumerate(frame.columns)]
    return frame.set_axis(names, axis="columns")


def _column(frame: pd.DataFrame, column: str | int, file: Path) -> str:
    names = list(frame.columns)
    if isinstance(column, int):
        if not -len(names) <= column < len(names):
            raise LookupError(f"{file} has no column number {column}; it has {len(names)} columns, 0 to {len(names) - 1}")
        return str(names[column])
    if column not in names:
        shown = ", ".join(names[:20]) + (" ..." if len(names) > 20 else "")
        raise LookupError(f'{file} has no column "{column}"; its columns are {shown}. Without a line of names, set header = false')
    return column


def _check_target(target: pd.Series, file: Path) -> None:
    n_gaps = int(target.isna().sum())
    if n_gaps:
        first = int(target.isna().to_numpy().argmax()) + 1
        raise ValueError(f'{file}: the target "{target.name}" has {n_gaps} gaps, the first in row {first}; remove these rows or fill them')
    if target.nunique() < 2:
        raise ValueError(f'{file}: the target "{target.name}" is {target.tolist()[0]!r} in every row; expected at least two different values')
