"""The input of a network that reads rows of numbers."""

from typing import Any

import keras


def flat_input(input_shape: Any) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """Return the input and the same as one vector a row.

    Args:
        input_shape: Shape of one row, without the batch axis: ``(n_features,)``, or more axes, which are flattened.

    Returns:
        The input ``(batch, *input_shape)`` and the vector ``(batch, n_features)``.

    Raises:
        ValueError: If the shape is not one of at least one axis, each at least 1.
    """
    # An experiment file or a list literal gives a list; several named inputs would be a dict.
    is_shape = isinstance(input_shape, tuple | list) and all(isinstance(size, int) and size > 0 for size in input_shape)
    if not is_shape or not input_shape:
        raise ValueError(f"input_shape={input_shape!r} is not the shape of one input; expected sizes above 0, such as (8,) or (28, 28)")
    inputs = keras.Input(shape=tuple(input_shape), name="features")
    return inputs, inputs if len(input_shape) == 1 else keras.layers.Flatten(name="flatten")(inputs)
