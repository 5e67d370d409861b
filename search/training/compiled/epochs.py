"""Builds the compiled epochs of a model that is ready for training, on TensorFlow or JAX."""

from dataclasses import dataclass
from typing import Any

import keras

from ..batching import DataSplit, evaluation_batch_size, n_rows
from ..model.preparation import Parts
from . import streaming
from .base import EpochProgram, EpochSizes
from .device_data import Tensors
from .runtime_values import Values

MOST_EPOCHS, MOST_NUMBERS = 32, 2**21
"""Epochs of a call at most, and numbers that it keeps of all of them."""


@dataclass(frozen=True)
class CompiledEpochs:
    """A program of epochs with its arguments.

    Attributes:
        run: The program.
        values: The runtime values of its model.
        sizes: What it is compiled for.
        data: The data: tensors on the device, or arrays if they are streamed.
    """

    run: EpochProgram
    values: Values
    sizes: EpochSizes
    data: DataSplit


def build_epochs(model: Any, parts: Parts, tensors: Tensors, batch_size: int, *, is_xla: bool, is_padded: bool = False) -> CompiledEpochs:
    """Build the epochs of a model over data on the device.

    Args:
        model: A Keras model, compiled, with all variables of its metrics and optimizer.
        parts: The data, as `make_ready` returned them for this model.
        tensors: The data on the device.
        batch_size: Rows per gradient step; of a padded model, those whose gradients are computed at once.
        is_xla: Whether TensorFlow compiles with XLA; JAX always does.
        is_padded: Whether the model is a `search.training.dense.padded.PaddedStack`, which sums gradients. Defaults to False.
    """
    sizes = EpochSizes(batch_size, evaluation_batch_size(parts.x_validation), _most_epochs(model, n_rows(parts.x_train)))
    values = Values(model)
    return CompiledEpochs(_epoch_program(model, values, sizes, is_xla=is_xla, is_padded=is_padded), values, sizes, tensors.of(parts))


def build_streamed_epochs(model: Any, parts: Parts, batch_size: int, *, is_xla: bool) -> CompiledEpochs:
    """Build the epochs of a model over data that stay arrays; see `build_epochs` for the arguments."""
    sizes, values = EpochSizes(batch_size, evaluation_batch_size(parts.x_validation)), Values(model)
    return CompiledEpochs(streaming.build_epoch_program(model, values, sizes, is_xla=is_xla), values, sizes, parts.split)


def _most_epochs(model: Any, n_rows: int) -> int:
    """Return how many epochs a call can run, so that the weights and orders that it keeps stay small."""
    if keras.config.backend() == "jax":
        from .jax_epoch import is_one_program

        if not is_one_program(model):
            return 1
    return max(1, min(MOST_EPOCHS, MOST_NUMBERS // max(int(model.count_params()), n_rows)))


def _epoch_program(model: Any, values: Values, sizes: EpochSizes, *, is_xla: bool, is_padded: bool) -> EpochProgram:
    if keras.config.backend() == "jax":
        from . import jax_epoch

        return jax_epoch.build_epoch_program(model, values, sizes)
    from . import tensorflow_epoch

    return tensorflow_epoch.build_epoch_program(model, values, sizes, is_xla=is_xla, is_padded=is_padded)
