"""A data set as the product sees it: three parts of raw rows, a task and a fingerprint, checked when it is loaded.

It calls the loader that an experiment file names. It changes no features; `search.data.preprocessing` does.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import pandas as pd

from ..errors import DataError, nearest
from ..experiment.references import check_arguments, resolve
from ..experiment.sections import DataSection
from .arrays import Task, Tasks, named
from .classes import format_values, name_classes
from .columns import Features, column_bytes, column_type, to_numbers

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Part:
    """Rows of one part.

    Attributes:
        features: Raw features by column name, or an array ``(n_rows, *shape)`` (images, sequences).
        target: One value a row, or a table of several targets.
    """

    features: Features
    target: pd.Series | pd.DataFrame

    @property
    def targets(self) -> dict[str, pd.Series]:
        """Each target by its name."""
        columns = [self.target] if isinstance(self.target, pd.Series) else [self.target[name] for name in self.target]
        return {str(column.name): column for column in columns}


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Train, validation and test parts.

    Attributes:
        name: Name of the data set: what the loader calls it, or the loader's function name.
        train: What is trained on, and the only part that preprocessing is fitted on.
        validation: What the objective is measured on.
        test: What only the champion is measured on.
        target: Name of the target column, or of each of several.
        task: What the target is, by column where there are several.
        class_names: The target's values, in the order of the output's units; empty for regression; by column too.
        fingerprint: SHA-256 of all parts' content, 16 hexadecimal digits.
    """

    name: str
    train: Part
    validation: Part
    test: Part
    target: str | tuple[str, ...]
    task: Tasks
    class_names: tuple[str, ...] | Mapping[str, tuple[str, ...]]
    fingerprint: str

    @property
    def tasks(self) -> dict[str, Task]:
        """What each target is, by column."""
        return dict(self.task) if isinstance(self.task, Mapping) else {str(self.target): self.task}


def load_dataset(section: DataSection) -> Dataset:
    """Load the data set that an experiment names, and check it.

    Args:
        section: ``[data]`` of the experiment.

    Returns:
        The data set.

    Raises:
        UnknownReferenceError: If the loader does not import.
        ExperimentError: If it has no such argument, or needs one that is not given.
        DataError: If it fails, or what it returns cannot be used.
    """
    loader = resolve(section.loader)
    if not callable(loader):
        raise DataError(f'[data] loader = "{section.loader}" is a {type(loader).__name__}; expected a function')
    check_arguments(loader, section.arguments, {}, "[data]")
    try:
        loaded = loader(**section.arguments)
    except Exception as error:  # whatever the user's loader raises
        raise DataError(f'[data] loader = "{section.loader}": {_message(error)}') from error
    name = loaded.get("name") if isinstance(loaded, Mapping) else None
    return parse_dataset(loaded, str(name or getattr(loader, "__name__", section.loader)))


def parse_dataset(loaded: Any, name: str) -> Dataset:
    """Check what a loader returned.

    Args:
        loaded: A dict of "train", "validation" and "test", each a pair of features and target; "task"; and, if wanted,
            "class_names". Whole-number targets are then places in that list, and become the names. Where the target is a
            table of several columns, "task" is a dict by column, and so is "class_names".
        name: Name of the data set.

    Returns:
        The data set.

    Raises:
        DataError: With the first fault.
    """
    where = f'data set "{name}"'
    _check_keys(loaded, where)
    parts = {part: _parse_part(loaded[part], f"{where}, {part} part") for part in PARTS}
    _check_same_columns(parts, where)
    columns = tuple(parts["train"].targets)
    tasks = _by_column(loaded["task"], columns, "task", where)
    for column in columns:
        if column not in tasks:
            raise DataError(f'{where}: task says nothing of the target "{column}"; add it')
    given = _by_column(loaded.get("class_names"), columns, "class_names", where)
    read = {column: _read_target(column, parts, tasks[column], given.get(column), where) for column in columns}
    parts = {part: Part(rows.features, _joined({column: read[column][0][part] for column in columns})) for part, rows in parts.items()}
    classes = {column: names for column, (_, names) in read.items()}
    facts: dict[str, Any] = {"target": columns, "task": tasks, "class_names": classes}
    if len(columns) == 1:
        facts = {"target": columns[0], "task": tasks[columns[0]], "class_names": classes[columns[0]]}
    fingerprint = _fingerprint(parts, facts)
    return Dataset(name=name, train=parts["train"], validation=parts["validation"], test=parts["test"], fingerprint=fingerprint, **facts)


