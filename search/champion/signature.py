"""What an MLflow model says of its inputs and outputs, and rows in the types that it says."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..data.columns import Features, Kind, to_numbers

if TYPE_CHECKING:
    from mlflow.models import ModelSignature
    from mlflow.types import Schema


def as_declared(rows: Features, columns: Mapping[str, Kind] | None) -> Features:
    """Write raw rows in the types of the signature: float64, true/false without gaps, text as objects; a plain index.

    Args:
        rows: Raw rows, ``(n_rows, n_columns)``, or an array ``(n_rows, *shape)``, which stays as it is.
        columns: Kind of each column in the training part; None if rows are arrays.

    Returns:
        The columns, in their order in ``columns``.
    """
    if columns is None or isinstance(rows, np.ndarray):
        return rows
    return pd.DataFrame({name: _declared(rows[name].reset_index(drop=True), of) for name, of in columns.items()})


def signature_of(rows: Features, predictions: pd.DataFrame) -> "ModelSignature":
    """Describe inputs and outputs.

    Numbers are declared as ``double``, whole ones too: over HTTP, MLflow then reads whole numbers, fractions and gaps from JSON and
    CSV alike. With ``long`` it would refuse a gap, with ``any`` all CSV. In Python, its `predict` converts no int64 column to
    ``double``; `as_declared` does.
    See https://mlflow.org/docs/latest/ml/model/signatures/#handling-integers-with-missing-values

    Args:
        rows: The training part's rows from `as_declared`.
        predictions: Answers to raw rows.

    Returns:
        The signature.
    """
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    if isinstance(rows, np.ndarray):
        return ModelSignature(Schema([TensorSpec(rows.dtype, (-1, *rows.shape[1:]))]), _schema(predictions))
    return ModelSignature(_schema(rows), _schema(predictions))


def _declared(column: pd.Series, of: Kind) -> pd.Series:
    if of == "text":
        return column.astype(object)
    return column if column.dtype == np.bool_ else pd.Series(to_numbers(column, "The rows"))


def _schema(table: pd.DataFrame) -> "Schema":
    from mlflow.types import ColSpec, DataType, Schema

    kinds = {"b": DataType.boolean, "i": DataType.long, "u": DataType.long, "f": DataType.double}
    return Schema([ColSpec(kinds.get(table[name].dtype.kind, DataType.string), str(name)) for name in table])
