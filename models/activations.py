"""Activations by name, as layers, so that a name is all that a search has to vary.

Activations with weights of their own (PReLU) and those that shrink their input (maxout) are here too.
"""

from typing import Any, Literal, get_args

import keras

from .maxout import N_PIECES, Maxout

Activation = Literal[
    "linear",
    "relu",
    "relu6",
    "leaky_relu",
    "prelu",
    "elu",
    "celu",
    "selu",
    "gelu",
    "silu",
    "hard_silu",
    "mish",
    "sigmoid",
    "hard_sigmoid",
    "log_sigmoid",
    "sparse_sigmoid",
    "tanh",
    "hard_tanh",
    "tanh_shrink",
    "hard_shrink",
    "soft_shrink",
    "softplus",
    "sparse_plus",
    "squareplus",
    "softsign",
    "softmax",
    "log_softmax",
    "sparsemax",
    "exponential",
    "threshold",
    "maxout",
]
"""Every name that ``keras.activations.get`` knows, without glu (half the units are gates); prelu and maxout besides."""

ACTIVATIONS = get_args(Activation)
"""Every name that `activation_layer` takes."""

NEGATIVE_SLOPE = 0.2
"""Slope of leaky_relu below 0, Keras' default."""


@keras.saving.register_keras_serializable("perceptune")
def threshold(x: Any) -> Any:
    """Return inputs above 1, and 0 in the place of the others: the ThresholdedReLU of Keras 2; the shape stays."""
    return keras.activations.threshold(x, 1.0, 0.0)


def activation_layer(name: str, *, layer_name: str | None = None, negative_slope: float = NEGATIVE_SLOPE) -> keras.Layer:
    """Return an activation as a layer.

    Args:
        name: One of `ACTIVATIONS`, by Keras' names.
        layer_name: Name of the layer. Defaults to Keras' own.
        negative_slope: Slope of leaky_relu below 0, at least 0. Defaults to 0.2, as in Keras.

    Returns:
        The layer; it keeps its input's shape, but maxout, which needs `n_units` before it.

    Raises:
        ValueError: If the name is not one of `ACTIVATIONS`, or the slope is negative.
    """
    if name not in ACTIVATIONS:
        raise ValueError(f'activation="{name}" is not known; use one of {", ".join(ACTIVATIONS)}')
    if negative_slope < 0:
        raise ValueError(f"negative_slope={negative_slope} is negative; expected 0 or more")
    if name == "maxout":
        return Maxout(name=layer_name)
    if name == "prelu":
        return keras.layers.PReLU(name=layer_name)
    if name == "leaky_relu" and negative_slope != NEGATIVE_SLOPE:
        return keras.layers.LeakyReLU(negative_slope, name=layer_name)
    return keras.layers.Activation(threshold if name == "threshold" else name, name=layer_name)


def n_units(name: str, n_neurons: int) -> int:
    """Return how many units, or feature maps, go before an activation so that ``n_neurons`` come out of it.

    Args:
        name: One of `ACTIVATIONS`.
        n_neurons: Outputs of the activation.

    Returns:
        The same number; `models.maxout.N_PIECES` times as many for maxout.
    """
    return n_neurons * N_PIECES if name == "maxout" else n_neurons
