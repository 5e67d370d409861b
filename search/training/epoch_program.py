"""One epoch of a compiled Keras model, training and validation, as one TensorFlow program.

It builds programs and runs none; `search.training.compiled` has the loop over epochs. A program holds no data, seed,
batch size of a padded model or learning rate: these are arguments or variables of the model, so that one program serves
every epoch and many trials.
"""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

EpochProgram = Callable[[Any, Any, Any, Any], Any]
"""From the training part (x, y), the validation part (x, y), the order, int32 ``(n_train + batch_size,)``, of which the last
``batch_size`` are not looked at, and the rows of a step, an int32, to the metrics ``(n_metrics,)``."""

_TakeSteps = Callable[[Any, Any, Any], None]


def build_epoch_program(model: Any, batch_size: int, evaluation_batch_size: int, *, is_xla: bool, is_padded: bool = False) -> EpochProgram:
    """Write the program of one epoch.

    Each step is the model's own ``train_step``, each validation step its ``test_step``, so that regularisation, batch
    normalisation, dropout and metrics are Keras' own.

    Args:
        model: A Keras model, compiled, with all variables of its metrics and optimizer built.
        batch_size: Rows per gradient step; if padded, the most.
        evaluation_batch_size: Rows per validation step.
        is_xla: Whether it is compiled by XLA.
        is_padded: Whether the model's train_step takes a weight for each row; then the rows of a step may differ from
            call to call, and a last partial batch is a step like any other, not one of its own. Defaults to False.

    Returns:
        The program. Its answer has the numbers of ``model.metrics`` for training, then those for validation, float32.
    """
    train = _take_padded_steps(model, batch_size) if is_padded else _take_steps(model, batch_size)

    @tf.function(jit_compile=is_xla, autograph=False)  # type: ignore[untyped-decorator]
    def run_epoch(training: Any, validation: Any, order: Any, rows_per_step: Any) -> Any:
        model.reset_metrics()
        train(training, order, rows_per_step)
        logs = list(model.get_metrics_result().values())
        with tf.control_dependencies(logs):  # read before they are reset
            model.reset_metrics()
        _step_through(model.test_step, validation, evaluation_batch_size, None)
        logs += model.get_metrics_result().values()
        return tf.stack([tf.cast(log, tf.float32) for log in logs])

    return run_epoch  # type: ignore[no-any-return]


def _take_steps(model: Any, batch_size: int) -> _TakeSteps:
    def train(training: Any, order: Any, _: Any) -> None:
        _step_through(model.train_step, training, batch_size, order)

    return train


def _take_padded_steps(model: Any, batch_size: int) -> _TakeSteps:
    def train(training: Any, order: Any, rows_per_step: Any) -> None:
        n_rows = tf.nest.flatten(training)[0].shape[0]

        def body(start: Any) -> Any:
            x, y = _batch(training, start, batch_size, order)
            weights = tf.cast(tf.range(batch_size) < tf.minimum(rows_per_step, n_rows - start), tf.float32)
            model.train_step((x, y, weights))
            return start + rows_per_step

        tf.while_loop(lambda start: start < n_rows, body, [tf.constant(0)])

    return train


def _step_through(step: Callable[[Any], Any], data: Any, batch_size: int, order: Any) -> None:
    """Take one step per batch, the full ones in a loop, which is traced and compiled once."""
    n_rows = tf.nest.flatten(data)[0].shape[0]
    n_full = n_rows // batch_size

    def take(start: Any, size: int) -> None:
        step(_batch(data, start, size, order))

    def body(index: Any) -> Any:
        take(index * batch_size, batch_size)
        return index + 1

    if n_full == 1:
        take(0, batch_size)
    elif n_full:
        tf.while_loop(lambda index: index < n_full, body, [tf.constant(0)], maximum_iterations=n_full)
    if n_rows % batch_size:
        take(n_full * batch_size, n_rows % batch_size)


def _batch(data: Any, start: Any, size: int, order: Any) -> Any:
    """Take ``size`` rows from ``start`` on, in the given order or as they lie."""
    if order is None:
        return tf.nest.map_structure(lambda array: _slice(array, start, size), data)
    chosen = _slice(order, start, size)
    return tf.nest.map_structure(lambda array: tf.gather(array, chosen), data)


def _slice(array: Any, start: Any, size: int) -> Any:
    begin = [start] + [0] * (array.shape.rank - 1)
    return tf.slice(array, begin, [size, *array.shape[1:]])
