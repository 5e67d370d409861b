"""Activations by name, as layers, so that a name is all that a search has to vary.

Activations with weights of their own (PReLU) are here too. Maxout is not: it changes the layer before it.
"""

import keras

ACTIVATIONS = (
    "linear",
    "relu",
    "leaky_relu",
    "prelu",
    "elu",
    "selu",
    "gelu",
    "silu",
    "mish",
    "sigmoid",
    "hard_sigmoid",
    "tanh",
    "hard_tanh",
    "softplus",
    "softsign",
    "softmax",
    "exponential",
)
"""Every name that `activation_layer` takes."""


def activation_layer(name: str, *, layer_name: str | None = None) -> keras.Layer:
    """Return an activation as a layer.

    Args:
        name: One of `ACTIVATIONS`, by Keras' names.
        layer_name: Name of the layer. Defaults to Keras' own.

    Returns:
        The layer; it keeps its input's shape.

    Raises:
        ValueError: If the name is not one of `ACTIVATIONS`.
    """
    if name not in ACTIVATIONS:
        raise ValueError(f'activation="{name}" is not known; use one of {", ".join(ACTIVATIONS)}')
    if name == "prelu":
        return keras.layers.PReLU(name=layer_name)
    return keras.layers.Activation(name, name=layer_name)
