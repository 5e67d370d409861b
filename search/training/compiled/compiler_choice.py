"""Decides which models TensorFlow compiles with XLA, by layers, device and length of the training."""

from typing import Any

import keras

FEWEST_STEPS = 20_000
"""On a CPU, compiling takes about 1 s longer with XLA, and a step about 0.05 ms less: small dense networks on two cores."""

_CONVOLUTIONS = tuple(
    getattr(keras.layers, f"{kind}{n}D{transpose}")
    for kind, dimensions, transpose in [("Conv", "123", ""), ("Conv", "123", "Transpose"), ("SeparableConv", "12", ""), ("DepthwiseConv", "12", "")]
    for n in dimensions
)


def uses_xla(model: Any, n_steps: float) -> bool:
    """Return whether TensorFlow is to compile a model with XLA.

    Keras' ``jit_compile="auto"`` never uses XLA on a CPU.

    Args:
        model: A Keras model.
        n_steps: Approximate number of gradient steps of the whole trial.

    Returns:
        False if a layer does not support XLA; on a CPU, also for convolutions, which take 2 to 8 times as long as
        with TensorFlow's own kernels, and for short trainings.
    """
    import tensorflow as tf

    layers = model._flatten_layers()
    if not all(layer.supports_jit for layer in layers):
        return False
    if tf.config.list_physical_devices("GPU"):
        return True
    return n_steps >= FEWEST_STEPS and not has_convolutions(model)


def has_convolutions(model: Any) -> bool:
    """Return whether a model has convolutions, which XLA compiles badly on a CPU."""
    return any(isinstance(layer, _CONVOLUTIONS) for layer in model._flatten_layers())
