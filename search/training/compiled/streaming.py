"""Builds one epoch of a compiled Keras model over data that do not fit in the device's memory and are streamed in chunks.

A chunk is a whole number of batches, in the epoch's order. While the device computes one chunk, a thread gathers the next.
The results are those of a program over data on the device; at most three chunks are in memory.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import keras
import numpy as np

from ...data.arrays import Array, Inputs
from ..batching import n_rows, stored_rows
from ..loop.rates import set_rate
from .base import EpochProgram, EpochSizes
from .byte_tensors import to_tensors
from .prefetch import prefetched
from .runtime_values import Values

CHUNK_BYTES = 2**25
"""Size of a chunk at most, half of it at least, but at least one batch."""

ChunkProgram = Callable[[Any], Any]
"""Runs one step for each batch of a chunk of tensors, (x, y) or (x, y, weights); updates variables of the model, its optimizer and metrics."""


def build_epoch_program(model: Any, values: Values, sizes: EpochSizes, *, is_xla: bool) -> EpochProgram:
    """Build the program of one epoch over data that stay arrays.

    Args:
        model: A Keras model, compiled, with all variables of its metrics and optimizer.
        values: The runtime values of the model.
        sizes: Rows per gradient step and per validation step; one epoch per call.
        is_xla: Whether TensorFlow compiles with XLA; JAX always does.

    Returns:
        The program. It takes both parts as arrays, for example of memory-mapped files; the other arguments are those of any program
        of one epoch per call.
    """
    train = _chunk_program(model, values, sizes.batch_size, is_training=True, is_xla=is_xla)
    validate = _chunk_program(model, values, sizes.evaluation_batch_size, is_training=False, is_xla=is_xla)

    def run_epoch(training: tuple[Inputs, ...], validation: tuple[Inputs, ...], orders: Any, learning_rates: Any, *_: Any) -> tuple[Array, list[Any]]:
        set_rate(model.optimizer, learning_rates[0])
        shuffled = keras.ops.convert_to_numpy(orders[0])[: n_rows(training[0])]
        numbers = _pass(model, train, _chunks(training, sizes.batch_size, shuffled))
        numbers += _pass(model, validate, _chunks(validation, sizes.evaluation_batch_size, None))
        return np.asarray([numbers], keras.config.floatx()), []

    return run_epoch


def _chunk_program(model: Any, values: Values, batch_size: int, *, is_training: bool, is_xla: bool) -> ChunkProgram:
    if keras.config.backend() == "jax":
        from . import jax_epoch

        return jax_epoch.build_chunk_program(model, values, batch_size, is_training=is_training)
    from . import tensorflow_epoch

    return tensorflow_epoch.build_chunk_program(model, values, batch_size, is_training=is_training, is_xla=is_xla)


def _pass(model: Any, program: ChunkProgram, chunks: Iterator[Any]) -> list[float]:
    """Run all chunks and return the metrics."""
    model.reset_metrics()
    with closing(prefetched(chunks)) as prepared:
        for chunk in prepared:
            program(chunk)
            # Waits for the device; otherwise all chunks would be queued before the first is computed.
            keras.ops.convert_to_numpy(model.metrics_variables[0])
    return [float(keras.ops.convert_to_numpy(value)) for value in model.get_metrics_result().values()]


def _chunks(data: tuple[Inputs, ...], batch_size: int, order: Array | None) -> Iterator[tuple[Any, ...]]:
    """Gather the rows chunk by chunk, in the given order or unshuffled, as tensors."""
    n = n_rows(data[0])
    row_bytes = sum(int(array.nbytes) for array in keras.tree.flatten(data)) // n
    size = batch_size * _batches_per_chunk(n // batch_size, max(1, CHUNK_BYTES // (batch_size * row_bytes)))
    for start in range(0, n, size):
        chosen = slice(start, start + size) if order is None else order[start : start + size]
        yield tuple(to_tensors(stored_rows(tree, chosen), keras.ops.convert_to_tensor) for tree in data)


def _batches_per_chunk(n_batches: int, most: int) -> int:
    """Return a number that divides ``n_batches``, if one is above half of ``most``: each size of a chunk is compiled separately."""
    return next((n for n in range(most, most // 2, -1) if n_batches % n == 0), most)
