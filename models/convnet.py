"""A convolutional network of blocks for images, series and volumes, with augmentation of images in training."""

from typing import Any, Literal

import keras

from .activations import NEGATIVE_SLOPE, Activation
from .constraints import Constraint
from .hidden import Hidden
from .initializers import BiasInitializer, Initializer
from .inputs import grid_input
from .output import OutputActivation, output_layer

_POOLING = {
    "max": {1: keras.layers.MaxPooling1D, 2: keras.layers.MaxPooling2D, 3: keras.layers.MaxPooling3D},
    "average": {1: keras.layers.AveragePooling1D, 2: keras.layers.AveragePooling2D, 3: keras.layers.AveragePooling3D},
}
_GLOBAL = {
    "average": {1: keras.layers.GlobalAveragePooling1D, 2: keras.layers.GlobalAveragePooling2D, 3: keras.layers.GlobalAveragePooling3D},
    "max": {1: keras.layers.GlobalMaxPooling1D, 2: keras.layers.GlobalMaxPooling2D, 3: keras.layers.GlobalMaxPooling3D},
}


def build_convnet(
    input_shape: Any,
    task: str = "multiclass",
    n_outputs: int = 10,
    *,
    n_blocks: int = 3,
    n_convolutions: int = 1,
    n_maps: int = 32,
    growth: float = 2.0,
    kernel_size: int = 3,
    pooling: Literal["max", "average"] = "max",
    global_pooling: Literal["average", "max", "flatten"] = "average",
    n_neurons: int = 0,
    activation: Activation = "relu",
    negative_slope: float = NEGATIVE_SLOPE,
    normalization: Literal["none", "batch", "layer"] = "none",
    dropout: float = 0.0,
    initializer: Initializer = "auto",
    bias_initializer: BiasInitializer = "zeros",
    l2: float = 0.0,
    constraint: Constraint = "none",
    min_norm: float = 0.0,
    max_norm: float = 2.0,
    output_activation: OutputActivation = "linear",
    flip: Literal["none", "horizontal", "vertical", "horizontal_and_vertical"] = "none",
    rotation: float = 0.0,
    translation: float = 0.0,
    zoom: float = 0.0,
    crop: Literal["none", "random", "center"] = "none",
    crop_size: float = 0.875,
) -> keras.Model:
    """Build blocks of convolutions, each followed by a pooling of 2, then global pooling and an output layer.

    Blocks that the input is too small for have no pooling.

    Args:
        input_shape: Shape of one row: ``(height, width, n_channels)`` of an image, ``(n_steps, n_features)`` or ``(n_steps,)`` of a series,
            ``(depth, height, width, n_channels)`` of a volume.
        task: "binary", "multiclass", "regression", "multilabel" or "probabilities"; the output layer follows from it. Defaults to "multiclass".
        n_outputs: Units of the output layer. Defaults to 10.
        n_blocks: Number of blocks, at least 1. Defaults to 3.
        n_convolutions: Convolutions of each block, at least 1. Defaults to 1.
        n_maps: Feature maps of the first block, at least 1. Defaults to 32.
        growth: Factor of the feature maps from block to block, at least 1. Defaults to 2.
        kernel_size: Length of the kernels in each dimension. Defaults to 3.
        pooling: "max" or "average". Defaults to "max".
        global_pooling: What follows the last block: "average" or "max" over all positions, or "flatten". Defaults to "average".
        n_neurons: Units of a dense layer before the output; 0 for none. Defaults to 0.
        activation: Of convolutions and dense layer, one of `models.activations.ACTIVATIONS`. Defaults to "relu".
        negative_slope: Slope of the activation leaky_relu below 0, at least 0. Defaults to 0.2.
        normalization: "none", "batch" or "layer", after each kernel. Defaults to "none".
        dropout: Part of the last features that is set to 0 in training, 0 to below 1. Defaults to 0.
        initializer: Of the kernels, one of `models.initializers.INITIALIZERS`, or "auto". Defaults to "auto".
        bias_initializer: Of the hidden layers' biases, one of `models.initializers.BIAS_INITIALIZERS`; a layer with a batch or layer
            normalisation has none. Defaults to "zeros".
        l2: L2 penalty on every kernel, at least 0. Defaults to 0.
        constraint: On the kernels but the output's: "none", "max_norm", "min_max_norm", "non_neg" or "unit_norm". Defaults to "none".
        min_norm: Smallest length of the weights into a unit or a feature map, for min_max_norm. Defaults to 0.
        max_norm: Largest length of them, for max_norm and min_max_norm. Defaults to 2.
        output_activation: Of a regression's output, one of `models.output.OUTPUT_ACTIVATIONS`. Defaults to "linear".
        flip: How images are mirrored at random in training: "none", "horizontal", "vertical" or "horizontal_and_vertical". Defaults to "none".
        rotation: Images are rotated in training by at most this part of a full turn. Defaults to 0.
        translation: They are moved by at most this part of their height and width. Defaults to 0.
        zoom: They are magnified or reduced by at most this part. Defaults to 0.
        crop: Which part of an image the network sees: "none" for the whole, "center" for its middle, "random" for a part at random in training
            and the whole, reduced to that size, otherwise. Defaults to "none".
        crop_size: The part of its height and width, above 0 to 1. Defaults to 0.875.

    Returns:
        An uncompiled model, ``(batch, *input_shape)`` to ``(batch, n_outputs)``.

    Raises:
        ValueError: If a value is out of its range, or what is no image is to be augmented.
    """
    if n_blocks < 1 or n_convolutions < 1 or growth < 1:
        raise ValueError(f"n_blocks={n_blocks}, n_convolutions={n_convolutions} and growth={growth} must be at least 1")
    if pooling not in _POOLING or global_pooling not in (*_GLOBAL, "flatten"):
        raise ValueError(f'pooling="{pooling}" or global_pooling="{global_pooling}" is not known; use max, average, or flatten after the last block')
    options: dict[str, Any] = {"activation": activation, "normalization": normalization, "initializer": initializer, "l2": l2}
    options |= {
        "bias_initializer": bias_initializer,
        "negative_slope": negative_slope,
        "constraint": constraint,
        "min_norm": min_norm,
        "max_norm": max_norm,
    }
    hidden = Hidden(**options)
    inputs, x = grid_input(input_shape)
    n_dimensions = len(x.shape) - 2
    for layer in [*_augmentations(flip, rotation, translation, zoom), *_crop(crop, crop_size, x.shape)]:
        if n_dimensions != 2:
            raise ValueError(
                f"{layer.name} is for images, but the rows have the shape {tuple(input_shape)}; leave flip, rotation, translation, zoom and crop out"
            )
        x = layer(x)
    for block in range(1, n_blocks + 1):
        for convolution in range(1, n_convolutions + 1):
            x = hidden.convolution(x, round(n_maps * growth ** (block - 1)), kernel_size, f"{block}_{convolution}", padding="same")
        if min(x.shape[1:-1]) >= 2:
            x = _POOLING[pooling][n_dimensions](2, name=f"pooling_{block}")(x)
    x = keras.layers.Flatten(name="flatten")(x) if global_pooling == "flatten" else _GLOBAL[global_pooling][n_dimensions](name="global_pooling")(x)
    x = hidden.dense(x, n_neurons, "dense") if n_neurons else x
    x = keras.layers.Dropout(dropout, name="dropout")(x) if dropout else x
    output = output_layer(task, n_outputs, output_activation=output_activation, **hidden.output_kernel())
    return keras.Model(inputs, output(x), name="convnet")


