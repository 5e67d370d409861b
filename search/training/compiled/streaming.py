"""One epoch of a compiled Keras model over data that its device has no room for: they come from disk chunk by chunk.

A chunk is a whole number of batches, in the epoch's order. While the device computes one, a thread gathers the next. It
computes what a program that holds the data computes, and keeps no more than three chunks in memory.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from ...data.arrays import Array, Tree
from ..batching import n_rows, rows
from .prefetch import prefetched

if TYPE_CHECKING:  # it imports TensorFlow
    from .runtime_values import Values
    from .tensorflow_epoch import EpochProgram

CHUNK_BYTES = 2**25
"""Size of a chunk, at most, and half of it at least; but it has one batch at least."""

ChunkProgram = Callable[[Any], Any]
"""Takes one step for each batch of a chunk (x, y) of tensors; variables of the model, its optimizer and metrics change."""


def build_epoch_program(model: Any, values: "Values", batch_size: int, evaluation_batch_size: int, *, is_xla: bool) -> "EpochProgram":
    """Write the program of one epoch, for data that stay arrays.

    Args:
        model: A Keras model, compiled, with all variables of its metrics and optimizer built.
        values: Its values.
        batch_size: Rows per gradient step.
        evaluation_batch_size: Rows per validation step.
        is_xla: Whether it is compiled by XLA, which JAX always does.

    Returns:
        The program. It takes both parts as arrays, such as those of memory-mapped files, and the rest as other programs do that
        run one epoch per call.
    """
    train = _chunk_program(model, values, batch_size, is_training=True, is_xla=is_xla)
    validate = _chunk_program(model, values, evaluation_batch_size, is_training=False, is_xla=is_xla)

    def run_epoch(training: tuple[Tree, Tree], validation: tuple[Tree, Tree], orders: Any, learning_rates: Any, *_: Any) -> tuple[Array, list[Any]]:
        model.optimizer.learning_rate.assign(learning_rates[0])
        shuffled = keras.ops.convert_to_numpy(orders[0])[: n_rows(training[0])]
        numbers = _pass(model, train, _chunks(training, batch_size, shuffled))
        numbers += _pass(model, validate, _chunks(validation, evaluation_batch_size, None))
        return np.asarray([numbers], np.float32), []

    return run_epoch


def _chunk_program(model: Any, values: "Values", batch_size: int, *, is_training: bool, is_xla: bool) -> ChunkProgram:
    if keras.config.backend() == "jax":
        from . import jax_epoch

        return jax_epoch.build_chunk_program(model, values, batch_size, is_training=is_training)
    from . import tensorflow_epoch

    return tensorflow_epoch.build_chunk_program(model, values, batch_size, is_training=is_training, is_xla=is_xla)


def _pass(model: Any, program: ChunkProgram, chunks: Iterator[Any]) -> list[float]:
    """Go once through the data and return the metrics."""
    model.reset_metrics()
    with closing(prefetched(chunks)) as coming:
        for chunk in coming:
            program(chunk)
            # Waits for the device, which otherwise would be given chunk after chunk before it has computed the first.
            keras.ops.convert_to_numpy(model.metrics_variables[0])
    return [float(keras.ops.convert_to_numpy(value)) for value in model.get_metrics_result().values()]


def _chunks(data: tuple[Tree, Tree], batch_size: int, order: Array | None) -> Iterator[tuple[Any, Any]]:
    """Gather the rows chunk by chunk, in the given order or as they lie, and bring them to the device."""
    n = n_rows(data[0])
    row_bytes = sum(int(array.nbytes) for array in keras.tree.flatten(data)) // n
    size = batch_size * _batches_per_chunk(n // batch_size, max(1, CHUNK_BYTES // (batch_size * row_bytes)))
    for start in range(0, n, size):
        chosen = slice(start, start + size) if order is None else order[start : start + size]
        x, y = (keras.tree.map_structure(keras.ops.convert_to_tensor, rows(tree, chosen)) for tree in data)
        yield x, y


def _batches_per_chunk(n_batches: int, most: int) -> int:
    """Choose so that all chunks of full batches are of one size, if they need not be smaller than half: each size is compiled for itself."""
    return next((n for n in range(most, most // 2, -1) if n_batches % n == 0), most)
