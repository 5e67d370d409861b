"""A convolutional network with two outputs: the class of the object in an image, and the box around it."""

from collections.abc import Mapping
from typing import Any

import keras

from .inputs import image_input
from .output import output_layer

OUTPUTS = ("class", "box")


def build_object_network(
    input_shape: Any,
    task: Mapping[str, str],
    n_outputs: Mapping[str, int],
    *,
    n_blocks: int = 3,
    n_maps: int = 16,
    n_neurons: int = 64,
    dropout: float = 0.0,
) -> keras.Model:
    """Build blocks of convolutions that both outputs share: the features keep their places, which the box needs.

    Args:
        input_shape: Shape of an image, ``(height, width, n_channels)`` or ``(height, width)``.
        task: Task of each output, of ``class`` one of classes, of ``box`` "regression".
        n_outputs: Units of each output; of ``box`` 4.
        n_blocks: Convolutions, each followed by a pooling that halves the image, at least 1. Defaults to 3.
        n_maps: Feature maps of the first block, doubled from block to block, at least 1. Defaults to 16.
        n_neurons: Units of the dense layer before both outputs, at least 1. Defaults to 64.
        dropout: Part of its units that is set to 0 in training, 0 to below 1. Defaults to 0.

    Returns:
        An uncompiled model, ``(batch, *input_shape)`` to a dict of ``class`` and ``box``.

    Raises:
        ValueError: If a value is out of its range, or the outputs are others.
    """
    if not isinstance(task, Mapping) or set(task) != set(OUTPUTS):
        given = ", ".join(task) if isinstance(task, Mapping) else "one output"
        raise ValueError(f"the experiment has {given}; expected [outputs.class] and [outputs.box]")
    if min(n_blocks, n_maps, n_neurons) < 1 or not 0 <= dropout < 1:
        raise ValueError(f"n_blocks={n_blocks}, n_maps={n_maps}, n_neurons={n_neurons} must be at least 1, dropout={dropout} 0 to below 1")
    inputs, x = image_input(input_shape)
    for number in range(n_blocks):
        x = keras.layers.Conv2D(n_maps * 2**number, 3, padding="same", activation="relu", name=f"convolution_{number + 1}")(x)
        x = keras.layers.MaxPooling2D(2, padding="same", name=f"pooling_{number + 1}")(x)
    x = keras.layers.Dense(n_neurons, activation="relu", name="shared")(keras.layers.Flatten(name="flatten")(x))
    x = keras.layers.Dropout(dropout, name="dropout")(x) if dropout else x
    # Two units for two classes too: the probabilities of both.
    layers = {name: output_layer(task[name], n_outputs[name], "softmax", name=name) for name in OUTPUTS}
    return keras.Model(inputs, {name: layer(x) for name, layer in layers.items()}, name="object_network")
