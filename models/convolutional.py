"""LeNet-5 (LeCun, Bottou, Bengio and Haffner 1998): two convolutions with subsampling, then dense layers."""

from typing import Any, Literal

import keras

from .activations import Activation
from .constraints import Constraint
from .hidden import Hidden
from .initializers import Initializer
from .inputs import image_input
from .output import OutputActivation, output_layer

_POOLING = {"average": keras.layers.AveragePooling2D, "max": keras.layers.MaxPooling2D}


def build_lenet(
    input_shape: Any,
    task: str = "multiclass",
    n_outputs: int = 10,
    *,
    n_maps_1: int = 6,
    n_maps_2: int = 16,
    kernel_size: int = 5,
    pooling: Literal["average", "max"] = "average",
    n_neurons_1: int = 120,
    n_neurons_2: int = 84,
    activation: Activation = "tanh",
    normalization: Literal["none", "batch", "layer"] = "none",
    dropout: float = 0.0,
    initializer: Initializer = "glorot_uniform",
    l2: float = 0.0,
    constraint: Constraint = "none",
    min_norm: float = 0.0,
    max_norm: float = 2.0,
    output_activation: OutputActivation = "linear",
) -> keras.Model:
    """Build LeNet-5, of 61,706 parameters on 28 x 28 pixels and ten classes.

    The first convolution keeps height and width, which stands for the paper's margin of 2 pixels on each side; feature maps of
    the second see all of the first, and the subsampling has no weights.

    Args:
        input_shape: Shape of one image, ``(height, width, n_channels)`` or ``(height, width)``.
        task: "binary", "multiclass", "regression", "multilabel" or "probabilities"; the output layer follows from it. Defaults to "multiclass".
        n_outputs: Units of the output layer. Defaults to 10.
        n_maps_1: Feature maps of the first convolution. Defaults to 6.
        n_maps_2: Feature maps of the second. Defaults to 16.
        kernel_size: Height and width of both kernels. Defaults to 5.
        pooling: The 2 x 2 subsampling: "average" or "max". Defaults to "average".
        n_neurons_1: Units of the first dense layer. Defaults to 120.
        n_neurons_2: Units of the second. Defaults to 84.
        activation: Of convolutions and dense layers, one of `models.activations.ACTIVATIONS`. Defaults to "tanh".
        normalization: "none", "batch" or "layer", after each kernel. Defaults to "none".
        dropout: Part of the dense layers' outputs that is set to 0 in training, 0 to below 1. Defaults to 0.
        initializer: Of the kernels, one of `models.initializers.INITIALIZERS`, or "auto". Defaults to "glorot_uniform".
        l2: L2 penalty on every kernel, at least 0. Defaults to 0.
        constraint: On the kernels but the output's: "none", "max_norm", "min_max_norm", "non_neg" or "unit_norm". Defaults to "none".
        min_norm: Smallest length of the weights into a unit or a feature map, for min_max_norm. Defaults to 0.
        max_norm: Largest length of them, for max_norm and min_max_norm. Defaults to 2.
        output_activation: Of a regression's output, one of `models.output.OUTPUT_ACTIVATIONS`. Defaults to "linear".

    Returns:
        An uncompiled model, ``(batch, *input_shape)`` to ``(batch, n_outputs)``.

    Raises:
        ValueError: If a value is out of its range, or the image too small for the kernels.
    """
    options: dict[str, Any] = {"activation": activation, "normalization": normalization, "initializer": initializer, "l2": l2}
    options |= {"constraint": constraint, "min_norm": min_norm, "max_norm": max_norm}
    convolutional, dense = Hidden(**options), Hidden(**options, dropout=dropout)
    _check_size(input_shape, kernel_size)
    inputs, x = image_input(input_shape)
    x = convolutional.convolution(x, n_maps_1, kernel_size, "c1", padding="same")
    x = _pool(x, pooling, "subsampling_s2")
    x = convolutional.convolution(x, n_maps_2, kernel_size, "c3")
    x = keras.layers.Flatten(name="flatten")(_pool(x, pooling, "subsampling_s4"))
    x = dense.dense(dense.dense(x, n_neurons_1, "c5"), n_neurons_2, "f6")
    output = output_layer(task, n_outputs, output_activation=output_activation, **dense.output_kernel())
    return keras.Model(inputs, output(x), name="lenet")


def _pool(x: Any, pooling: str, name: str) -> Any:
    if pooling not in _POOLING:
        raise ValueError(f'pooling="{pooling}" is not known; use one of {", ".join(_POOLING)}')
    return _POOLING[pooling](2, name=name)(x)


def _check_size(input_shape: Any, kernel_size: int) -> None:
    sizes = tuple(input_shape)[:2] if isinstance(input_shape, tuple | list) else ()
    if any(isinstance(size, int) and size // 2 - kernel_size + 1 < 2 for size in sizes):
        raise ValueError(f"kernel_size={kernel_size} does not fit twice into images of {tuple(input_shape)}; expected at most {min(sizes) // 2 - 1}")
