"""Recurrent networks over a sequence: simple, LSTM (Hochreiter and Schmidhuber 1997) or GRU (Cho et al. 2014) layers."""

from typing import Any, Literal

import keras

from .inputs import sequence_input
from .output import OutputActivation, output_layer
from .regularizers import kernel_regularizer

_CELLS = {"simple": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}


def build_recurrent(
    input_shape: Any,
    task: str = "multiclass",
    n_outputs: int = 1,
    *,
    n_steps: int = 0,
    cell: Literal["simple", "lstm", "gru"] = "lstm",
    n_units: int = 64,
    n_layers: int = 1,
    is_bidirectional: bool = False,
    normalization: Literal["none", "layer"] = "none",
    dropout: float = 0.0,
    l2: float = 0.0,
    output_activation: OutputActivation = "linear",
) -> keras.Model:
    """Build a recurrent network; the last step's output of the last layer goes into the output layer, or each step's.

    Args:
        input_shape: Shape of one row, ``(n_steps, n_features)``, ``(n_steps,)``, or an image, which is read line by line.
        task: "binary", "multiclass", "regression", "multilabel" or "probabilities"; the output layer follows from it. Defaults to "multiclass".
        n_outputs: Units of the output layer. Defaults to 1.
        n_steps: Steps of the target, as many as of the input, each of which has an output; 0 for one output of a row. Defaults to 0.
        cell: "simple", "lstm" or "gru". Defaults to "lstm".
        n_units: Units of each recurrent layer, at least 1. Defaults to 64.
        n_layers: Number of recurrent layers, at least 1. Defaults to 1.
        is_bidirectional: Whether each layer also reads from the end, with as many units again. Defaults to False.
        normalization: "none", or "layer": of each step's outputs of each layer, over its units. Defaults to "none".
        dropout: Part of each layer's outputs that is set to 0 in training, 0 to below 1. Defaults to 0.
        l2: L2 penalty on the input kernels, at least 0. Defaults to 0.
        output_activation: Of a regression's output, one of `models.output.OUTPUT_ACTIVATIONS`. Defaults to "linear".

    Returns:
        An uncompiled model, ``(batch, *input_shape)`` to ``(batch, n_outputs)`` or ``(batch, n_steps, n_outputs)``.

    Raises:
        ValueError: If a value is out of its range.
    """
    if n_steps and n_steps != input_shape[0]:
        raise ValueError(f"the target has {n_steps} steps and the input {input_shape[0]}; expected as many")
    _check(cell, n_units, n_layers, normalization, dropout)
    inputs, x = sequence_input(input_shape)
    for number in range(1, n_layers + 1):
        layer = _CELLS[cell](
            n_units, return_sequences=number < n_layers or n_steps > 0, name=f"recurrent_{number}", kernel_regularizer=kernel_regularizer(0.0, l2)
        )
        x = (keras.layers.Bidirectional(layer, name=f"both_ways_{number}") if is_bidirectional else layer)(x)
        x = keras.layers.LayerNormalization(name=f"normalization_{number}")(x) if normalization == "layer" else x
        # On the outputs and not inside the cell: there it would keep a state that a compiled loop cannot carry.
        x = keras.layers.Dropout(dropout, name=f"dropout_{number}")(x) if dropout else x
    return keras.Model(inputs, output_layer(task, n_outputs, output_activation=output_activation)(x), name=f"{cell}_network")


def _check(cell: str, n_units: int, n_layers: int, normalization: str, dropout: float) -> None:
    if cell not in _CELLS:
        raise ValueError(f'cell="{cell}" is not known; use one of {", ".join(_CELLS)}')
    if normalization not in ("none", "layer"):
        raise ValueError(f'normalization="{normalization}" is not known; use "none" or "layer"')
    if n_units < 1 or n_layers < 1:
        raise ValueError(f"n_units={n_units} and n_layers={n_layers} must be at least 1")
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout={dropout} is not a part; expected 0 to below 1")
