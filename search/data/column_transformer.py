"""Builds, saves and loads the scikit-learn transformer of a table's columns, without pickle."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .columns import ColumnType

if TYPE_CHECKING:  # a champion bundles this file without experiment files
    from ..experiment.sections import PreprocessingSection

MISSING = "missing"
"""The category of gaps in text columns, if they have one."""

_TRUSTED = ["numpy.dtype"]
"""Types that a saved transformer may have besides scikit-learn's own, which skops trusts."""


def build_transformer(columns: Mapping[str, ColumnType], dates: Sequence[str], section: "PreprocessingSection") -> Any:
    """Build an unfitted `sklearn.compose.ColumnTransformer`: numeric columns first, then the parts of dates, then text columns.

    Args:
        columns: Type of each column.
        dates: The numeric columns that dates become.
        section: ``[preprocessing]`` of the experiment.

    Returns:
        The transformer.
    """
    from sklearn import impute, preprocessing
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import make_pipeline

    # Centred first: StandardScaler takes a spread that is tiny beside the mean for rounding, and does not scale it.
    centred = [preprocessing.StandardScaler(with_std=False), preprocessing.StandardScaler()]
    scaler: Sequence[Any] = {"standard": centred, "minmax": [preprocessing.MinMaxScaler()], "none": []}[section.numeric]
    encoder = {
        "onehot": preprocessing.OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=section.max_categories, sparse_output=False),
        "ordinal": preprocessing.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, max_categories=section.max_categories),
    }[section.categorical]
    numeric = make_pipeline(impute.SimpleImputer(strategy=section.missing), *scaler)
    gaps = {"most_frequent": {"strategy": "most_frequent"}, "category": {"strategy": "constant", "fill_value": MISSING}}[section.missing_text]
    text = make_pipeline(impute.SimpleImputer(**gaps), encoder)
    named = [("numeric", numeric, [*_of_type(columns, "numeric"), *dates]), ("text", text, _of_type(columns, "text"))]
    return ColumnTransformer([entry for entry in named if entry[2]], sparse_threshold=0)


def columns_out(transformer: Any, columns: Mapping[str, ColumnType], dates: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Return the transformed features in order.

    Args:
        transformer: The fitted transformer.
        columns: Type of each column.
        dates: The numeric columns that each column of dates becomes.

    Returns:
        For each feature the column it comes from, and its name, such as ``age`` or ``sex=male``.
    """
    text = _of_type(columns, "text")
    out = [(name, name) for name in _of_type(columns, "numeric")] + [(name, part) for name, parts in dates.items() for part in parts]
    encoder: Any = transformer.named_transformers_["text"][-1] if text else None
    if hasattr(encoder, "drop_idx_"):  # one-hot
        return out + [(name, f"{name}={value}") for name, values in zip(text, _encoded_values(encoder), strict=True) for value in values]
    return out + [(name, name) for name in text]


def known_values(transformer: Any, columns: Mapping[str, ColumnType]) -> dict[str, Any]:
    """Return the values that each text column had in training, by column."""
    text = _of_type(columns, "text")
    return dict(zip(text, transformer.named_transformers_["text"][-1].categories_, strict=True)) if text else {}


def _encoded_values(encoder: Any) -> list[list[Any]]:
    """Return the values of each text column in the order of their features; infrequent ones are the last, named "other"."""
    infrequent = getattr(encoder, "infrequent_categories_", [None] * len(encoder.categories_))
    return [
        [value for value in values if rare is None or value not in rare] + ([] if rare is None else ["other"])
        for values, rare in zip(encoder.categories_, infrequent, strict=True)
    ]


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
