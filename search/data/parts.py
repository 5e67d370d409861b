"""One part of a data set, rows of features and their targets, and the checks of what a loader returned for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError
from ..redaction import shorten
from .batches import gathered
from .columns import Features, column_type, to_numbers

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Part:
    """Rows of one part.

    Attributes:
        features: Raw features by column name, or an array ``(n_rows, *shape)`` (images, sequences).
        target: One value a row, or a table of several targets.
        weights: Weight of each row in the training loss, float32, ``(n_rows,)``; None if all count alike. Defaults to None.
    """

    features: Features
    target: pd.Series | pd.DataFrame
    weights: np.ndarray | None = None

    @property
    def columns(self) -> dict[str, pd.Series]:
        """Each feature column by its name; empty if rows are arrays."""
        return {str(name): self.features[name] for name in self.features} if isinstance(self.features, pd.DataFrame) else {}

    @property
    def targets(self) -> dict[str, pd.Series]:
        """Each target by its name."""
        columns = [self.target] if isinstance(self.target, pd.Series) else [self.target[name] for name in self.target]
        return {str(column.name): column for column in columns}


def parse_part(given: Any, where: str) -> Part:
    """Check one part of what a loader returned.

    Args:
        given: A pair of features (a table or an array) and target (a Series, or a table of several targets); or what
            `search.data.batches.gathered` gathers.
        where: Start of the error message, such as ``data set "iris", train part``.

    Returns:
        The part, with row numbers from 0 and targets named by text.

    Raises:
        DataError: If it is not such a pair, has no rows, has gaps in a target, or has features of an unsupported type.
    """
    given = gathered(given, where)
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise DataError(f"{where} is a {type(given).__name__}; expected a pair of features and target")
    features, target = given
    _check_types(features, target, where)
    _check_n_rows(features, target, where)
    table = _to_table(target, where)
    _check_gaps(table, where)
    if isinstance(features, np.ndarray):
        _check_array(features, where)
        return Part(features, join_targets({str(name): table[name] for name in table}))
    _check_columns(features, list(table.columns), where)
    return Part(features.reset_index(drop=True), join_targets({str(name): table[name] for name in table}))


def join_targets(columns: Mapping[str, pd.Series]) -> pd.Series | pd.DataFrame:
    """Return a single target as a Series, and several as a table."""
    return next(iter(columns.values())) if len(columns) == 1 else pd.DataFrame(dict(columns))


def check_same_columns(parts: Mapping[str, Part], where: str) -> None:
    """Check that all parts have the same targets and the same columns or row shape.

    Args:
        parts: The parts by name.
        where: Start of the error message.

    Raises:
        DataError: If a part differs from the train part, or a feature of the train part has gaps only.
    """
    train = parts["train"]
    for name, part in parts.items():
        if list(part.targets) != list(train.targets):
            given, expected = (", ".join(rows.targets) for rows in (part, train))
            raise DataError(f'{where}: the target is "{expected}" in the train part, but "{given}" in the {name} part')
        given, expected = _layout(part.features), _layout(train.features)
        if given != expected:
            raise DataError(f"{where}: the {name} part has {shorten(given, 150)}, but the train part {shorten(expected, 150)}")
    if isinstance(train.features, pd.DataFrame):
        for column in train.features:
            if train.features[column].isna().all():
                raise DataError(f'{where}: the feature "{column}" is all gaps in the train part; leave that column out')


def _check_types(features: Any, target: Any, where: str) -> None:
    if not isinstance(target, pd.Series | pd.DataFrame):
        raise DataError(f"{where}: the target is a {type(target).__name__}; expected a pandas Series, or a DataFrame of several targets")
    if not isinstance(features, pd.DataFrame | np.ndarray):
        raise DataError(f"{where}: the features are a {type(features).__name__}; expected a pandas DataFrame or a numpy array")


def _check_n_rows(features: Features, target: pd.Series | pd.DataFrame, where: str) -> None:
    if len(features) != len(target):
        raise DataError(f"{where} has {len(features)} rows of features and {len(target)} of the target; expected as many")
    if not len(target):
        raise DataError(f"{where} has no rows; make it larger")


def _to_table(target: pd.Series | pd.DataFrame, where: str) -> pd.DataFrame:
    """Return the targets as columns named by text, their rows counted from 0."""
    given = target.to_frame("target" if target.name is None else target.name) if isinstance(target, pd.Series) else target
    table = given.set_axis([str(name) for name in given.columns], axis="columns").reset_index(drop=True)
    if table.columns.empty or table.columns.has_duplicates:
        raise DataError(f"{where}: the targets are {', '.join(table.columns) or 'none'}; expected at least one, each once")
    return table


def _check_gaps(targets: pd.DataFrame, where: str) -> None:
    for name in targets:
        if targets[name].isna().any():
            raise DataError(f'{where}: the target "{name}" has {int(targets[name].isna().sum())} gaps; remove these rows or fill them')


def _check_columns(features: pd.DataFrame, targets: list[str], where: str) -> None:
    _check_column_names(features, where)
    for target in targets:
        if target in features.columns:
            raise DataError(f'{where}: the features hold the target "{target}"; leave that column out of them')
    for name in features.columns:
        if column_type(features[name], where) == "numeric":
            to_numbers(features[name], where)


def _check_column_names(features: pd.DataFrame, where: str) -> None:
    if not len(features.columns):
        raise DataError(f"{where} has no features; expected at least one column besides the target")
    for name in features.columns:
        if not isinstance(name, str):
            raise DataError(f"{where}: the column {name!r} is not named by text; rename it")
    duplicates = features.columns[features.columns.duplicated()]
    if len(duplicates):
        raise DataError(f'{where} has the column "{duplicates[0]}" twice; rename one')


def _check_array(features: np.ndarray, where: str) -> None:
    if features.ndim < 2 or not np.issubdtype(features.dtype, np.number):
        raise DataError(f"{where}: the features are an array of {features.dtype} {features.shape}; expected numbers (n_rows, ...)")
    if not np.isfinite(features).all():
        raise DataError(f"{where}: the features have gaps or infinite values; an array is not filled, replace them")


def _layout(features: Features) -> str:
    if isinstance(features, pd.DataFrame):
        return f"the columns {', '.join(features.columns)}"
    return f"rows of shape {features.shape[1:]}"
