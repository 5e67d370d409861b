"""Splits rows into train, validation and test parts, the same way each time."""

import math
from typing import Any

import pandas as pd

Parts = dict[str, Any]
"""Features and target by the name of the part, ``train``, ``validation``, ``test``; and ``ordered``, whether the rows are in their order."""


def three_parts(
    features: Any,
    target: pd.Series | pd.DataFrame,
    *,
    validation_size: float = 0.2,
    test_size: float = 0.2,
    seed: int = 42,
    stratify: bool = True,
    ordered: bool = False,
    groups: pd.Series | None = None,
) -> Parts:
    """Split rows at random, or in their order: the test part first, then the validation part from the remaining rows.

    Args:
        features: Table or array, ``(n_rows, ...)``.
        target: One value a row, ``(n_rows,)``, or a table of several targets, which cannot be stratified.
        validation_size: Part of all rows, above 0 to below 1. Defaults to 0.2.
        test_size: Part of all rows, above 0 to below 1. Defaults to 0.2.
        seed: Seed of both splits. Defaults to 42.
        stratify: Whether each part has the target's values in the same proportions. Defaults to True.
        ordered: Whether the rows stay in their order, the last ones being the test part. Defaults to False.
        groups: The group of each row; the rows of a group stay in one part, so that the sizes are those of groups. Defaults to none.

    Returns:
        Features and target of each part, and whether the rows are in their order.

    Raises:
        ValueError: If a size or the seed is out of its range or there are too few rows.
    """
    if not (0 < validation_size < 1 and 0 < test_size < 1 and validation_size + test_size < 1):
        raise ValueError(
            f"validation_size={validation_size} and test_size={test_size} are not parts of the rows; expected both above 0, and their sum below 1"
        )
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed={seed} is no seed; expected 0 to 2**32 - 1")
    of_rest = validation_size / (1 - test_size)
    if groups is not None:
        rest, test = _split_groups(features, target, groups, size=test_size, seed=seed)
        train, validation = _split_groups(*rest, groups.loc[rest[1].index], size=of_rest, seed=seed)
    else:
        rest, test = two_parts(features, target, size=test_size, seed=seed, stratify=stratify, ordered=ordered)
        train, validation = two_parts(*rest, size=of_rest, seed=seed, stratify=stratify, ordered=ordered)
    return {"train": train, "validation": validation, "test": test, "ordered": ordered}


def two_parts(
    features: Any, target: pd.Series, *, size: float, seed: int, stratify: bool, ordered: bool
) -> tuple[tuple[Any, pd.Series], tuple[Any, pd.Series]]:
    """Split rows in two, at random as `split_rows`, or in their order.

    Args:
        features: Table or array, ``(n_rows, ...)``.
        target: One value a row, ``(n_rows,)``.
        size: Part of the rows that goes into the second part, above 0 to below 1.
        seed: As of `split_rows`.
        stratify: As of `split_rows`.
        ordered: Whether the last rows are the second part.

    Returns:
        Features and target of both.

    Raises:
        ValueError: As `split_rows`.
    """
    if ordered:
        return _split_in_order(features, target, size=size)
    return split_rows(features, target, size=size, seed=seed, stratify=stratify)


def _split_in_order(features: Any, target: pd.Series, *, size: float) -> tuple[tuple[Any, pd.Series], tuple[Any, pd.Series]]:
    n_second = math.ceil(size * len(target))
    if not 0 < n_second < len(target):
        raise ValueError(f"there are too few rows for three parts; give more rows or other sizes (n_samples={len(target)})")
    return (features[:-n_second], target[:-n_second]), (features[-n_second:], target[-n_second:])


def _split_groups(
    features: Any, target: pd.Series, groups: pd.Series, *, size: float, seed: int
) -> tuple[tuple[Any, pd.Series], tuple[Any, pd.Series]]:
    from sklearn.model_selection import GroupShuffleSplit

    try:
        [(first, second)] = GroupShuffleSplit(1, test_size=size, random_state=seed).split(features, target, groups.astype(str))
    except ValueError as error:
        raise ValueError(f"there are too few groups for three parts; give more rows or other sizes ({error})") from None
    rows = features.iloc if isinstance(features, pd.DataFrame) else features
    return (rows[first], target.iloc[first]), (rows[second], target.iloc[second])


def whole_parts(features: Any, target: pd.Series) -> Parts:
    """Return all rows as the training, the validation and the test part.

    For truth tables and for reproducing documented figures; measurements on such parts do not generalize to new rows.

    Args:
        features: Table or array, ``(n_rows, ...)``.
        target: One value a row, ``(n_rows,)``.

    Returns:
        Features and target of each part.
    """
    return dict.fromkeys(("train", "validation", "test"), (features, target))


def split_rows(features: Any, target: pd.Series, *, size: float, seed: int, stratify: bool) -> tuple[tuple[Any, pd.Series], tuple[Any, pd.Series]]:
    """Split rows in two with `sklearn.model_selection.train_test_split`.

    Args:
        features: Table or array, ``(n_rows, ...)``.
        target: One value a row, ``(n_rows,)``.
        size: Part of the rows that goes into the second half, above 0 to below 1.
        seed: Its ``random_state``.
        stratify: Whether both have the target's values in the same proportions.

    Returns:
        Features and target of both.

    Raises:
        ValueError: If there are too few rows, or too few of one class to stratify.
    """
    from sklearn.model_selection import train_test_split

    if stratify:
        _check_classes(target)
    try:
        x_first, x_second, y_first, y_second = train_test_split(
            features, target, test_size=size, random_state=seed, stratify=target if stratify else None
        )
    except ValueError as error:
        raise ValueError(f"there are too few rows for three parts; give more rows or other sizes ({error})") from None
    return (x_first, y_first), (x_second, y_second)


def _check_classes(target: pd.Series) -> None:
    counts = target.value_counts()
    if not counts.empty and counts.iloc[-1] < 2:
        raise ValueError(
            f'the class {counts.index.tolist()[-1]!r} of "{target.name}" has too few rows to split; drop it, merge it or set stratify = false'
        )
