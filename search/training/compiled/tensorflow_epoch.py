"""Builds epochs of a compiled Keras model, training and validation, as one TensorFlow program, or one for each part of an epoch.

This module runs no programs; `search.training.compiled_fit` has the loop over calls. A program holds no data, seed, learning
rate, other runtime values (`runtime_values.py`) or batch size of a padded model: these are arguments or variables of the
model, so that one program serves every epoch and many trials.
"""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from ..loop.rates import set_rate
from .base import EpochProgram, EpochSizes
from .byte_tensors import read_batch
from .runtime_values import Values

_RunSteps = Callable[[Any, Any, Any], None]


def build_epoch_program(model: Any, values: Values, sizes: EpochSizes, *, is_xla: bool, is_padded: bool = False) -> EpochProgram:
    """Build the program of some epochs.

    Each step is the model's own ``train_step``, that of a padded model `_padded_steps`, and each validation step its ``test_step``, so that
    regularisation, batch normalisation, dropout and metrics are Keras' own.

    Args:
        model: A Keras model, compiled, with all variables of its metrics and optimizer.
        values: The runtime values of the model.
        sizes: What the program is compiled for.
        is_xla: Whether to compile with XLA.
        is_padded: Whether the model is a `search.training.dense.padded.PaddedStack`. Then the batch size may differ from call to
            call, and a last partial batch is a step like any other. Defaults to False.

    Returns:
        The program. Its metrics are the results of ``model.metrics`` for training, then those for validation, in ``keras.config.floatx()``.
    """
    run_epoch = _one_epoch(model, sizes, is_padded=is_padded)

    @tf.function(jit_compile=is_xla, autograph=False)  # type: ignore[untyped-decorator]
    def run_epochs(*given: Any) -> tuple[Any, list[Any]]:
        training, validation, orders, learning_rates, n_epochs, batch_size, numbers = given

        def run(index: Any) -> Any:
            set_rate(model.optimizer, learning_rates[index])
            with values.replaced(numbers):
                return run_epoch(training, validation, orders[index], batch_size)

        if sizes.most_epochs == 1:
            return run(0)[tf.newaxis], []
        return _repeat(run, n_epochs, sizes.most_epochs, model)

    traced = _traced_once(run_epochs)
    return lambda *arguments: traced(*arguments, _constants(values))


def _constants(values: Values) -> list[Any]:
    return [tf.constant(number, keras.config.floatx()) for number in values.read()]


def _one_epoch(model: Any, sizes: EpochSizes, *, is_padded: bool) -> Callable[..., Any]:
    train = _padded_steps(model, sizes.batch_size) if is_padded else _steps(model, sizes.batch_size)

    def run_epoch(training: Any, validation: Any, order: Any, batch_size: Any) -> Any:
        model.reset_metrics()
        train(training, order, batch_size)
        logs = list(model.get_metrics_result().values())
        with tf.control_dependencies(logs):  # read before they are reset
            model.reset_metrics()
        _step_through(model.test_step, validation, sizes.evaluation_batch_size, None)
        logs += model.get_metrics_result().values()
        return tf.stack([tf.cast(log, keras.config.floatx()) for log in logs])

    return run_epoch


def _repeat(run: Callable[[Any], Any], n_epochs: Any, most_epochs: int, model: Any) -> tuple[Any, list[Any]]:
    """Run epochs in a loop, and return the metrics and the weights after each."""

    def record(dtype: Any, shape: Any) -> tf.TensorArray:
        return tf.TensorArray(dtype, size=most_epochs, element_shape=shape, clear_after_read=False)

    def body(index: Any, metrics: Any, weights: list[Any]) -> tuple[Any, Any, list[Any]]:
        metrics = metrics.write(index, run(index))
        return index + 1, metrics, [array.write(index, weight.value) for array, weight in zip(weights, model.weights, strict=True)]

    metrics = record(keras.config.floatx(), [2 * len(model.get_metrics_result())])
    weights = [record(weight.dtype, weight.shape) for weight in model.weights]
    _, metrics, weights = tf.while_loop(lambda index, *_: index < n_epochs, body, (tf.constant(0), metrics, weights))
    return metrics.stack(), [array.stack() for array in weights]


