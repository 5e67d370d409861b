"""Compares rows with what the columns held in training: numbers in place of text are refused, values that were not there are told."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..data.column_transformer import known_values
from ..data.columns import Features, column_type, to_text
from ..data.preprocessing import Preprocessor
from ..errors import DataError


class UnseenValuesWarning(UserWarning):
    """A text column holds values that were not in training."""


def check_column_types(rows: Features, preprocessor: Preprocessor) -> None:
    """Check that text columns hold text.

    Args:
        rows: Raw rows, as for `Champion.predict`; the preprocessor reports missing columns.
        preprocessor: The fitted preprocessor.

    Raises:
        DataError: If a text column holds numbers, and none of its values in training is written as a number is.
    """
    if not isinstance(rows, pd.DataFrame):  # an array, or what the preprocessor refuses
        return
    for name, known in _known_values(preprocessor).items():
        if name in rows.columns and _holds_numbers(rows[name]) and not _are_written_as_numbers(known):
            first = to_text(rows[name].dropna())[0]
            raise DataError(f'The rows: the column "{name}" holds the number {first}; expected text as in training, such as "{known[0]}"')


def unseen_values(rows: Features, preprocessor: Preprocessor) -> list[str]:
    """Return a sentence for each text column with values that were not in training.

    Args:
        rows: Raw rows as `Preprocessor.check` has converted them.
        preprocessor: The fitted preprocessor.
    """
    sentences = []
    for name, values in _known_values(preprocessor).items():
        column = pd.Series(rows[name]).dropna()
        unseen = column[~column.isin(list(values))]
        if len(unseen):
            sentences.append(f"{name}: {len(unseen):,} of {len(column):,} values were not in training, such as {unseen.iloc[0]}")
    return sentences


def _known_values(preprocessor: Preprocessor) -> Mapping[str, np.ndarray]:
    """Return the values that each text column had in training."""
    return known_values(preprocessor.transformer)


def _holds_numbers(column: pd.Series) -> bool:
    return bool(column.notna().any()) and column_type(column, "The rows") == "numeric"


def _are_written_as_numbers(known: np.ndarray) -> bool:
    """Return whether some of the texts are numbers without leading zeros, which a number can be the same as."""
    texts = pd.Series(known, dtype="str")
    return bool((pd.to_numeric(texts, errors="coerce").notna() & ~texts.str.fullmatch(r"0\d+")).any())
