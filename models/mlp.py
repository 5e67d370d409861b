"""The searchable multilayer perceptron: hidden layers, each Dense, normalisation, activation, dropout."""

from collections.abc import Sequence
from typing import Any

import keras

from .activations import NEGATIVE_SLOPE, Activation
from .constraints import Constraint
from .hidden import Hidden, Normalization
from .initializers import BiasInitializer, Initializer
from .inputs import flat_input
from .output import BinaryOutput, OutputActivation, output_layer


def build_mlp(
    input_shape: Any,
    task: str = "regression",
    n_outputs: int = 1,
    *,
    n_hidden: int = 1,
    n_neurons: int | Sequence[int] = 30,
    neurons: str | Sequence[int] = "",
    activation: Activation = "relu",
    negative_slope: float = NEGATIVE_SLOPE,
    use_bias: bool = True,
    binary_output: BinaryOutput = "sigmoid",
    output_activation: OutputActivation = "linear",
    dropout: float = 0.0,
    normalization: Normalization = "none",
    initializer: Initializer = "glorot_uniform",
    initializer_scale: float = 0.0,
    bias_initializer: BiasInitializer = "zeros",
    l1: float = 0.0,
    l2: float = 0.0,
    constraint: Constraint = "none",
    min_norm: float = 0.0,
    max_norm: float = 2.0,
) -> keras.Model:
    """Build a multilayer perceptron.

    The layers are named ``hidden_1``, ``normalization_1``, ``activation_1``, ``dropout_1`` ... ``output``.

    Args:
        input_shape: Shape of one row, ``(n_features,)``; more axes are flattened.
        task: "binary", "multiclass", "regression", "multilabel" or "probabilities"; the output layer follows from it. Defaults to "regression".
        n_outputs: Units of the output layer: 1, or the number of classes for multiclass. Defaults to 1.
        n_hidden: Number of hidden layers, at least 0; none is linear, logistic or softmax regression. Defaults to 1.
        n_neurons: Units of each hidden layer, at least 1; or a list with those of every hidden layer in order. Defaults to 30.
        neurons: Units of every hidden layer in order, such as "300,100" or a list, in the place of n_hidden and n_neurons.
            Defaults to "", which leaves it to them.
        activation: Of the hidden layers, one of `models.activations.ACTIVATIONS`. Defaults to "relu".
        negative_slope: Slope of the activation leaky_relu below 0, at least 0. Defaults to 0.2.
        use_bias: Whether units have a constant term, those of the output too. Defaults to True.
        binary_output: What a binary task ends in: "sigmoid" (one unit) or "softmax" (two). Defaults to "sigmoid".
        output_activation: Of a regression's output, one of `models.output.OUTPUT_ACTIVATIONS`. Defaults to "linear".
        dropout: Part of each hidden layer's outputs that is set to 0 in training, 0 to below 1. Defaults to 0.
        normalization: "none"; "batch" or "layer", between Dense and activation, where the Dense layer then has no bias,
            since the normalisation adds one; or "weight", of the kernels. Defaults to "none".
        initializer: Of the kernels, one of `models.initializers.INITIALIZERS`, or "auto", which suits the activation.
            Defaults to "glorot_uniform".
        initializer_scale: Its value, deviation or gain (see `models.initializers`); 0 is Keras' own. Defaults to 0.
        bias_initializer: Of the hidden layers' biases, one of `models.initializers.BIAS_INITIALIZERS`; a layer with a batch or layer
            normalisation has none. Defaults to "zeros".
        l1: L1 penalty on every kernel, at least 0. Defaults to 0.
        l2: L2 penalty on every kernel, at least 0. Defaults to 0.
        constraint: On the hidden layers' kernels: "none", "max_norm", "min_max_norm", "non_neg" or "unit_norm".
            Defaults to "none".
        min_norm: Smallest length of a unit's weights, for min_max_norm. Defaults to 0.
        max_norm: Largest length of a unit's weights, for max_norm and min_max_norm. Defaults to 2.

    Returns:
        An uncompiled model, ``(batch, *input_shape)`` to ``(batch, n_outputs)``.

    Raises:
        ValueError: If a value is out of its range.
    """
    hidden = Hidden(
        activation=activation,
        negative_slope=negative_slope,
        use_bias=use_bias,
        dropout=dropout,
        normalization=normalization,
        initializer=initializer,
        initializer_scale=initializer_scale,
        bias_initializer=bias_initializer,
        l1=l1,
        l2=l2,
        constraint=constraint,
        min_norm=min_norm,
        max_norm=max_norm,
    )
    inputs, x = flat_input(input_shape)
    for number, width in enumerate(layer_widths(n_hidden, n_neurons, neurons), start=1):
        x = hidden.dense(x, width, number)
    output = output_layer(task, n_outputs, binary_output, output_activation=output_activation, use_bias=use_bias, **hidden.output_kernel())
    return keras.Model(inputs, output(x), name="mlp")


def layer_widths(n_hidden: int, n_neurons: int | Sequence[int], neurons: str | Sequence[int] = "") -> tuple[int, ...]:
    """Return the width of each hidden layer.

    Args:
        n_hidden: Number of hidden layers, at least 0.
        n_neurons: Width of each, at least 1; or their widths in order.
        neurons: Widths in order, such as "300,100" or a list, which count where they are given. Defaults to "".

    Returns:
        The widths.

    Raises:
        ValueError: If a number is out of its range, or n_neurons has another number of widths than n_hidden.
    """
    if neurons:
        return _listed_widths(neurons)
    if n_hidden < 0:
        raise ValueError(f"n_hidden={n_hidden} is negative; expected 0 or more")
    widths = (n_neurons,) * n_hidden if isinstance(n_neurons, int) else tuple(n_neurons)
    if min(widths, default=n_neurons if isinstance(n_neurons, int) else 1) < 1:
        raise ValueError(f"n_neurons={n_neurons} is too small; expected 1 or more")
    if len(widths) != n_hidden:
        raise ValueError(f"n_neurons={list(widths)} has {len(widths)} widths, but n_hidden={n_hidden}; give one for each hidden layer")
    return widths


def _listed_widths(neurons: str | Sequence[int]) -> tuple[int, ...]:
    widths = [width.strip() for width in neurons.split(",")] if isinstance(neurons, str) else [str(width) for width in neurons]
    if not all(width.isdecimal() and int(width) for width in widths):
        raise ValueError(f'neurons="{neurons}" are no widths; expected whole numbers of at least 1, such as "300,100"')
    return tuple(map(int, widths))
