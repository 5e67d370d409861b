"""Confirms by a few steps which of TensorFlow's compilers is faster for a model, where the rest of a training is long.

`xla.py` chooses by rule before anything is known; this times both once a program has shown how long an epoch takes.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import keras

if TYPE_CHECKING:  # it imports TensorFlow
    from .runtime_values import Values
    from .tensorflow_epoch import EpochProgram

_log = logging.getLogger(__name__)

LEAST_SECONDS = 60.0
"""What is left of a training must take so long: compiling for the probe takes some seconds."""
N_STEPS, N_TIMES = 8, 3
LEAST_GAIN = 1.1
"""The other compiler must be so many times as fast."""


class Probe:
    """Finds the faster program of a model.

    Args:
        model: A Keras model, compiled.
        values: Its values.
        sizes: Rows of a step in training and in validation, and the most epochs of a call.
        training: The training part, (x, y), as tensors.
        is_xla: Whether the program that is there was compiled by XLA.
    """

    def __init__(self, model: Any, values: "Values", sizes: tuple[int, int, int], training: Any, *, is_xla: bool) -> None:
        self._model, self._values, self._sizes, self._training, self._is_xla = model, values, sizes, training, is_xla

    def faster(self, seconds_left: float) -> "EpochProgram | None":
        """Time both compilers on the first rows; the model's variables are afterwards what they were.

        Args:
            seconds_left: How long the rest of the training would take.

        Returns:
            A program by the other compiler; None if that is not clearly faster, might compute something else, or too little is
            left.
        """
        if seconds_left < LEAST_SECONDS or not _may_change(self._model):
            return None
        from .tensorflow_epoch import build_epoch_program

        try:
            with _unchanged([*self._model.variables, *self._model.optimizer.variables]):
                own, other = (self._seconds(is_xla=is_xla) for is_xla in (self._is_xla, not self._is_xla))
        except Exception:  # what the other compiler does not know, or has no memory for
            _log.debug("the other compiler cannot be used", exc_info=True)
            return None
        return build_epoch_program(self._model, self._values, *self._sizes, is_xla=not self._is_xla) if own > LEAST_GAIN * other else None

    def _seconds(self, *, is_xla: bool) -> float:
        """Take a few steps four times, and return what the fastest took, without compiling."""
        from .tensorflow_epoch import build_chunk_program

        batch_size = self._sizes[0]
        rows = keras.tree.map_structure(lambda array: array[: N_STEPS * batch_size], self._training)
        steps = build_chunk_program(self._model, self._values, batch_size, is_training=True, is_xla=is_xla)
        return min([self._timed(steps, rows) for _ in range(N_TIMES + 1)][1:])

    def _timed(self, steps: Callable[[Any], None], rows: Any) -> float:
        started = time.perf_counter()
        steps(rows)
        keras.ops.convert_to_numpy(self._model.metrics_variables[0])  # waits for the device
        return time.perf_counter() - started


def _may_change(model: Any) -> bool:
    """Whether another compiler computes the same but for rounding, so that results do not depend on what is measured.

    XLA draws other random numbers, and what a model's own training step does by itself nobody knows.
    """
    layers = model._flatten_layers()
    is_kerass = type(model).train_step is keras.Model.train_step
    return is_kerass and all(layer.supports_jit and not layer._seed_generators for layer in layers)


@contextmanager
def _unchanged(variables: list[Any]) -> Iterator[None]:
    earlier = [keras.ops.convert_to_numpy(variable).copy() for variable in variables]
    try:
        yield
    finally:
        for variable, value in zip(variables, earlier, strict=True):
            variable.assign(value)
