"""Refuses numbers where a champion has learned text. A column of text that spells numbers, such as house numbers, takes both."""

import numpy as np
import pandas as pd

from ..data.columns import Features, kind, to_text
from ..data.preprocessing import Preprocessor
from ..errors import DataError


def check_column_types(rows: Features, preprocessor: Preprocessor) -> None:
    """Check that columns of text hold text.

    Args:
        rows: Raw rows, as for `Champion.predict`; columns that are missing are left to the preprocessor.
        preprocessor: The fitted one.

    Raises:
        DataError: If one holds numbers, and no number was among its values in training.
    """
    if isinstance(rows, np.ndarray):
        return
    for name, known in _training_values(preprocessor).items():
        if name in rows.columns and _holds_numbers(rows[name]) and not _contains_numerals(known):
            first = to_text(rows[name].dropna())[0]
            raise DataError(f'The rows: the column "{name}" holds the number {first}; expected text as in training, such as "{known[0]}"')


def _training_values(preprocessor: Preprocessor) -> dict[str, np.ndarray]:
    """Return the values that each column of text had in training."""
    text = [name for name, of in (preprocessor.columns or {}).items() if of == "text"]
    return dict(zip(text, preprocessor.transformer.named_transformers_["text"][-1].categories_, strict=True)) if text else {}


def _holds_numbers(column: pd.Series) -> bool:
    return bool(column.notna().any()) and kind(column, "The rows") == "numeric"


def _contains_numerals(known: np.ndarray) -> bool:
    return bool(pd.to_numeric(pd.Series(known, dtype=object), errors="coerce").notna().any())
