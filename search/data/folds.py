"""Divides the training and the validation part of a data set into folds; the test part stays apart.

The folds depend on the data and the section only, so that trials and studies are compared on the same ones.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError, ExperimentError, nearest
from ..experiment.evaluation import EvaluationSection
from ..experiment.sections import PreprocessingSection
from .arrays import Array
from .dataset import Dataset
from .parts import Part, check_same_columns

_SEED = 0


def joined(dataset: Dataset) -> Part:
    """Return the rows that are divided: those of the training part, then those of the validation part."""
    parts: tuple[Any, Any] = dataset.train, dataset.validation
    features: list[Any] = [part.features for part in parts]
    is_table = isinstance(features[0], pd.DataFrame)
    return Part(
        pd.concat(features, ignore_index=True) if is_table else np.concatenate(features),
        pd.concat([part.target for part in parts], ignore_index=True),
        None if dataset.train.weights is None else np.concatenate([part.weights for part in parts]),
    )


def with_all_rows(dataset: Dataset) -> Dataset:
    """Return the data set whose training part has the rows of all folds; its validation part is left as it is."""
    return replace(dataset, train=joined(dataset), has_all_rows=True)


def folds(dataset: Dataset, section: EvaluationSection) -> Iterator[Dataset]:
    """Yield a data set for each fold, whose validation part is the fold and whose training part the rows of its model; one fold is as it is.

    Args:
        dataset: The data set.
        section: ``[evaluation]`` of the experiment.

    Raises:
        ExperimentError: If there is no such column of groups, or the data set does not fit the kind of folds.
        DataError: If there are too few rows, rows of a class, or groups.
    """
    if section.folds == 1:
        yield dataset
        return
    _check_different(dataset)
    rows = joined(dataset)
    for number, chosen in enumerate(divide(rows, section, dataset, kind=kind_of(dataset, section)), start=1):
        train, validation = (_rows(rows, numbers) for numbers in chosen)
        check_same_columns({"train": train, "validation": validation}, f'data set "{dataset.name}", fold {number} of {section.folds}')
        _check_classes(rows, train, dataset, number)
        yield replace(dataset, train=train, validation=validation)


def kind_of(dataset: Dataset, section: EvaluationSection) -> str:
    """Return the kind of folds: the section's, or what "auto" means for the data set."""
    if section.kind != "auto":
        return section.kind
    if section.group is not None:
        return "group"
    if dataset.row_format is not None and dataset.row_format.folds:
        return dataset.row_format.folds
    return "stratified" if isinstance(dataset.task, str) and dataset.task != "regression" else "shuffled"


def divide(rows: Part, section: EvaluationSection, dataset: Dataset, *, kind: str) -> Iterator[tuple[Array, Array]]:
    """Yield the numbers of the training and of the validation rows of each fold, by scikit-learn's splitters.

    Groups of a single target of classes are divided so that the classes keep their proportions as far as possible.

    Args:
        rows: The rows.
        section: ``[evaluation]`` of the experiment.
        dataset: The data set, for messages and tasks.
        kind: The kind of folds.

    Raises:
        ExperimentError: As `folds`.
        DataError: As `folds`.
    """
    from sklearn import model_selection

    is_classes = isinstance(dataset.task, str) and dataset.task != "regression"
    if kind == "stratified" and not is_classes:
        raise ExperimentError(f'evaluation.kind = "stratified" is for a single target of classes; data set "{dataset.name}" has none; use "shuffled"')
    groups = _groups(rows, section, dataset) if kind == "group" else None
    target = rows.target if is_classes else None
    _check_sizes(rows, section.folds, dataset, target if kind == "stratified" else None, groups)
    if kind == "time":
        if not dataset.is_ordered:
            raise ExperimentError('evaluation.kind = "time" needs rows in their order, but the loader shuffles them; set ordered = true in [data]')
        gap = 0 if dataset.row_format is None else dataset.row_format.gap
        splitter: Any = model_selection.TimeSeriesSplit(section.folds, gap=gap)
        _check_gap(len(rows.target), section.folds, gap, dataset)
    elif kind == "group":
        by_class = model_selection.StratifiedGroupKFold(section.folds, shuffle=True, random_state=_SEED)
        splitter = by_class if is_classes else model_selection.GroupKFold(section.folds)
    else:
        kinds = {"stratified": model_selection.StratifiedKFold, "shuffled": model_selection.KFold}
        splitter = kinds[kind](section.folds, shuffle=True, random_state=_SEED)
    yield from splitter.split(np.zeros(len(rows.target)), target, groups)


