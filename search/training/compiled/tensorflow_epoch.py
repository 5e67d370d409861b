"""Epochs of a compiled Keras model, training and validation, as one TensorFlow program, or as one for each part of an epoch.

It builds programs and runs none; `search.training.compiled_fit` has the loop over calls. A program holds no data, seed, batch
size of a padded model, learning rate or other values (values.py): these are arguments or variables of the model, so that
one program serves every epoch and many trials.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import tensorflow as tf

if TYPE_CHECKING:
    from .runtime_values import Values

EpochProgram = Callable[..., tuple[Any, list[Any]]]
"""Runs some epochs. It takes

- training, validation: (x, y) each;
- orders: int32, ``(most_epochs, n_train + batch_size)``, a row an epoch, of which the last ``batch_size`` are not looked at;
- learning_rates: float32, ``(most_epochs,)``;
- n_epochs: int32, how many to run, 1 to ``most_epochs``;
- rows_per_step: int32, of a padded model.

It gives the metrics, ``(most_epochs, n_metrics)``, and ``model.weights`` after each epoch, ``(most_epochs, *shape)``, or none
of them if ``most_epochs`` is 1: then they are the model's."""

_TakeSteps = Callable[[Any, Any, Any], None]


def build_epoch_program(
    model: Any, values: "Values", batch_size: int, evaluation_batch_size: int, most_epochs: int = 1, *, is_xla: bool, is_padded: bool = False
) -> EpochProgram:
    """Write the program of some epochs.

    Each step is the model's own ``train_step``, each validation step its ``test_step``, so that regularisation, batch
    normalisation, dropout and metrics are Keras' own.

    Args:
        model: A Keras model, compiled, with all variables of its metrics and optimizer built.
        values: Its values.
        batch_size: Rows per gradient step; if padded, the most.
        evaluation_batch_size: Rows per validation step.
        most_epochs: How many epochs a call can run. Defaults to 1.
        is_xla: Whether it is compiled by XLA.
        is_padded: Whether the model's train_step takes a weight for each row; then the rows of a step may differ from
            call to call, and a last partial batch is a step like any other, not one of its own. Defaults to False.

    Returns:
        The program. Its metrics are the numbers of ``model.metrics`` for training, then those for validation, float32.
    """
    train = _take_padded_steps(model, batch_size) if is_padded else _take_steps(model, batch_size)

    def run_epoch(training: Any, validation: Any, order: Any, rows_per_step: Any) -> Any:
        model.reset_metrics()
        train(training, order, rows_per_step)
        logs = list(model.get_metrics_result().values())
        with tf.control_dependencies(logs):  # read before they are reset
            model.reset_metrics()
        _step_through(model.test_step, validation, evaluation_batch_size, None)
        logs += model.get_metrics_result().values()
        return tf.stack([tf.cast(log, tf.float32) for log in logs])

    @tf.function(jit_compile=is_xla, autograph=False)  # type: ignore[untyped-decorator]
    def run_epochs(*given: Any) -> tuple[Any, list[Any]]:
        training, validation, orders, learning_rates, n_epochs, rows_per_step, numbers = given

        def run(index: Any) -> Any:
            model.optimizer.learning_rate.assign(learning_rates[index])
            with values.held(numbers):
                return run_epoch(training, validation, orders[index], rows_per_step)

        if most_epochs == 1:
            return run(0)[tf.newaxis], []
        return _repeat(run, n_epochs, most_epochs, model)

    traced = _traced_once(run_epochs)
    return lambda *arguments: traced(*arguments, [tf.constant(number) for number in values.read()])


def _repeat(run: Callable[[Any], Any], n_epochs: Any, most_epochs: int, model: Any) -> tuple[Any, list[Any]]:
    """Run epochs in a loop, and keep the metrics and the weights of each."""

    def notes(dtype: Any, shape: Any) -> tf.TensorArray:
        return tf.TensorArray(dtype, size=most_epochs, element_shape=shape, clear_after_read=False)

    def body(index: Any, metrics: Any, weights: list[Any]) -> tuple[Any, Any, list[Any]]:
        metrics = metrics.write(index, run(index))
        return index + 1, metrics, [note.write(index, weight.value) for note, weight in zip(weights, model.weights, strict=True)]

    metrics = notes(tf.float32, [2 * len(model.get_metrics_result())])
    weights = [notes(weight.dtype, weight.shape) for weight in model.weights]
    _, metrics, weights = tf.while_loop(lambda index, *_: index < n_epochs, body, (tf.constant(0), metrics, weights))
    return metrics.stack(), [note.stack() for note in weights]


def _traced_once(function: Any) -> EpochProgram:
    """Trace at the first call and never look again at what the arguments are: that takes 1 ms a call."""
    traced: list[Any] = []

    def call(*arguments: Any) -> Any:
        if not traced:
            traced.append(function.get_concrete_function(*arguments))
        return traced[0](*arguments)

    return call


def build_chunk_program(model: Any, values: "Values", batch_size: int, *, is_training: bool, is_xla: bool) -> Callable[[Any], None]:
    """Write the program of a part of an epoch: the steps for some rows, in the order in which they lie.

    Args:
        model: As for `build_epoch_program`.
        values: Its values.
        batch_size: Rows per step; the last step takes those that are left.
        is_training: Whether steps are those of training, or of validation.
        is_xla: Whether it is compiled by XLA.

    Returns:
        The program. It takes the rows, (x, y), and adds to the model's metrics.
    """
    step = model.train_step if is_training else model.test_step

    @tf.function(jit_compile=is_xla, autograph=False)  # type: ignore[untyped-decorator]
    def run_chunk(data: Any, numbers: Any) -> None:
        with values.held(numbers):
            _step_through(step, data, batch_size, None)

    return lambda data: run_chunk(data, [tf.constant(number) for number in values.read()])


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
