"""The searchable multilayer perceptron: hidden layers of one width, each Dense, normalisation, activation, dropout."""

from typing import Any

import keras

from .activations import activation_layer
from .initializers import kernel_initializer
from .inputs import flat_input
from .output import output_layer
from .regularizers import kernel_regularizer

NORMALIZATIONS = {"none": None, "batch": keras.layers.BatchNormalization, "layer": keras.layers.LayerNormalization}


def build_mlp(
    input_shape: Any,
    task: str = "regression",
    n_outputs: int = 1,
    *,
    n_hidden: int = 1,
    n_neurons: int = 30,
    activation: str = "relu",
    dropout: float = 0.0,
    normalization: str = "none",
    initializer: str = "glorot_uniform",
    l1: float = 0.0,
    l2: float = 0.0,
) -> keras.Model:
    """Build a multilayer perceptron.

    The layers are named ``hidden_1``, ``normalization_1``, ``activation_1``, ``dropout_1`` ... ``output``.

    Args:
        input_shape: Shape of one row, ``(n_features,)``; more axes are flattened.
        task: "binary", "multiclass" or "regression"; the output layer follows from it. Defaults to "regression".
        n_outputs: Units of the output layer: 1, or the number of classes for multiclass. Defaults to 1.
        n_hidden: Number of hidden layers, at least 0; none is linear, logistic or softmax regression. Defaults to 1.
        n_neurons: Units of each hidden layer, at least 1. Defaults to 30.
        activation: Of the hidden layers, one of `models.activations.ACTIVATIONS`. Defaults to "relu".
        dropout: Part of each hidden layer's outputs that is set to 0 in training, 0 to below 1. Defaults to 0.
        normalization: "none", "batch" or "layer", between Dense and activation. The Dense layer then has no bias, since
            the normalisation adds one. Defaults to "none".
        initializer: Of the kernels, one of `models.initializers.INITIALIZERS`, or "auto", which suits the activation.
            Defaults to "glorot_uniform".
        l1: L1 penalty on every kernel, at least 0. Defaults to 0.
        l2: L2 penalty on every kernel, at least 0. Defaults to 0.

    Returns:
        An uncompiled model, ``(batch, *input_shape)`` to ``(batch, n_outputs)``.

    Raises:
        ValueError: If a value is out of its range.
    """
    _check(n_hidden, n_neurons, dropout, normalization)
    penalty = kernel_regularizer(l1, l2)
    inputs, x = flat_input(input_shape)
    for number in range(1, n_hidden + 1):
        kernel = {"kernel_initializer": kernel_initializer(initializer, activation), "kernel_regularizer": penalty}
        x = keras.layers.Dense(n_neurons, use_bias=normalization == "none", name=f"hidden_{number}", **kernel)(x)
        if normalization != "none":
            x = NORMALIZATIONS[normalization](name=f"normalization_{number}")(x)
        x = activation_layer(activation, layer_name=f"activation_{number}")(x)
        if dropout:
            x = keras.layers.Dropout(dropout, name=f"dropout_{number}")(x)
    last = output_layer(task, n_outputs, kernel_initializer=kernel_initializer(initializer), kernel_regularizer=penalty)
    return keras.Model(inputs, last(x), name="mlp")


def _check(n_hidden: int, n_neurons: int, dropout: float, normalization: str) -> None:
    if n_hidden < 0:
        raise ValueError(f"n_hidden={n_hidden} is negative; expected 0 or more")
    if n_neurons < 1:
        raise ValueError(f"n_neurons={n_neurons} is too small; expected 1 or more")
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout={dropout} is not a part; expected 0 to below 1")
    if normalization not in NORMALIZATIONS:
        raise ValueError(f'normalization="{normalization}" is not known; use one of {", ".join(NORMALIZATIONS)}')
