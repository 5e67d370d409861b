"""Reads rows with their targets from a file, to evaluate a champion on them."""

from pathlib import Path

import pandas as pd

from ..data.parts import Part, join_targets
from ..data.targets import Target
from ..errors import DataError, listed
from .batch_prediction import read_rows
from .pyfunc import Champion


def read_labelled(path: Path, champion: Champion) -> tuple[Part, int]:
    """Read raw rows with their targets, as the champion's training data were read.

    Args:
        path: A file as for `read_rows`, with the target columns beside those of the features.
        champion: The champion.

    Returns:
        The rows that have all targets, and how many have not and are left out.

    Raises:
        DataError: If the file cannot be read, lacks a target, has no row with a target, or a target that the model does not know.
    """
    rows, targets = read_rows(path, champion), list(champion.preprocessor.targets.values())
    missing = [target.column for target in targets if target.column not in rows]
    if missing:
        raise DataError(f'"{path}" lacks the target {listed(missing)}; it has the columns {listed(list(map(str, rows)))}')
    complete = rows.dropna(subset=[target.column for target in targets]).reset_index(drop=True)
    if complete.empty:
        raise DataError(f'"{path}" has no row with a value of {listed([target.column for target in targets])}; expected at least one')
    values = {target.column: _values(complete[target.column], target, path) for target in targets}
    features = complete.drop(columns=list(values))
    return Part(features, join_targets(values)), len(rows) - len(complete)


def _values(column: pd.Series, target: Target, path: Path) -> pd.Series:
    """Return a target's values in the type that it had in training; text in a file is a class by its name."""
    if target.task == "regression":
        numbers = pd.to_numeric(column, errors="coerce")
        if numbers.isna().any():
            raise DataError(f'"{path}": the target "{target.column}" holds {column[numbers.isna()].iloc[0]!r}; expected numbers')
        return numbers
    by_name = dict(zip(target.class_names, target.classes, strict=True))
    known = {value: value for value in target.classes} | by_name
    unknown = [value for value in column.unique().tolist() if value not in known]
    if unknown:
        raise DataError(f'"{path}": the target "{target.column}" holds {unknown[0]!r}, which is none of the classes {listed(target.class_names)}')
    return pd.Series([known[value] for value in column], name=column.name)
