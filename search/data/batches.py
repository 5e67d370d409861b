"""Rows of data sets of TensorFlow, Keras and Hugging Face, gathered into arrays and tables; none of these libraries is imported."""

from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError
from .hugging_face import is_hugging_face, labelled


def gathered(given: Any, where: str) -> Any:
    """Return a data set of batches or rows as features ``(n_rows, ...)`` and target ``(n_rows,)``; anything else as it is.

    One-hot targets become the numbers of their classes.

    Args:
        given: A `tf.data.Dataset` of pairs, in batches or row by row; a `keras.utils.PyDataset`; a `datasets.Dataset`, as
            `search.data.hugging_face.labelled` takes it; or anything else.
        where: Start of the error message.

    Raises:
        DataError: If it never ends, has no rows, or its elements are no pairs of arrays.
    """
    if hasattr(given, "element_spec") and hasattr(given, "as_numpy_iterator"):
        if int(given.cardinality()) == -1:
            raise DataError(f"{where} is a tf.data.Dataset that never ends; leave repeat() out, or end it by take()")
        return _joined(list(given.as_numpy_iterator()), where)
    if hasattr(given, "on_epoch_end") and hasattr(given, "__getitem__") and hasattr(given, "num_batches"):
        if given.num_batches is None:
            raise DataError(f"{where} is a {type(given).__name__} that never ends; give it a number of batches (__len__)")
        return _joined([given[number] for number in range(given.num_batches)], where)
    return labelled(given, where) if is_hugging_face(given) else given


def _joined(elements: list[Any], where: str) -> tuple[np.ndarray, pd.Series]:
    if not elements:
        raise DataError(f"{where} has no rows; make it larger")
    first = elements[0]
    if not isinstance(first, tuple | list) or len(first) != 2 or isinstance(first[0], dict) or isinstance(first[1], dict):
        shown = f"a tuple of {len(first)}" if isinstance(first, tuple | list) else f"a {type(first).__name__}"
        raise DataError(f"{where} yields {shown}; expected pairs of features and target, an array each")
    columns = [[np.asarray(element[place]) for element in elements] for place in (0, 1)]
    is_batched = columns[1][0].ndim > 0 and len(columns[0][0]) == len(columns[1][0])
    features, target = (np.concatenate(arrays) if is_batched else np.stack(arrays) for arrays in columns)
    if target.ndim == 2 and target.shape[1] == 1:
        target = target[:, 0]
    if target.ndim == 2 and ((target == 0) | (target == 1)).all() and (target.sum(axis=1) == 1).all():
        target = target.argmax(axis=1)
    if target.ndim != 1:
        raise DataError(f"{where} has targets of shape {target.shape}; expected (n_rows,), or one-hot (n_rows, n_classes)")
    return features, pd.Series(target, name="target")
