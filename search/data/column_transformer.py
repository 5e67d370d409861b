"""Builds, saves and loads the scikit-learn transformer of a table's columns, without pickle."""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from .arrays import Task
from .columns import ColumnType

if TYPE_CHECKING:  # a champion bundles this file without experiment files
    from ..experiment.sections import PreprocessingSection

Encoding = Literal["onehot", "ordinal", "target", "hash"]
ENCODINGS: tuple[Encoding, ...] = ("onehot", "ordinal", "target", "hash")
"""How text becomes numbers, in the order of their features."""

MISSING = "missing"
"""The category of gaps in text columns, if they have one."""

N_FOLDS = 5
"""Each fold of the training part is target-encoded by the other folds."""

_TRUSTED = ["numpy.dtype", "sklearn.model_selection._split.KFold"]
"""Types that a saved transformer may have besides scikit-learn's own, which skops trusts."""


def encodings_of(columns: Mapping[str, ColumnType], section: "PreprocessingSection") -> dict[str, Encoding]:
    """Return the encoding of each text column that becomes a row of numbers of its own, not a sequence of words.

    Args:
        columns: Type of each column.
        section: ``[preprocessing]`` of the experiment.
    """
    given = {name: encoding for name, encoding in section.columns.items() if encoding in ENCODINGS}
    return {name: given.get(name, section.categorical) for name in _of_type(columns, "text") if section.columns.get(name) != "tokens"}


def build_transformer(columns: Mapping[str, ColumnType], dates: Sequence[str], section: "PreprocessingSection", *, task: Task, n_rows: int) -> Any:
    """Build an unfitted `sklearn.compose.ColumnTransformer`: numeric columns first, then the parts of dates, then text columns by encoding.

    Args:
        columns: Type of each column.
        dates: The numeric columns that dates become.
        section: ``[preprocessing]`` of the experiment.
        task: Task of the target by which columns are encoded.
        n_rows: Rows of the training part, at least 2 if a column is target-encoded.

    Returns:
        The transformer.
    """
    from sklearn import impute
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import make_pipeline

    gaps = {"most_frequent": {"strategy": "most_frequent"}, "category": {"strategy": "constant", "fill_value": MISSING}}[section.missing_text]
    named = [("numeric", make_pipeline(impute.SimpleImputer(strategy=section.missing), *_scaler(section)), [*_of_type(columns, "numeric"), *dates])]
    encodings = encodings_of(columns, section)
    for encoding in ENCODINGS:
        chosen = [name for name, of in encodings.items() if of == encoding]
        # Hashed one by one: the same text in two columns means two things.
        for number, group in enumerate([[name] for name in chosen] if encoding == "hash" else [chosen]):
            steps = _encoder(encoding, section, task, n_rows)
            named.append((f"{encoding} {number}", make_pipeline(impute.SimpleImputer(**gaps), *steps), group))
    return ColumnTransformer([entry for entry in named if entry[2]], sparse_threshold=0)


def _scaler(section: "PreprocessingSection") -> list[Any]:
    from sklearn import preprocessing

    # Centred first: StandardScaler takes a spread that is tiny beside the mean for rounding, and does not scale it.
    centred = [preprocessing.StandardScaler(with_std=False), preprocessing.StandardScaler()]
    return {"standard": centred, "minmax": [preprocessing.MinMaxScaler()], "none": []}[section.numeric]


def _encoder(encoding: Encoding, section: "PreprocessingSection", task: Task, n_rows: int) -> list[Any]:
    """Return the steps that encode text without gaps, first the encoder."""
    from sklearn import feature_extraction, model_selection, preprocessing

    match encoding:
        case "onehot":
            return [preprocessing.OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=section.max_categories, sparse_output=False)]
        case "ordinal":
            limited = section.max_categories
            return [preprocessing.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, max_categories=limited)]
        case "target":
            folds = model_selection.KFold(min(N_FOLDS, n_rows), shuffle=True, random_state=0)
            of: str = "continuous" if task == "regression" else task
            return [preprocessing.TargetEncoder(target_type=of, cv=folds), *_scaler(section)]
        case "hash":
            return [feature_extraction.FeatureHasher(section.n_hash_buckets, input_type="string")]


def learns_from_target(transformer: Any) -> bool:
    """Return whether a fitted transformer encodes a column by the target."""
    return any(hasattr(encoder, "target_mean_") for encoder, _ in _text_encoders(transformer))


def transform_table(transformer: Any, table: pd.DataFrame) -> np.ndarray:
    """Transform as the transformer does, without its copies of tables: they take ten times as long as one row's arrays.

    Args:
        transformer: The fitted transformer.
        table: All columns that it was fitted to, in any order, ``(n_rows, n_columns)``.

    Returns:
        float64 ``(n_rows, n_features)``, equal to ``transformer.transform(table)`` to the last bit.
    """
    parts = []
    for _, pipeline, columns in transformer.transformers_:
        values = np.column_stack([table[name].to_numpy() for name in columns])
        for _, step in pipeline.steps:
            nameless = copy.copy(step)
            vars(nameless).pop("feature_names_in_", None)  # scikit-learn would warn of arrays in place of the table that was fitted
            values = nameless.transform(values)
        parts.append(values.toarray() if hasattr(values, "toarray") else values)  # hashed text is sparse
    return np.hstack(parts)


def columns_out(transformer: Any, columns: Mapping[str, ColumnType], dates: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Return the transformed features in order.

    Args:
        transformer: The fitted transformer.
        columns: Type of each column.
        dates: The numeric columns that each column of dates becomes.

    Returns:
        For each feature the column it comes from, and its name, such as ``age`` or ``sex=male``.
    """
    out = [(name, name) for name in _of_type(columns, "numeric")] + [(name, part) for name, parts in dates.items() for part in parts]
    for encoder, names in _text_encoders(transformer):
        for name, suffixes in zip(names, _suffixes(encoder, len(names)), strict=True):
            out += [(name, f"{name}{suffix}") for suffix in suffixes]
    return out


def known_values(transformer: Any) -> dict[str, Any]:
    """Return the values that each text column had in training, by column; those of hashed columns are not kept."""
    encoders = [(encoder, names) for encoder, names in _text_encoders(transformer) if hasattr(encoder, "categories_")]
    return {name: values for encoder, names in encoders for name, values in zip(names, encoder.categories_, strict=True)}


def _text_encoders(transformer: Any) -> list[tuple[Any, list[str]]]:
    """Return the fitted encoders of text columns, each with its columns."""
    entries = [] if transformer is None else transformer.transformers_
    return [(pipeline[1], list(names)) for entry, pipeline, names in entries if entry not in ("numeric", "remainder")]


def _suffixes(encoder: Any, n_columns: int) -> list[list[str]]:
    """Return what follows a column's name in the names of its features, for each column of an encoder."""
    if hasattr(encoder, "drop_idx_"):  # one-hot
        return [[f"={value}" for value in values] for values in _encoded_values(encoder)]
    if hasattr(encoder, "target_mean_"):  # by the target: of several classes, one feature each
        classes = encoder.classes_ if encoder.target_type_ == "multiclass" else None
        return [[""] if classes is None else [f" (class {number})" for number in range(len(classes))]] * n_columns
    return [[f" #{bucket}" for bucket in range(encoder.n_features)] if hasattr(encoder, "alternate_sign") else [""]] * n_columns


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
