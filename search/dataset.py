"""A data set as the product sees it: three parts of raw rows, a task and a fingerprint, checked when it is loaded.

It calls the loader that an experiment file names. It changes no features; `search.preprocessing` does.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import pandas as pd

from .arrays import Task
from .columns import Features, content, kind, to_numbers
from .errors import DataError, nearest
from .references import check_arguments, resolve
from .sections import DataSection

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Part:
    """Rows of one part.

    Attributes:
        features: Raw features by column name, or an array ``(n_rows, *shape)`` (images, sequences).
        target: One value a row.
    """

    features: Features
    target: pd.Series


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Train, validation and test parts.

    Attributes:
        name: Name of the data set: what the loader calls it, or the loader's function name.
        train: What is trained on, and the only part that preprocessing is fitted on.
        validation: What the objective is measured on.
        test: What only the champion is measured on.
        target: Name of the target column.
        task: What the target is.
        class_names: The target's values, in the order of the model's outputs; empty for regression.
        fingerprint: SHA-256 of all parts' content, 16 hexadecimal digits.
    """

    name: str
    train: Part
    validation: Part
    test: Part
    target: str
    task: Task
    class_names: tuple[str, ...]
    fingerprint: str


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
            "class_names". Whole-number targets are then places in that list, and become the names.
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
    target = str(parts["train"].target.name)
    task: Task = loaded["task"]
    if task == "regression":
        class_names: tuple[str, ...] = ()
        parts = {part: Part(rows.features, _numbers(rows.target, f"{where}, {part} part")) for part, rows in parts.items()}
    else:
        parts, class_names = _with_classes(parts, loaded.get("class_names"), where)
        if task == "binary" and len(class_names) != 2:
            raise DataError(f'{where}: a binary task has 2 classes, but "{target}" has {len(class_names)}: {_listed(class_names)}')
    fingerprint = _fingerprint(parts, target, task, class_names)
    return Dataset(name=name, **parts, target=target, task=task, class_names=class_names, fingerprint=fingerprint)


def _message(error: Exception) -> str:
    # The text of a KeyError is quoted when it is printed.
    text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    return text if isinstance(error, ValueError | OSError | LookupError) and text else f"{type(error).__name__}: {text}"


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
    if loaded["task"] not in get_args(Task):
        raise DataError(f'{where}: task = "{loaded["task"]}" is not known; {nearest(str(loaded["task"]), get_args(Task))}')


def _parse_part(given: Any, where: str) -> Part:
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise DataError(f"{where} is a {type(given).__name__}; expected a pair of features and target")
    features, target = given
    if not isinstance(target, pd.Series):
        raise DataError(f"{where}: the target is a {type(target).__name__}; expected a pandas Series")
    if not isinstance(features, pd.DataFrame | np.ndarray):
        raise DataError(f"{where}: the features are a {type(features).__name__}; expected a pandas DataFrame or a numpy array")
    if len(features) != len(target):
        raise DataError(f"{where} has {len(features)} rows of features and {len(target)} of the target; expected as many")
    if not len(target):
        raise DataError(f"{where} has no rows; make it larger")
    if target.isna().any():
        raise DataError(f'{where}: the target "{target.name}" has {int(target.isna().sum())} gaps; remove these rows or fill them')
    if isinstance(features, pd.DataFrame):
        _check_table(features, target.name, where)
    else:
        _check_array(features, where)
    return Part(features.reset_index(drop=True) if isinstance(features, pd.DataFrame) else features, _named(target))


def _named(target: pd.Series) -> pd.Series:
    return target.rename("target" if target.name is None else str(target.name)).reset_index(drop=True)


def _check_table(features: pd.DataFrame, target: Any, where: str) -> None:
    names = list(features.columns)
    if not names:
        raise DataError(f"{where} has no features; expected at least one column besides the target")
    for name in names:
        if not isinstance(name, str):
            raise DataError(f"{where}: the column {name!r} is not named by text; rename it")
    twice = features.columns[features.columns.duplicated()]
    if len(twice):
        raise DataError(f'{where} has the column "{twice[0]}" twice; rename one')
    if target in names:
        raise DataError(f'{where}: the features hold the target "{target}"; leave that column out of them')
    for name in names:
        if kind(features[name], where) == "numeric":
            to_numbers(features[name], where)


