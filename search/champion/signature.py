"""What an MLflow model says of its inputs and outputs, and the rows it shows as an example."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from mlflow.models import ModelSignature
    from mlflow.types import Schema


def input_example(rows: pd.DataFrame | np.ndarray) -> pd.DataFrame | np.ndarray:
    """Turn raw rows into an example that MLflow can store: a plain index, categories as their values."""
    if isinstance(rows, np.ndarray):
        return rows
    categories = [name for name in rows if isinstance(rows[name].dtype, pd.CategoricalDtype)]
    return rows.astype(dict.fromkeys(categories, object)).reset_index(drop=True)


def signature_of(rows: pd.DataFrame | np.ndarray, answers: pd.DataFrame) -> "ModelSignature":
    """Describe inputs and outputs.

    A column of numbers, or one with gaps, is declared as ``any``. With ``long`` MLflow would refuse a gap, which the preprocessing
    fills; with ``double`` it would refuse whole numbers, so that 22 could not be given where 22.5 can; with ``string`` a
    column that is empty in some file. The preprocessing checks the values itself and names the column. See
    https://mlflow.org/docs/latest/ml/model/signatures/#handling-integers-with-missing-values

    Args:
        rows: The training part's raw rows, ``(n_rows, n_columns)`` or an array ``(n_rows, *shape)``.
        answers: Answers to raw rows.

    Returns:
        The signature.
    """
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    if isinstance(rows, np.ndarray):
        return ModelSignature(Schema([TensorSpec(rows.dtype, (-1, *rows.shape[1:]))]), _outputs(answers))
    return ModelSignature(_inputs(rows), _outputs(answers))


def _inputs(rows: pd.DataFrame) -> "Schema":
    from mlflow.types import ColSpec, DataType, Schema
    from mlflow.types.schema import AnyType

    any_value = AnyType()  # type: ignore[no-untyped-call]
    only_text = {name: pd.api.types.infer_dtype(rows[name]) == "string" and rows[name].notna().all() for name in rows}
    return Schema([ColSpec(DataType.string if is_text else any_value, str(name)) for name, is_text in only_text.items()])


def _outputs(answers: pd.DataFrame) -> "Schema":
    from mlflow.types import ColSpec, DataType, Schema

    kinds = {"b": DataType.boolean, "i": DataType.long, "u": DataType.long, "f": DataType.double}
    return Schema([ColSpec(kinds.get(answers[name].dtype.kind, DataType.string), str(name)) for name in answers])