def _check_gap(n_rows: int, n_folds: int, gap: int, dataset: Dataset) -> None:
    """Check that the first fold by time has rows to train on beside those that are left out before its validation rows."""
    size = n_rows // (n_folds + 1)
    if n_rows - n_folds * size <= gap:
        raise DataError(
            f'data set "{dataset.name}", evaluation.folds = {n_folds}: the first fold has {n_rows - n_folds * size} rows before its {size} '
            f"validation rows, of which the last {gap} are left out, since windows overlap; use fewer folds, or a shorter window"
        )


def without_group(section: PreprocessingSection, evaluation: EvaluationSection) -> PreprocessingSection:
    """Return ``[preprocessing]`` with the column of groups dropped, unless the section names it."""
    if evaluation.group is None or evaluation.group in section.columns:
        return section
    return section.model_copy(update={"columns": {**section.columns, evaluation.group: "drop"}})


def shared_groups(dataset: Dataset, section: EvaluationSection) -> int:
    """Return how many groups of the test part have rows in the other parts too."""
    if section.group is None:
        return 0
    test, others = (set(_groups(part, section, dataset)) for part in (dataset.test, joined(dataset)))
    return len(test & others)


def _groups(rows: Part, section: EvaluationSection, dataset: Dataset) -> Array:
    columns = rows.columns
    if section.group not in columns:
        known = nearest(str(section.group), columns) if columns else "its rows are arrays without columns"
        raise ExperimentError(f'evaluation.group: data set "{dataset.name}" has no column "{section.group}"; {known}')
    return np.asarray(columns[str(section.group)].astype(str))


def _check_different(dataset: Dataset) -> None:
    """Check that no row of the training or the test part is divided a second time, as part of the validation part."""
    for name, part in (("training", dataset.train), ("test", dataset.test)):
        if _is_same(part, dataset.validation):
            raise DataError(
                f'data set "{dataset.name}": the validation part is the {name} part, so that folds would be validated on rows that they were '
                "trained on, or train on the test part; set folds = 1, or let the loader split the rows"
            )


def _is_same(one: Any, other: Any) -> bool:
    is_equal = one.features.equals if isinstance(one.features, pd.DataFrame) else partial(np.array_equal, one.features)
    return bool(one.target.equals(other.target) and is_equal(other.features))


def _check_sizes(rows: Part, n_folds: int, dataset: Dataset, classes: Any, groups: Array | None) -> None:
    """Check that every fold can have a row, of every class if they are stratified, or a group."""
    where = f'data set "{dataset.name}", evaluation.folds = {n_folds}'
    if len(rows.target) <= n_folds:
        raise DataError(f"{where}: the training and the validation part have {len(rows.target)} rows; expected more than folds")
    if groups is not None and len(set(groups)) < n_folds:
        raise DataError(f"{where}: there are {len(set(groups))} groups; expected at least one for each fold; use fewer folds")
    if classes is not None:
        name, count = min(classes.value_counts().items(), key=lambda item: item[1])
        if count < n_folds:
            raise DataError(f'{where}: the class "{name}" has {count} rows; expected one for each fold; use fewer folds or kind = "shuffled"')


def _check_classes(rows: Part, train: Part, dataset: Dataset, number: int) -> None:
    """Check that a model learns every class."""
    for name, target in rows.targets.items():
        lacking = set(target) - set(train.targets[name]) if dataset.has_classes(name) else set()
        if lacking:
            raise DataError(
                f'data set "{dataset.name}": the model of fold {number} would see no row whose "{name}" is "{min(map(str, lacking))}"; '
                'use fewer folds, kind = "stratified" or "shuffled", or merge that class'
            )


def _rows(part: Part, chosen: Array) -> Part:
    features = part.features
    some = features.iloc[chosen].reset_index(drop=True) if isinstance(features, pd.DataFrame) else features[chosen]
    return Part(some, part.target.iloc[chosen].reset_index(drop=True), None if part.weights is None else part.weights[chosen])
