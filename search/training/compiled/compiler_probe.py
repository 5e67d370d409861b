"""Measures with a few steps whether TensorFlow's other compiler is faster for a model, if the rest of a training is long.

`compiler_choice.py` chooses by rule before anything is measured; this module times both compilers once the duration of an
epoch is known.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras

from .base import EpochProgram
from .byte_tensors import map_rows
from .epochs import CompiledEpochs

_log = logging.getLogger(__name__)

LEAST_SECONDS = 60.0
"""Least duration of the rest of a training: compiling for the probe takes some seconds."""
N_STEPS, N_TIMES = 8, 3
LEAST_GAIN = 1.1
"""How many times as fast the other compiler must be."""


class Probe:
    """Finds the faster program of a model.

    Args:
        model: A Keras model, compiled.
        epochs: Its epochs over tensors.
        is_xla: Whether these epochs are compiled with XLA.
    """

    def __init__(self, model: Any, epochs: CompiledEpochs, *, is_xla: bool) -> None:
        self._model, self._epochs, self._is_xla = model, epochs, is_xla

    def faster(self, seconds_left: float) -> EpochProgram | None:
        """Time both compilers on the first rows; restore the model's variables afterwards.

        Args:
            seconds_left: Duration of the rest of the training.

        Returns:
            A program of the other compiler; None if it is not clearly faster, might compute other results, or too little of the
            training is left.
        """
        if seconds_left < LEAST_SECONDS or not _is_interchangeable(self._model):
            return None
        from .tensorflow_epoch import build_epoch_program

        try:
            with _unchanged([*self._model.variables, *self._model.optimizer.variables]):
                own, other = (self._seconds(is_xla=is_xla) for is_xla in (self._is_xla, not self._is_xla))
        except Exception:  # an operation that the other compiler does not support, or out of memory
            _log.debug("the other compiler cannot be used", exc_info=True)
            return None
        if own <= LEAST_GAIN * other:
            return None
        return build_epoch_program(self._model, self._epochs.values, self._epochs.sizes, is_xla=not self._is_xla)

    def _seconds(self, *, is_xla: bool) -> float:
        """Return the least duration of a few steps, which run four times, the first time with compiling."""
        from .tensorflow_epoch import build_chunk_program

        batch_size = self._epochs.sizes.batch_size
        rows = map_rows(lambda array: array[: N_STEPS * batch_size], self._epochs.data.training)
        steps = build_chunk_program(self._model, self._epochs.values, batch_size, is_training=True, is_xla=is_xla)
        return min([self._timed(steps, rows) for _ in range(N_TIMES + 1)][1:])

    def _timed(self, steps: Callable[[Any], None], rows: Any) -> float:
        started = time.perf_counter()
        steps(rows)
        keras.ops.convert_to_numpy(self._model.metrics_variables[0])  # waits for the device
        return time.perf_counter() - started


def _is_interchangeable(model: Any) -> bool:
    """Return whether both compilers compute the same but for rounding, so that results do not depend on measured times.

    XLA draws other random numbers, and a custom training step may do anything.
    """
    layers = model._flatten_layers()
    is_keras_own = type(model).train_step is keras.Model.train_step
    return is_keras_own and all(layer.supports_jit and not layer._seed_generators for layer in layers)


@contextmanager
def _unchanged(variables: list[Any]) -> Iterator[None]:
    earlier = [keras.ops.convert_to_numpy(variable).copy() for variable in variables]
    try:
        yield
    finally:
        for variable, value in zip(variables, earlier, strict=True):
            variable.assign(value)
