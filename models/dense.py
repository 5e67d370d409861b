"""The same dense network by Keras' two APIs, `keras.Sequential` and ``keras.Model(inputs, outputs)``."""

from collections.abc import Sequence
from typing import Any

import keras

from .activations import Activation
from .hidden import Hidden
from .mlp import layer_widths
from .output import OutputActivation, output_layer


def build_sequential(
    input_shape: Any,
    task: str = "regression",
    n_outputs: int = 1,
    *,
    neurons: str | Sequence[int] = "16,32,16",
    activation: Activation = "relu",
    use_bias: bool = True,
    output_activation: OutputActivation = "linear",
) -> keras.Model:
    """Build a dense network as a list of layers.

    Args:
        input_shape: Shape of one row, ``(n_features,)``.
        task: "binary", "multiclass", "regression", "multilabel" or "probabilities"; the output layer follows from it. Defaults to "regression".
        n_outputs: Units of the output layer. Defaults to 1.
        neurons: Units of every hidden layer in order, as text or a list. Defaults to "16,32,16".
        activation: Of the hidden layers, one that Keras has as a function, so not prelu, threshold or maxout. Defaults to "relu".
        use_bias: Whether units have a constant term. Defaults to True.
        output_activation: Of a regression's output, one of `models.output.OUTPUT_ACTIVATIONS`. Defaults to "linear".

    Returns:
        An uncompiled model, ``(batch, n_features)`` to ``(batch, n_outputs)``, with the weights of `build_functional`'s.

    Raises:
        ValueError: If a value is out of its range.
    """
    hidden = Hidden(activation=activation, use_bias=use_bias)
    model = keras.Sequential([keras.Input(tuple(input_shape), name="features")], name="sequential")
    for number, width in enumerate(layer_widths(0, 1, neurons), start=1):
        model.add(_dense(hidden, width, number))
    model.add(output_layer(task, n_outputs, use_bias=use_bias, output_activation=output_activation))
    return model


def build_functional(
    input_shape: Any,
    task: str = "regression",
    n_outputs: int = 1,
    *,
    neurons: str | Sequence[int] = "16,32,16",
    activation: Activation = "relu",
    use_bias: bool = True,
    output_activation: OutputActivation = "linear",
) -> keras.Model:
    """Build a dense network as a graph from inputs to outputs; arguments and result are those of `build_sequential`."""
    hidden = Hidden(activation=activation, use_bias=use_bias)
    inputs = keras.Input(tuple(input_shape), name="features")
    x = inputs
    for number, width in enumerate(layer_widths(0, 1, neurons), start=1):
        x = _dense(hidden, width, number)(x)
    return keras.Model(inputs, output_layer(task, n_outputs, use_bias=use_bias, output_activation=output_activation)(x), name="functional")


def _dense(hidden: Hidden, width: int, number: int) -> keras.layers.Dense:
    if hidden.activation in ("prelu", "threshold", "maxout"):
        raise ValueError(f'activation="{hidden.activation}" is a layer of its own; use models.mlp:build_mlp with it')
    return keras.layers.Dense(width, activation=hidden.activation, use_bias=hidden.use_bias, name=f"hidden_{number}", **hidden.kernel())