def _by_column(given: Any, columns: tuple[str, ...], key: str, where: str) -> dict[str, Any]:
    """Give by target column what a loader returned: for an only column as it is, for several a dict."""
    if not isinstance(given, Mapping):
        if len(columns) > 1 and given is not None:
            raise DataError(f"{where}: {key} = {given!r} is for one target; expected a dict by target, {', '.join(columns)}")
        return dict.fromkeys(columns, given)
    for column in given:
        if column not in columns:
            raise DataError(f'{where}: {key} has the unknown target "{column}"; {nearest(str(column), columns)}')
    return dict(given)


def _read_target(column: str, parts: Mapping[str, Part], task: Task, given: Any, where: str) -> tuple[dict[str, pd.Series], tuple[str, ...]]:
    """Return one target's values by part, classes by their names, and the names."""
    values = {part: rows.targets[column] for part, rows in parts.items()}
    if task == "regression":
        return {part: _numbers(numbers, f"{where}, {part} part") for part, numbers in values.items()}, ()
    values, class_names = name_classes(values, given, where)
    if task == "binary" and len(class_names) != 2:
        raise DataError(f'{where}: a binary task has 2 classes, but "{column}" has {len(class_names)}: {format_values(class_names)}')
    return values, class_names


def _joined(columns: Mapping[str, pd.Series]) -> pd.Series | pd.DataFrame:
    return next(iter(columns.values())) if len(columns) == 1 else pd.DataFrame(dict(columns))


def _message(error: Exception) -> str:
    if isinstance(error, KeyError):  # its text is the key alone, and is quoted when it is printed
        key = str(error.args[0]) if error.args else ""
        return f'KeyError: "{key}": the loader looks this up where it is not; correct the loader, or an argument in [data]'
    is_told = isinstance(error, ValueError | OSError) or type(error) is LookupError
    return str(error) if is_told and str(error) else f"{type(error).__name__}: {error}"


def _check_keys(loaded: Any, where: str) -> None:
    if not isinstance(loaded, Mapping):
        raise DataError(f"{where}: the loader returned a {type(loaded).__name__}; expected a dict with the keys {', '.join((*PARTS, 'task'))}")
    known = (*PARTS, "task", "class_names", "name")
    for key in loaded:
        if key not in known:
            raise DataError(f'{where}: the loader returned the unknown key "{key}"; {nearest(str(key), known)}')
    for key in (*PARTS, "task"):
        if key not in loaded:
            raise DataError(f'{where}: the loader returned no "{key}"; add it to the dict it returns')
    for task in named(loaded["task"]).values():
        if task not in get_args(Task):
            raise DataError(f'{where}: task = "{task}" is not known; {nearest(str(task), get_args(Task))}')


def _parse_part(given: Any, where: str) -> Part:
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise DataError(f"{where} is a {type(given).__name__}; expected a pair of features and target")
    features, target = given
    if not isinstance(target, pd.Series | pd.DataFrame):
        raise DataError(f"{where}: the target is a {type(target).__name__}; expected a pandas Series, or a DataFrame of several targets")
    if not isinstance(features, pd.DataFrame | np.ndarray):
        raise DataError(f"{where}: the features are a {type(features).__name__}; expected a pandas DataFrame or a numpy array")
    if len(features) != len(target):
        raise DataError(f"{where} has {len(features)} rows of features and {len(target)} of the target; expected as many")
    if not len(target):
        raise DataError(f"{where} has no rows; make it larger")
    table = _as_table(target, where)
    for name in table:
        if table[name].isna().any():
            raise DataError(f'{where}: the target "{name}" has {int(table[name].isna().sum())} gaps; remove these rows or fill them')
    if isinstance(features, pd.DataFrame):
        _check_table(features, list(table.columns), where)
    else:
        _check_array(features, where)
    return Part(features.reset_index(drop=True) if isinstance(features, pd.DataFrame) else features, _joined({str(n): table[n] for n in table}))


