"""Rejects numbers in columns that held text in training, unless the text contained numerals, such as building numbers."""

import numpy as np
import pandas as pd

from ..data.columns import Features, column_type, to_text
from ..data.preprocessing import Preprocessor
from ..errors import DataError


def check_column_types(rows: Features, preprocessor: Preprocessor) -> None:
    """Check that text columns hold text.

    Args:
        rows: Raw rows, as for `Champion.predict`; the preprocessor reports missing columns.
        preprocessor: The fitted preprocessor.

    Raises:
        DataError: If a text column holds numbers and its values in training contained no numeral.
    """
    if isinstance(rows, np.ndarray):
        return
    for name, known in _training_values(preprocessor).items():
        if name in rows.columns and _holds_numbers(rows[name]) and not _contains_numerals(known):
            first = to_text(rows[name].dropna())[0]
            raise DataError(f'The rows: the column "{name}" holds the number {first}; expected text as in training, such as "{known[0]}"')


def _training_values(preprocessor: Preprocessor) -> dict[str, np.ndarray]:
    """Return the values that each text column had in training."""
    text = [name for name, of in (preprocessor.columns or {}).items() if of == "text"]
    return dict(zip(text, preprocessor.transformer.named_transformers_["text"][-1].categories_, strict=True)) if text else {}


def _holds_numbers(column: pd.Series) -> bool:
    return bool(column.notna().any()) and column_type(column, "The rows") == "numeric"


def _contains_numerals(known: np.ndarray) -> bool:
    return bool(pd.to_numeric(pd.Series(known, dtype=object), errors="coerce").notna().any())
