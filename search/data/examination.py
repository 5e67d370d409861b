"""Looks at a data set's columns before a trial: what is left out, and what its user should know."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..redaction import shorten
from .columns import ColumnType, to_python, to_text
from .dataset import Dataset
from .tables.numbers import is_number

MIN_IDENTIFIERS = 50
"""A column with fewer different values is taken for categories or a quantity, however many rows there are."""

_IDENTIFIER_NAME = re.compile(r"(?i:(?:^|[^a-z])(?:id|uuid|guid|nr|no|num|index|row|rowid))$|(?<=[a-z])(?:Id|ID)$")
_RUNNING = "running text"
_EXACT = 2**53
"""float64 holds every whole number up to this one."""


@dataclass(frozen=True)
class Finding:
    """Something that a user should know about a column.

    Attributes:
        column: The column's name; "" if it is about all rows.
        text: One sentence without the column's name.
        is_important: Whether a search tells it; otherwise only ``perceptune data`` does.
    """

    column: str
    text: str
    is_important: bool = True

    def __str__(self) -> str:
        where = f'"{self.column}": ' if self.column else ""
        return f"{where}{self.text}"


def left_out(features: pd.DataFrame, types: Mapping[str, ColumnType]) -> list[Finding]:
    """Return the columns that no network can learn from: identifiers and running text.

    Args:
        features: Rows of all parts.
        types: Type of each column.
    """
    found = []
    for name, of in types.items():
        column = features[name].dropna()
        n_distinct = column.nunique()
        if n_distinct <= MIN_IDENTIFIERS:
            continue
        reason = _text_reason(column, n_distinct) if of == "text" else _number_reason(str(name), column, n_distinct)
        if reason:
            named = "tokens" if reason.startswith(_RUNNING) else of
            found.append(Finding(str(name), f'{reason}; it is left out unless preprocessing.columns names it, as in {{ "{name}" = "{named}" }}'))
    return found


def many_values(features: pd.DataFrame, max_categories: int) -> list[Finding]:
    """Return the text columns of which only the most frequent values are kept.

    Args:
        features: The text columns of the training part whose values become categories.
        max_categories: Largest number of categories of a column.
    """
    counts = {str(name): features[name].nunique() for name in features}
    return [
        Finding(
            name,
            f"{count:,} different values; the {max_categories - 1:,} most frequent ones are told apart; "
            + (
                f'if its words count in their order, preprocessing.columns = {{ "{name}" = "tokens" }} and model = "text"'
                if is_running_text(features[name])
                else f'for all of them set preprocessing.columns = {{ "{name}" = "target" }} or "hash"'
            ),
        )
        for name, count in counts.items()
        if count > max_categories
    ]


def examine(dataset: Dataset, types: Mapping[str, ColumnType]) -> list[Finding]:
    """Return what a user should know about the columns and the target of a data set, except what is left out.

    Args:
        dataset: The data set.
        types: Type of each feature column that is used.
    """
    train = dataset.train.features
    if not isinstance(train, pd.DataFrame):
        return _imbalance(dataset)
    findings = [finding for name, of in types.items() for finding in _of_column(train[name], of)]
    return findings + _leaks(train, dataset, types) + _imbalance(dataset)


def is_running_text(column: pd.Series) -> bool:
    """Return whether a column of text has sentences rather than categories: four words or more, and most rows another value."""
    known = column.dropna()
    n_words = known.head(1000).map(lambda value: len(str(value).split())).mean()
    return bool(n_words >= 4 and known.nunique() > len(known) / 2)


def _text_reason(column: pd.Series, n_distinct: int) -> str:
    example = shorten(str(column.iloc[0]), 40)
    if is_running_text(column):
        return f'{_RUNNING}, such as "{example}"'
    if n_distinct > 0.9 * len(column):
        return f'{n_distinct:,} different values in {len(column):,} rows, such as "{example}", are identifiers'
    return ""


def _number_reason(name: str, column: pd.Series, n_distinct: int) -> str:
    if n_distinct < len(column) or not pd.api.types.is_integer_dtype(column.dtype):
        return ""
    if abs(int(column.max())) > _EXACT or abs(int(column.min())) > _EXACT:
        return "whole numbers above 2^53, each once, are identifiers"
    if _IDENTIFIER_NAME.search(name):
        return "whole numbers, each once, are identifiers by the column's name"
    return ""


def _of_column(column: pd.Series, of: ColumnType) -> list[Finding]:
    name, known = str(column.name), column.dropna()
    findings = []
    if known.nunique() == 1:
        findings.append(Finding(name, f"{to_python(known.iloc[0])!r} in every row of the train part", is_important=False))
    if of == "text":
        findings += _odd_words(name, known)
    n_gaps = len(column) - len(known)
    if n_gaps > len(column) / 2:
        findings.append(Finding(name, f"{n_gaps:,} of {len(column):,} rows of the train part have a gap", is_important=False))
    return findings


def _odd_words(name: str, known: pd.Series) -> list[Finding]:
    """Find a text column that would be numbers but for a few words."""
    counts = pd.Series(to_text(known), dtype=object).value_counts()
    words = counts[[not is_number(text) for text in counts.index]]
    has_codes = counts.index.str.fullmatch(r"0\d+").any()
    if has_codes or not 0 < words.sum() <= 0.1 * counts.sum():
        return []
    shown = ", ".join(f'"{word}"' for word in words.index[:5])
    return [Finding(name, f"numbers but for {words.sum()} values, {shown}; if these are gaps, let the loader read them so (csv: na_values)")]


def _leaks(features: pd.DataFrame, dataset: Dataset, types: Mapping[str, ColumnType]) -> list[Finding]:
    """Find features from which a target follows exactly."""
    findings = []
    for target, values in dataset.train.targets.items():
        follows = _names_same_groups if dataset.has_classes(target) else _is_same_quantity
        for name in types:
            column = features[name]
            known = column.notna().to_numpy()
            if known.sum() >= max(10, 0.9 * len(column)) and follows(column[known], values[known]):
                advice = f'if it would not be known when predicting, leave it out: preprocessing.columns = {{ "{name}" = "drop" }}'
                findings.append(Finding(str(name), f'the target "{target}" follows from it exactly; {advice}'))
    return findings


def _is_same_quantity(column: pd.Series, target: pd.Series) -> bool:
    """Return whether two columns of numbers are the same but for scale."""
    if not pd.api.types.is_numeric_dtype(column.dtype):
        return False
    x, y = column.to_numpy(float), target.to_numpy(float)
    return bool(x.std() and y.std() and abs(np.corrcoef(x, y)[0, 1]) > 1 - 1e-9)


def _names_same_groups(column: pd.Series, target: pd.Series) -> bool:
    """Return whether each value of a column belongs to one class, and there are few values for a class."""
    pairs = pd.DataFrame({"value": pd.factorize(column)[0], "class": pd.factorize(target)[0]}).drop_duplicates()
    n_values, n_classes = pairs["value"].nunique(), pairs["class"].nunique()
    return len(pairs) == n_values and n_values <= 2 * n_classes and n_classes > 1


def _imbalance(dataset: Dataset) -> list[Finding]:
    findings = []
    for name, task in dataset.tasks.items():
        counts = dataset.train.targets[name].value_counts()
        if dataset.has_classes(name) and len(counts) > 1 and counts.iloc[-1] < 0.1 * counts.iloc[0]:
            rare, n_rare = counts.index.tolist()[-1], int(counts.iloc[-1])
            better = "val_pr_auc, val_f1_score or val_auc" if task == "binary" else "val_f1_macro or val_balanced_accuracy"
            advice = f"accuracy says little here; {better} says more"
            findings.append(Finding("", f'the class {rare!r} of "{name}" has {n_rare:,} of {int(counts.sum()):,} rows; {advice}'))
    return findings
