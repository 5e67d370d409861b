"""The root mean squared error as a loss, which Keras has as a metric only, and Keras' losses of probabilities that have more arguments."""

from collections.abc import Mapping
from typing import Any

import keras

CROSS_ENTROPIES: Mapping[str, type[Any]] = {
    "binary_crossentropy": keras.losses.BinaryCrossentropy,
    "binary_focal_crossentropy": keras.losses.BinaryFocalCrossentropy,
    "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
    "categorical_focal_crossentropy": keras.losses.CategoricalFocalCrossentropy,
    "sparse_categorical_crossentropy": keras.losses.SparseCategoricalCrossentropy,
}
"""Losses with ``from_logits`` by Keras' names. All but the sparse one have ``label_smoothing`` too, and `compiling.loss_name` replaces that."""


@keras.saving.register_keras_serializable("perceptune")
class RootMeanSquaredError(keras.losses.Loss):  # type: ignore[misc]
    """The square root of a batch's mean squared error, in the target's own unit.

    The loss of an epoch is the mean over its batches, which is below the root of the epoch's mean squared error.

    Args:
        name: Defaults to "root_mean_squared_error".
        **options: Options of `keras.losses.Loss`.
    """

    def __init__(self, name: str = "root_mean_squared_error", **options: Any) -> None:
        super().__init__(name=name, **options)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of a batch, a scalar, from targets and predictions, ``(n_rows, n_units)`` each."""
        mean = keras.ops.mean(keras.losses.mean_squared_error(y_true, y_pred))
        # The gradient of a root is infinite at 0, so that a perfect batch would turn all weights into NaN.
        return keras.ops.sqrt(mean + keras.config.epsilon() ** 2)
