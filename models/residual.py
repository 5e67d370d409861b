"""Networks that are not a chain: residual blocks (He et al. 2016), and branches that are merged and share layers."""

from functools import partial
from typing import Any, Literal

import keras

from .activations import Activation, activation_layer, n_units
from .hidden import Hidden
from .initializers import Initializer
from .inputs import flat_input, image_input
from .output import OutputActivation, output_layer

Merge = Literal["concatenate", "add", "average", "maximum", "minimum", "multiply", "subtract", "dot", "cosine"]
"""How branches become one."""

_OF_TWO = ("subtract", "dot", "cosine")
_MERGES = {
    "concatenate": keras.layers.Concatenate,
    "add": keras.layers.Add,
    "average": keras.layers.Average,
    "maximum": keras.layers.Maximum,
    "minimum": keras.layers.Minimum,
    "multiply": keras.layers.Multiply,
    "subtract": keras.layers.Subtract,
    "dot": partial(keras.layers.Dot, axes=1),
    "cosine": partial(keras.layers.Dot, axes=1, normalize=True),
}


def build_residual(
    input_shape: Any,
    task: str = "regression",
    n_outputs: int = 1,
    *,
    n_blocks: int = 2,
    n_neurons: int = 32,
    activation: Activation = "relu",
    normalization: Literal["none", "batch", "layer"] = "batch",
    dropout: float = 0.0,
    initializer: Initializer = "auto",
    l2: float = 0.0,
    output_activation: OutputActivation = "linear",
) -> keras.Model:
    """Build a residual network: dense blocks on rows of numbers, convolutions of 3 x 3 on images.

    A block adds its input to what two layers make of it, ``x + W2 f(W1 f(x))``, with normalisation before each f (the
    order of He et al. 2016b, figure 1b). On images each block after the first halves height and width and doubles the maps.

    Args:
        input_shape: Shape of one row, ``(n_features,)``, or of one image, ``(height, width, n_channels)``.
        task: "binary", "multiclass", "regression", "multilabel" or "probabilities"; the output layer follows from it. Defaults to "regression".
        n_outputs: Units of the output layer. Defaults to 1.
        n_blocks: Number of blocks, at least 1. Defaults to 2.
        n_neurons: Units of every layer, or maps of the first block, at least 1. Defaults to 32.
        activation: One of `models.activations.ACTIVATIONS`, but not maxout. Defaults to "relu".
        normalization: "none", "batch" or "layer". Defaults to "batch".
        dropout: Part of the outputs inside a block that is set to 0 in training, 0 to below 1. Defaults to 0.
        initializer: Of the kernels, one of `models.initializers.INITIALIZERS`, or "auto". Defaults to "auto".
        l2: L2 penalty on every kernel, at least 0. Defaults to 0.
        output_activation: Of a regression's output, one of `models.output.OUTPUT_ACTIVATIONS`. Defaults to "linear".

    Returns:
        An uncompiled model, ``(batch, *input_shape)`` to ``(batch, n_outputs)``.

    Raises:
        ValueError: If a value is out of its range.
    """
    if n_blocks < 1 or n_neurons < 1:
        raise ValueError(f"n_blocks={n_blocks} and n_neurons={n_neurons} must be at least 1")
    if activation == "maxout":
        raise ValueError('activation="maxout" shrinks what it is given, but a block keeps its width; use another one')
    hidden = Hidden(activation=activation, normalization=normalization, dropout=dropout, initializer=initializer, l2=l2)
    is_image = isinstance(input_shape, tuple | list) and len(input_shape) == 3
    inputs, x = image_input(input_shape) if is_image else flat_input(input_shape)
    x = _kernel(hidden, x, n_neurons, 1, "stem")
    for number in range(1, n_blocks + 1):
        shrinks = is_image and number > 1
        n_neurons *= 2 if shrinks else 1
        x = _block(hidden, x, n_neurons, 2 if shrinks else 1, number)
    x = activation_layer(activation, layer_name="activation_last")(x)
    x = keras.layers.GlobalAveragePooling2D(name="mean")(x) if is_image else x
    output = output_layer(task, n_outputs, output_activation=output_activation, **hidden.kernel("linear"))
    return keras.Model(inputs, output(x), name="residual")


