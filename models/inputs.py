"""Inputs of networks: rows of numbers, images, sequences."""

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
    inputs = _input(input_shape)
    return inputs, inputs if len(input_shape) == 1 else keras.layers.Flatten(name="flatten")(inputs)


def image_input(input_shape: Any) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """Return the input and the same as one image a row.

    Args:
        input_shape: Shape of one row, ``(height, width, n_channels)``, or ``(height, width)`` for one channel.

    Returns:
        The input ``(batch, *input_shape)`` and the image ``(batch, height, width, n_channels)``.

    Raises:
        ValueError: If the shape is not one of two or three axes, each at least 1.
    """
    inputs = _input(input_shape)
    if len(input_shape) not in (2, 3):
        raise ValueError(f"input_shape={tuple(input_shape)} is not that of an image; expected (height, width, n_channels), such as (28, 28, 1)")
    return inputs, inputs if len(input_shape) == 3 else keras.layers.Reshape((*input_shape, 1), name="channel")(inputs)


def grid_input(input_shape: Any) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """Return the input and the same with channels last: a series, an image or a volume.

    Args:
        input_shape: Shape of one row: ``(n_steps, n_channels)``, ``(height, width, n_channels)`` or ``(depth, height, width, n_channels)``;
            ``(n_steps,)`` for one channel.

    Returns:
        The input ``(batch, *input_shape)`` and the grid ``(batch, ..., n_channels)``.

    Raises:
        ValueError: If the shape is not one of one to four axes, each at least 1.
    """
    inputs = _input(input_shape)
    if len(input_shape) > 4:
        raise ValueError(f"input_shape={tuple(input_shape)} has {len(input_shape)} axes; expected up to four, such as (height, width, n_channels)")
    return inputs, keras.layers.Reshape((*input_shape, 1), name="channel")(inputs) if len(input_shape) == 1 else inputs


def sequence_input(input_shape: Any) -> tuple[keras.KerasTensor, keras.KerasTensor]:
    """Return the input and the same as one sequence of vectors a row.

    Args:
        input_shape: Shape of one row, ``(n_steps, n_features)``; ``(n_steps,)`` for one feature; or an image
            ``(height, width, n_channels)``, which is read line by line.

    Returns:
        The input ``(batch, *input_shape)`` and the sequence ``(batch, n_steps, n_features)``.

    Raises:
        ValueError: If the shape is not one of one to three axes, each at least 1.
    """
    inputs = _input(input_shape)
    if len(input_shape) > 3:
        raise ValueError(f"input_shape={tuple(input_shape)} is not that of a sequence; expected (n_steps, n_features), such as (28, 28)")
    return inputs, inputs if len(input_shape) == 2 else keras.layers.Reshape((input_shape[0], -1), name="steps")(inputs)


def _input(input_shape: Any) -> keras.KerasTensor:
    # An experiment file or a list literal gives a list; several named inputs would be a dict.
    is_shape = isinstance(input_shape, tuple | list) and all(isinstance(size, int) and size > 0 for size in input_shape)
    if not is_shape or not input_shape:
        raise ValueError(f"input_shape={input_shape!r} is not the shape of one input; expected sizes above 0, such as (8,) or (28, 28)")
    return keras.Input(shape=tuple(input_shape), name="features")