def _as_table(target: pd.Series | pd.DataFrame, where: str) -> pd.DataFrame:
    """Return the targets as columns named by text, their rows counted from 0."""
    given = target.to_frame("target" if target.name is None else target.name) if isinstance(target, pd.Series) else target
    table = given.set_axis([str(name) for name in given.columns], axis="columns").reset_index(drop=True)
    if table.columns.empty or table.columns.has_duplicates:
        raise DataError(f"{where}: the targets are {', '.join(table.columns) or 'none'}; expected at least one, each once")
    return table


def _check_table(features: pd.DataFrame, targets: list[str], where: str) -> None:
    names = list(features.columns)
    if not names:
        raise DataError(f"{where} has no features; expected at least one column besides the target")
    for name in names:
        if not isinstance(name, str):
            raise DataError(f"{where}: the column {name!r} is not named by text; rename it")
    twice = features.columns[features.columns.duplicated()]
    if len(twice):
        raise DataError(f'{where} has the column "{twice[0]}" twice; rename one')
    for target in targets:
        if target in names:
            raise DataError(f'{where}: the features hold the target "{target}"; leave that column out of them')
    for name in names:
        if column_type(features[name], where) == "numeric":
            to_numbers(features[name], where)


def _check_array(features: np.ndarray, where: str) -> None:
    if features.ndim < 2 or not np.issubdtype(features.dtype, np.number):
        raise DataError(f"{where}: the features are an array of {features.dtype} {features.shape}; expected numbers (n_rows, ...)")
    if not np.isfinite(features).all():
        raise DataError(f"{where}: the features have gaps or infinite values; an array is not filled, replace them")


def _check_same_columns(parts: Mapping[str, Part], where: str) -> None:
    train = parts["train"]
    for name, part in parts.items():
        if list(part.targets) != list(train.targets):
            given, expected = (", ".join(rows.targets) for rows in (part, train))
            raise DataError(f'{where}: the target is "{expected}" in the train part, but "{given}" in the {name} part')
        if _layout(part.features) != _layout(train.features):
            raise DataError(f"{where}: the {name} part has {_layout(part.features)}, but the train part {_layout(train.features)}")
    if isinstance(train.features, pd.DataFrame):
        for column in train.features:
            if train.features[column].isna().all():
                raise DataError(f'{where}: the feature "{column}" is all gaps in the train part; leave that column out')


def _layout(features: Features) -> str:
    if isinstance(features, pd.DataFrame):
        return f"the columns {', '.join(features.columns)}"
    return f"rows of shape {features.shape[1:]}"


def _numbers(target: pd.Series, where: str) -> pd.Series:
    to_numbers(target, f"{where}, target")
    return pd.to_numeric(target)


def _fingerprint(parts: Mapping[str, Part], facts: Mapping[str, Any]) -> str:
    """Hash names and values; the row numbers of pandas, the order of the dict and the process do not matter."""
    digest = hashlib.sha256(json.dumps([facts["target"], facts["task"], facts["class_names"]], sort_keys=True).encode())
    for name in PARTS:
        features, targets = parts[name].features, parts[name].targets
        digest.update(json.dumps([name, len(parts[name].target)]).encode())
        if isinstance(features, pd.DataFrame):
            for column in features:
                digest.update(json.dumps(column).encode() + column_bytes(features[column], name))
        else:
            digest.update(f"{features.dtype}{features.shape}".encode() + np.ascontiguousarray(features).tobytes())
        for values in targets.values():
            digest.update(column_bytes(values, name))
    return digest.hexdigest()[:16]
