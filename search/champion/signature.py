"""The signature of an MLflow model, and rows converted to its types."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..data.columns import ColumnType, Features, to_numbers
from ..data.preprocessing import Preprocessor
from ..data.tables.dates import to_texts

if TYPE_CHECKING:
    from mlflow.models import ModelSignature
    from mlflow.types import Schema


def as_declared(rows: Features, preprocessor: Preprocessor) -> Features:
    """Convert raw rows to the types of the signature: float64, bool if nothing is missing, text and dates as text; a default index.

    Args:
        rows: Raw rows, ``(n_rows, n_columns)``, or an array ``(n_rows, *shape)``, which stays as it is.
        preprocessor: The fitted preprocessing.

    Returns:
        The columns that are used, in the preprocessor's order.
    """
    if preprocessor.columns is None or isinstance(rows, np.ndarray):
        return rows
    columns = {name: rows[name].reset_index(drop=True) for name in preprocessor.columns}
    dates = {name: to_texts(columns[name], date.format) for name, date in preprocessor.dates.items()}
    return pd.DataFrame({name: _declared(dates.get(name, columns[name]), of) for name, of in preprocessor.columns.items()})


def signature_of(rows: Features, predictions: pd.DataFrame) -> "ModelSignature":
    """Return the signature of a champion.

    Numbers are declared as ``double``, integers too: over HTTP, MLflow then accepts integers, fractions and missing values in
    JSON and CSV alike. With ``long`` it would refuse a missing value, with ``any`` all CSV. In Python, its `predict` does not
    convert int64 columns to ``double``; `as_declared` does.
    See https://mlflow.org/docs/latest/ml/model/signatures/#handling-integers-with-missing-values

    Args:
        rows: The training part's rows from `as_declared`.
        predictions: Predictions of raw rows.

    Returns:
        MLflow's signature.
    """
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    if isinstance(rows, np.ndarray):
        return ModelSignature(Schema([TensorSpec(rows.dtype, (-1, *rows.shape[1:]))]), _schema(predictions))
    return ModelSignature(_schema(rows), _schema(predictions))


def _declared(column: pd.Series, of: ColumnType) -> pd.Series:
    if of != "numeric":
        return column.astype(object)
    return column if column.dtype == np.bool_ else pd.Series(to_numbers(column, "The rows"))


def _schema(table: pd.DataFrame) -> "Schema":
    from mlflow.types import ColSpec, DataType, Schema

    kinds = {"b": DataType.boolean, "i": DataType.long, "u": DataType.long, "f": DataType.double}
    return Schema([ColSpec(kinds.get(table[name].dtype.kind, DataType.string), str(name)) for name in table])
