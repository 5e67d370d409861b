"""Networks over the words of a text: an embedding of each word, then an average, convolutions or a recurrent layer."""

from typing import Any, Literal

import keras

from .output import OutputActivation, output_layer
from .regularizers import kernel_regularizer

_RECURRENT = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}


def build_text(
    input_shape: Any,
    task: str = "binary",
    n_outputs: int = 1,
    vocabulary_size: int = 20_000,
    *,
    n_dimensions: int = 64,
    reader: Literal["average", "convolution", "lstm", "gru"] = "average",
    n_units: int = 64,
    kernel_size: int = 5,
    is_bidirectional: bool = False,
    n_neurons: int = 0,
    dropout: float = 0.0,
    l2: float = 0.0,
    output_activation: OutputActivation = "linear",
) -> keras.Model:
    """Build a network over sequences of words' numbers, of which 0 is no word.

    Args:
        input_shape: Shape of one row, ``(n_tokens,)``.
        task: "binary", "multiclass", "regression", "multilabel" or "probabilities"; the output layer follows from it. Defaults to "binary".
        n_outputs: Units of the output layer. Defaults to 1.
        vocabulary_size: Number of different numbers, which the search passes. Defaults to 20,000.
        n_dimensions: Numbers of each word's embedding, at least 1. Defaults to 64.
        reader: What follows: the "average" of the words' embeddings, a "convolution" and the largest value of each map, "lstm" or "gru".
            Defaults to "average".
        n_units: Maps of the convolution, or units of the recurrent layer, at least 1. Defaults to 64.
        kernel_size: Words that the convolution sees at once, at least 1. Defaults to 5.
        is_bidirectional: Whether the recurrent layer also reads from the end, with as many units again. Defaults to False.
        n_neurons: Units of a dense layer of ReLUs before the output; 0 for none. Defaults to 0.
        dropout: Part of the embeddings and of the last features that is set to 0 in training, 0 to below 1. Defaults to 0.
        l2: L2 penalty on the kernels, at least 0. Defaults to 0.
        output_activation: Of a regression's output, one of `models.output.OUTPUT_ACTIVATIONS`. Defaults to "linear".

    Returns:
        An uncompiled model, ``(batch, n_tokens)`` to ``(batch, n_outputs)``.

    Raises:
        ValueError: If a value is out of its range, or a row is no sequence of numbers.
    """
    if not isinstance(input_shape, tuple | list) or len(input_shape) != 1:
        raise ValueError(f'input_shape={input_shape!r} is not that of tokens, (n_tokens,); set columns = {{ NAME = "tokens" }} in [preprocessing]')
    if min(n_dimensions, n_units, kernel_size) < 1 or not 0 <= dropout < 1:
        raise ValueError(
            f"n_dimensions={n_dimensions}, n_units={n_units}, kernel_size={kernel_size} and dropout={dropout}: expected 1 or more, a part below 1"
        )
    inputs = keras.Input(tuple(input_shape), dtype="int32", name="features")  # whole numbers also where a policy computes in 16 bits
    embedding = keras.layers.Embedding(vocabulary_size, n_dimensions, mask_zero=reader != "convolution", name="embedding")
    x = embedding(inputs)
    x = keras.layers.Dropout(dropout, name="dropout_embedding")(x) if dropout else x
    x = _read(x, reader, n_units, kernel_size, l2, is_bidirectional=is_bidirectional)
    if n_neurons:
        x = keras.layers.Dense(n_neurons, activation="relu", kernel_regularizer=kernel_regularizer(0.0, l2), name="hidden")(x)
    x = keras.layers.Dropout(dropout, name="dropout")(x) if dropout else x
    return keras.Model(inputs, output_layer(task, n_outputs, output_activation=output_activation)(x), name=f"{reader}_of_words")


def _read(x: Any, reader: str, n_units: int, kernel_size: int, l2: float, *, is_bidirectional: bool) -> Any:
    if reader == "average":
        return keras.layers.GlobalAveragePooling1D(name="average")(x)
    if reader == "convolution":
        regularizer = kernel_regularizer(0.0, l2)
        maps = keras.layers.Conv1D(n_units, kernel_size, padding="same", activation="relu", kernel_regularizer=regularizer, name="convolution")(x)
        return keras.layers.GlobalMaxPooling1D(name="largest")(maps)
    if reader not in _RECURRENT:
        raise ValueError(f'reader="{reader}" is not known; use one of average, convolution, {", ".join(_RECURRENT)}')
    layer = _RECURRENT[reader](n_units, kernel_regularizer=kernel_regularizer(0.0, l2), name="recurrent")
    return (keras.layers.Bidirectional(layer, name="both_ways") if is_bidirectional else layer)(x)