def _traced_once(function: Any) -> EpochProgram:
    """Trace at the first call only: comparing the types of the arguments would take 1 ms a call."""
    traced: list[Any] = []

    def call(*arguments: Any) -> Any:
        if not traced:
            traced.append(function.get_concrete_function(*arguments))
        return traced[0](*arguments)

    return call


def build_chunk_program(model: Any, values: Values, batch_size: int, *, is_training: bool, is_xla: bool) -> Callable[[Any], None]:
    """Build the program of a part of an epoch: the steps for some rows, in their order.

    Args:
        model: As for `build_epoch_program`.
        values: The runtime values of the model.
        batch_size: Rows per step; the last step may have fewer.
        is_training: Whether the steps are of training or of validation.
        is_xla: Whether to compile with XLA.

    Returns:
        The program. It takes the rows, (x, y), and updates the model's metrics.
    """
    step = model.train_step if is_training else model.test_step

    @tf.function(jit_compile=is_xla, autograph=False)  # type: ignore[untyped-decorator]
    def run_chunk(data: Any, numbers: Any) -> None:
        with values.replaced(numbers):
            _step_through(step, data, batch_size, None)

    return lambda data: run_chunk(data, _constants(values))


def _steps(model: Any, batch_size: int) -> _RunSteps:
    def train(training: Any, order: Any, _: Any) -> None:
        _step_through(model.train_step, training, batch_size, order)

    return train


def _padded_steps(model: Any, n_rows_at_once: int) -> _RunSteps:
    """Return the training of a padded model: the gradients of a batch are summed over its rows, ``n_rows_at_once`` at a time."""

    def train(training: Any, order: Any, batch_size: Any) -> None:
        n_rows = tf.nest.flatten(training)[0].shape[0]

        def step(start: Any) -> Any:
            end = tf.minimum(start + batch_size, n_rows)

            def add(first: Any, gradients: list[Any]) -> tuple[Any, list[Any]]:
                x, y = _batch(training, first, n_rows_at_once, order)
                weights = tf.cast(tf.range(n_rows_at_once) < end - first, tf.float32)
                return first + n_rows_at_once, model.add_gradients((x, y, weights), tf.cast(end - start, tf.float32), gradients)

            none = [tf.zeros_like(variable) for variable in model.trainable_variables]
            _, gradients = tf.while_loop(lambda first, _: first < end, add, (start, none))
            model.optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
            return end

        tf.while_loop(lambda start: start < n_rows, step, [tf.constant(0)])

    return train


def _step_through(step: Callable[[Any], Any], data: Any, batch_size: int, order: Any) -> None:
    """Run one step per batch, the full batches in a loop, which is traced and compiled once."""
    n_rows = tf.nest.flatten(data)[0].shape[0]
    n_full = n_rows // batch_size

    def run_step(start: Any, size: int) -> None:
        step(_batch(data, start, size, order))

    def body(index: Any) -> Any:
        run_step(index * batch_size, batch_size)
        return index + 1

    if n_full == 1:
        run_step(0, batch_size)
    elif n_full:
        tf.while_loop(lambda index: index < n_full, body, [tf.constant(0)], maximum_iterations=n_full)
    if n_rows % batch_size:
        run_step(n_full * batch_size, n_rows % batch_size)


def _batch(data: Any, start: Any, size: int, order: Any) -> Any:
    """Return ``size`` rows from ``start`` on, in the given order or unshuffled."""
    if order is None:
        return read_batch(lambda array: _slice(array, start, size), data)
    chosen = _slice(order, start, size)
    return read_batch(lambda array: tf.gather(array, chosen), data)


def _slice(array: Any, start: Any, size: int) -> Any:
    begin = [start] + [0] * (array.shape.rank - 1)
    return tf.slice(array, begin, [size, *array.shape[1:]])
