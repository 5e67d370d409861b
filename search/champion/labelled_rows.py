"""Reads rows with their targets from a file, to evaluate a champion on them."""

from pathlib import Path

import pandas as pd

from ..data.arrays import OF_NUMBERS
from ..data.parts import Part, join_targets
from ..data.targets import Target
from ..errors import DataError, listed
from .pyfunc import Champion
from .row_files import read_rows


def read_labelled(path: Path, champion: Champion) -> tuple[Part, int]:
    """Read raw rows with their targets, as the champion's training data were read.

    Args:
        path: As for `read_rows`: a table has the target columns beside those of the features, a folder of images a folder for each class, and a
            ``.npz`` file an array ``y``.
        champion: The champion.

    Returns:
        The rows that have all targets, and how many have not and are left out.

    Raises:
        DataError: If the file cannot be read, lacks a target, has no row with a target, or a target that the model does not know.
    """
    rows, targets = read_rows(path, champion), list(champion.preprocessor.targets.values())
    columns = list(dict.fromkeys(column for target in targets for column in target.columns))
    if missing := [column for column in columns if column not in rows.labels]:
        known = list(map(str, rows.labels))
        raise DataError(f'"{path}" lacks the target {listed(missing)}; it has {f"the columns {listed(known)}" if known else "no targets"}')
    is_complete = rows.labels[columns].notna().all(axis=1).to_numpy()
    if not is_complete.any():
        raise DataError(f'"{path}" has no row with a value of {listed(columns)}; expected at least one')
    labels = rows.labels[is_complete].reset_index(drop=True)
    values = {column: _values(labels[column], target, path) for target in targets for column in target.columns}
    features = labels.drop(columns=columns) if isinstance(rows.features, pd.DataFrame) else rows.features[is_complete]
    return Part(features, join_targets(values)), len(is_complete) - len(labels)


def _values(column: pd.Series, target: Target, path: Path) -> pd.Series:
    """Return a target's values in the type that it had in training; text in a file is a class by its name."""
    if target.task in OF_NUMBERS:
        numbers = pd.to_numeric(column, errors="coerce")
        if numbers.isna().any():
            raise DataError(f'"{path}": the target "{column.name}" holds {column[numbers.isna()].iloc[0]!r}; expected numbers')
        return numbers
    by_name = dict(zip(target.class_names, target.classes, strict=True))
    known = {value: value for value in target.classes} | by_name
    unknown = [value for value in column.unique().tolist() if value not in known]
    if unknown:
        raise DataError(f'"{path}": the target "{column.name}" holds {unknown[0]!r}, which is none of the classes {listed(target.class_names)}')
    return pd.Series([known[value] for value in column], name=column.name)