def _block(hidden: Hidden, x: Any, n_neurons: int, strides: int, number: int) -> Any:
    inside = hidden.finish(x, f"{number}_a")
    inside = _kernel(hidden, inside, n_neurons, strides, f"{number}_a")
    inside = hidden.finish(inside, f"{number}_b")
    inside = _kernel(hidden, inside, n_neurons, 1, f"{number}_b")
    # Where the shape changes, the way past the block has a kernel of 1 x 1 (the paper's option B).
    past = x if x.shape == inside.shape else _kernel(hidden, x, n_neurons, strides, f"{number}_past", size=1)
    return keras.layers.Add(name=f"sum_{number}")([past, inside])


def _kernel(hidden: Hidden, x: Any, n_neurons: int, strides: int, suffix: str, size: int = 3) -> Any:
    if len(x.shape) == 2:
        return keras.layers.Dense(n_neurons, name=f"dense_{suffix}", **hidden.kernel())(x)
    return keras.layers.Conv2D(n_neurons, size, strides=strides, padding="same", name=f"convolution_{suffix}", **hidden.kernel())(x)


def build_branches(
    input_shape: Any,
    task: str = "regression",
    n_outputs: int = 1,
    *,
    n_branches: int = 2,
    n_neurons: int = 16,
    is_shared: bool = True,
    merge: Merge = "concatenate",
    activation: Activation = "relu",
    dropout: float = 0.0,
    l2: float = 0.0,
    output_activation: OutputActivation = "linear",
) -> keras.Model:
    """Build parallel branches over the same input, and merge them.

    Each branch is a dense layer of its own and then a second one, which is the same layer, with the same weights, in all
    branches where it is shared.

    Args:
        input_shape: Shape of one row, ``(n_features,)``; more axes are flattened.
        task: "binary", "multiclass", "regression", "multilabel" or "probabilities"; the output layer follows from it. Defaults to "regression".
        n_outputs: Units of the output layer. Defaults to 1.
        n_branches: Number of branches, at least 2; exactly 2 for subtract, dot and cosine. Defaults to 2.
        n_neurons: Units of every layer, at least 1. Defaults to 16.
        is_shared: Whether the branches share their second layer. Defaults to True.
        merge: "concatenate"; unit by unit "add", "average", "maximum", "minimum", "multiply" or "subtract" (the second from the first); or
            one number, "dot", the scalar product, or "cosine", that of the normalised branches. Defaults to "concatenate".
        activation: One of `models.activations.ACTIVATIONS`. Defaults to "relu".
        dropout: Part of the first layers' outputs that is set to 0 in training, 0 to below 1. Defaults to 0.
        l2: L2 penalty on the hidden kernels, at least 0. Defaults to 0.
        output_activation: Of a regression's output, one of `models.output.OUTPUT_ACTIVATIONS`. Defaults to "linear".

    Returns:
        An uncompiled model, ``(batch, *input_shape)`` to ``(batch, n_outputs)``.

    Raises:
        ValueError: If a value is out of its range.
    """
    if n_branches < 2:
        raise ValueError(f"n_branches={n_branches} is too small; expected 2 or more")
    if merge not in _MERGES:
        raise ValueError(f'merge="{merge}" is not known; use one of {", ".join(_MERGES)}')
    if merge in _OF_TWO and n_branches != 2:
        raise ValueError(f'merge="{merge}" is of two branches, but n_branches={n_branches}; use 2, or another merge')
    hidden = Hidden(activation=activation, dropout=dropout, l2=l2)
    inputs, flat = flat_input(input_shape)
    names = ["shared"] * n_branches if is_shared else [f"second_{number}" for number in range(1, n_branches + 1)]
    seconds = {name: keras.layers.Dense(n_units(activation, n_neurons), name=name, **hidden.kernel()) for name in dict.fromkeys(names)}
    ends = []
    for number, name in enumerate(names, start=1):
        x = seconds[name](hidden.dense(flat, n_neurons, number))
        ends.append(activation_layer(activation, layer_name=f"activation_{number}_end")(x))
    output = output_layer(task, n_outputs, output_activation=output_activation)
    return keras.Model(inputs, output(_MERGES[merge](name="merged")(ends)), name="branches")