def _check_array(features: np.ndarray, where: str) -> None:
    if features.ndim < 2 or not np.issubdtype(features.dtype, np.number):
        raise DataError(f"{where}: the features are an array of {features.dtype} {features.shape}; expected numbers (n_rows, ...)")
    if not np.isfinite(features).all():
        raise DataError(f"{where}: the features have gaps or infinite values; an array is not filled, replace them")


def _check_same_columns(parts: Mapping[str, Part], where: str) -> None:
    train = parts["train"]
    for name, part in parts.items():
        if part.target.name != train.target.name:
            raise DataError(f'{where}: the target is "{train.target.name}" in the train part, but "{part.target.name}" in the {name} part')
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


def _with_classes(parts: Mapping[str, Part], given: Any, where: str) -> tuple[dict[str, Part], tuple[str, ...]]:
    """Put class names in the place of class numbers, and check that training can see each class."""
    parts = dict(parts)
    if given is not None:
        names = _checked_names(given, where)
        parts = {part: Part(rows.features, _name_classes(rows.target, names, where)) for part, rows in parts.items()}
    values = {part: set(rows.target.unique().tolist()) for part, rows in parts.items()}
    classes = list(names) if given is not None else _sorted(set.union(*values.values()), where)
    for value in classes:
        if value not in values["train"]:
            raise DataError(f"{where}: the class {value!r} has no row in the train part; move some there or leave it out")
    if len(classes) < 2:
        raise DataError(f"{where}: the target has the one class {_listed(classes)}; expected at least 2")
    if len({str(value) for value in classes}) < len(classes):
        raise DataError(f"{where}: two classes read the same: {_listed(classes)}; give the target one type")
    return parts, tuple(str(value) for value in classes)


def _checked_names(given: Any, where: str) -> tuple[str, ...]:
    if not isinstance(given, list | tuple) or not all(isinstance(name, str) for name in given) or len(set(given)) < len(given):
        raise DataError(f"{where}: class_names = {given!r}; expected a list of different texts")
    return tuple(given)


def _name_classes(target: pd.Series, names: tuple[str, ...], where: str) -> pd.Series:
    if kind(target, where) == "text":
        for value in target.unique().tolist():
            if value not in names:
                raise DataError(f"{where}: the target holds {value!r}, which is not in class_names; {nearest(str(value), names)}")
        return target.astype(object).astype("str")
    for value in target.unique().tolist():
        if value not in range(len(names)):
            raise DataError(f"{where}: the target holds {value!r}; with {len(names)} class_names it must be 0 to {len(names) - 1}")
    return pd.Series([names[int(value)] for value in target], name=target.name, dtype="str")


def _sorted(values: set[Any], where: str) -> list[Any]:
    wrong = [value for value in values if not isinstance(value, bool | int | float | str)]
    if wrong:
        raise DataError(f"{where}: the target holds {wrong[0]!r} of type {type(wrong[0]).__name__}; expected text, numbers or true/false")
    try:
        return sorted(values)
    except TypeError:
        raise DataError(f"{where}: the target mixes text and numbers: {_listed(sorted(values, key=str))}; give it one type") from None


def _listed(values: Any) -> str:
    shown = [repr(value) for value in values]
    return ", ".join(shown[:10]) + (f" ... ({len(shown)} in all)" if len(shown) > 10 else "")


def _fingerprint(parts: Mapping[str, Part], target: str, task: str, class_names: tuple[str, ...]) -> str:
    """Hash names and values; the row numbers of pandas, the order of the dict and the process do not matter."""
    digest = hashlib.sha256(json.dumps([target, task, class_names]).encode())
    for name in PARTS:
        features, target_values = parts[name].features, parts[name].target
        digest.update(json.dumps([name, len(target_values)]).encode())
        if isinstance(features, pd.DataFrame):
            for column in features:
                digest.update(json.dumps(column).encode() + content(features[column], name))
        else:
            digest.update(f"{features.dtype}{features.shape}".encode() + np.ascontiguousarray(features).tobytes())
        digest.update(content(target_values, name))
    return digest.hexdigest()[:16]