def _augmentations(flip: str, rotation: float, translation: float, zoom: float) -> list[keras.layers.Layer]:
    """Return the layers that change images at random in training, and pass them on as they are in prediction."""
    layers = [] if flip == "none" else [keras.layers.RandomFlip(flip, name="flip")]
    layers += [keras.layers.RandomRotation(rotation, fill_mode="nearest", name="rotation")] if rotation else []
    layers += [keras.layers.RandomTranslation(translation, translation, fill_mode="nearest", name="translation")] if translation else []
    layers += [keras.layers.RandomZoom(zoom, fill_mode="nearest", name="zoom")] if zoom else []
    return layers


def _crop(crop: str, size: float, shape: tuple[int | None, ...]) -> list[keras.layers.Layer]:
    """Return the layers that cut a part of an image, of the shape ``(None, height, width, n_channels)``, if any.

    Keras' RandomCrop passes on the whole image where nothing is trained, which is then reduced to the size of the part.

    Raises:
        ValueError: If the way or the size is not known.
    """
    layers = {"random": keras.layers.RandomCrop, "center": keras.layers.CenterCrop}
    if crop == "none":
        return []
    if crop not in layers or not 0 < size <= 1:
        raise ValueError(f'crop="{crop}" and crop_size={size}: expected "none", "random" or "center", and a part of the image above 0 to 1')
    height, width = (max(1, round(size * (length or 1))) for length in shape[1:3])
    reduced = [keras.layers.Resizing(height, width, name="reduced")] if crop == "random" else []
    return [layers[crop](height, width, name="crop"), *reduced]
