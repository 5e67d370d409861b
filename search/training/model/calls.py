"""Calls a loss or a metric of a user with arrays, as training calls it: with tensors of Keras' float type."""

from collections.abc import Callable
from typing import Any

import keras

from ...data.arrays import Array
from ...errors import TrialError
from ...redaction import one_line, shorten
from ...user_code import user_code


def call_on_rows(function: Callable[..., Any], what: str, target: Array, output: Any, *, expects_rows: bool = True, **options: Any) -> Array:
    """Return what a loss or a metric gives for some rows.

    Args:
        function: A `keras.losses.Loss`, which returns a number for each row here, or a function of (y_true, y_pred).
        what: What it is, for messages.
        target: The targets as it is given them, ``(n_rows, ...)``.
        output: The output, ``(n_rows, n_units)``.
        expects_rows: Whether it returns a number for each row, or one number. Defaults to True.
        options: Further arguments of it.

    Returns:
        The numbers, ``(n_rows, ...)`` or ``()``.

    Raises:
        TrialError: If it fails, or returns anything else.
    """
    shapes = f"y_true {tuple(target.shape)} and y_pred {tuple(output.shape)}"
    y_true, y_pred = (keras.ops.convert_to_tensor(values, keras.config.floatx()) for values in (target, output))
    try:
        with user_code():
            given = getattr(function, "call", function)(y_true, y_pred, **options)
            found: Array = keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(given, keras.config.floatx()))
    except Exception as error:  # whatever a user's function raises, or what is no number
        raise TrialError(f"{what} fails with {shapes}: {type(error).__name__}: {shorten(one_line(str(error)), 200)}; correct it") from error
    if expects_rows and found.ndim and found.shape[0] != target.shape[0]:
        raise TrialError(
            f"{what} returns the shape {found.shape} of {shapes}; expected ({target.shape[0]},), a number for each row, or one number of the batch"
        )
    return found
