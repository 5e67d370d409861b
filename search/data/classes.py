"""The classes of a target: their names and their order, and a check that each occurs in the training part.

The last class of a binary target is the positive one, which precision, recall, F1 score and AUC are about.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ..errors import DataError, nearest
from .columns import column_type


def name_classes(values: Mapping[str, pd.Series], given: Any, where: str) -> tuple[dict[str, pd.Series], tuple[str, ...]]:
    """Replace class numbers by class names.

    Args:
        values: The target's values by part, without gaps.
        given: Names of the classes in order; None if the values are the names, which are then sorted.
        where: Start of the error message.

    Returns:
        The values by part, and the names.

    Raises:
        DataError: If a value is not a class, a class has no row in the train part, or there are fewer than 2 classes.
    """
    named = dict(values)
    if given is not None:
        names = _checked_names(given, where)
        named = {part: _to_names(column, names, where) for part, column in values.items()}
    distinct = {part: set(column.unique().tolist()) for part, column in named.items()}
    classes = list(names) if given is not None else _sorted(set.union(*distinct.values()), where)
    for value in classes:
        if value not in distinct["train"]:
            raise DataError(f"{where}: the class {value!r} has no row in the train part; move rows of it there, or leave the class out")
    if len(classes) < 2:
        raise DataError(f"{where}: the target has the one class {format_values(classes)}; expected at least 2")
    if len({str(value) for value in classes}) < len(classes):
        raise DataError(f"{where}: two classes have the same text: {format_values(classes)}; give the target one type")
    return named, tuple(str(value) for value in classes)


def order_positive_last(names: tuple[str, ...], positive: Any, values: Mapping[str, pd.Series], where: str) -> tuple[str, ...]:
    """Order the classes of a binary target so that the positive one is the last.

    Args:
        names: Both classes: in the order that the loader gave, or sorted.
        positive: The positive class. None chooses the rarer class in all parts for text, and the second class for numbers and
            true/false, or if both have as many rows.
        values: The target's values by part.
        where: Start of the error message.

    Returns:
        Both classes.

    Raises:
        DataError: If ``positive`` is none of the classes.
    """
    if positive is None:
        if column_type(values["train"], where) != "text":
            return names
        counts = pd.concat(list(values.values())).astype(str).value_counts()
        return names[::-1] if counts[names[0]] < counts[names[1]] else names
    distinct = {value for column in values.values() for value in column.unique().tolist()}
    chosen = next((str(value) for value in distinct if value == positive), str(positive))
    if chosen not in names:
        raise DataError(f"{where}: positive = {positive!r} is none of the classes; {nearest(chosen, names)}")
    return names if chosen == names[1] else names[::-1]


def format_values(values: Any) -> str:
    """Return at most ten values as text for a message."""
    shown = [repr(value) for value in values]
    return ", ".join(shown[:10]) + (f" ... ({len(shown)} in all)" if len(shown) > 10 else "")


def _checked_names(given: Any, where: str) -> tuple[str, ...]:
    if not isinstance(given, list | tuple) or not all(isinstance(name, str) for name in given) or len(set(given)) < len(given):
        raise DataError(f"{where}: class_names = {given!r}; expected a list of different texts")
    return tuple(given)


def _to_names(target: pd.Series, names: tuple[str, ...], where: str) -> pd.Series:
    if column_type(target, where) == "text":
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
        raise DataError(f"{where}: the target mixes text and numbers: {format_values(sorted(values, key=str))}; give it one type") from None
