"""Builds, saves and loads the scikit-learn transformer of a table's columns, without pickle."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .columns import ColumnType

if TYPE_CHECKING:  # a champion bundles this file without experiment files
    from ..experiment.sections import PreprocessingSection

_TRUSTED = ["numpy.dtype"]
"""Types that a saved transformer may have besides scikit-learn's own, which skops trusts."""


def build_transformer(columns: Mapping[str, ColumnType], section: "PreprocessingSection") -> Any:
    """Build an unfitted `sklearn.compose.ColumnTransformer`: numeric columns first, then text ones.

    Args:
        columns: Type of each column.
        section: ``[preprocessing]`` of the experiment.

    Returns:
        The transformer.
    """
    from sklearn import impute, preprocessing
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import make_pipeline

    scaler: Sequence[Any] = {"standard": [preprocessing.StandardScaler()], "minmax": [preprocessing.MinMaxScaler()], "none": []}[section.numeric]
    encoder = {
        "onehot": preprocessing.OneHotEncoder(handle_unknown="ignore", sparse_output=False),
        "ordinal": preprocessing.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
    }[section.categorical]
    numeric = make_pipeline(impute.SimpleImputer(strategy=section.missing), *scaler)
    text = make_pipeline(impute.SimpleImputer(strategy="most_frequent"), encoder)
    named = [("numeric", numeric, _of_type(columns, "numeric")), ("text", text, _of_type(columns, "text"))]
    return ColumnTransformer([entry for entry in named if entry[2]], sparse_threshold=0)


def columns_out(transformer: Any, columns: Mapping[str, ColumnType]) -> list[tuple[str, str]]:
    """Return the transformed features in order.

    Args:
        transformer: The fitted transformer.
        columns: Type of each column.

    Returns:
        For each feature the column it comes from, and its name, such as ``age`` or ``sex=male``.
    """
    text = _of_type(columns, "text")
    out = [(name, name) for name in _of_type(columns, "numeric")]
    encoder: Any = transformer.named_transformers_["text"][-1] if text else None
    if hasattr(encoder, "drop_idx_"):  # one-hot
        return out + [(name, f"{name}={value}") for name, values in zip(text, encoder.categories_, strict=True) for value in values]
    return out + [(name, name) for name in text]


def save_transformer(transformer: Any, file: Path) -> None:
    """Write a fitted transformer in skops' format."""
    from skops.io import dump

    dump(transformer, file)


def load_transformer(file: Path) -> Any:
    """Load what `save_transformer` wrote; skops refuses a file with any other type."""
    from skops.io import load

    return load(file, trusted=_TRUSTED)


def _of_type(columns: Mapping[str, ColumnType], wanted: ColumnType) -> list[str]:
    return [name for name, of in columns.items() if of == wanted]
