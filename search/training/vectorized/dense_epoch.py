"""One epoch of many dense networks side by side, training and validation, as one program on TensorFlow or JAX.

Every network goes through its rows in its own order, a few rows a time, the same number for all; its gradients are added up
until its own batch is complete, and then its optimizer takes a step. So batch sizes may differ without idle rows.
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from ..compiled.runtime_values import Values
from .masked import MaskedStack
from .population import with_rates
from .transforms import compiled, vectorized, with_gradients

_Metrics = list[Any]


def build_stacked_epoch(model: MaskedStack, values: Values, rows_per_step: int, evaluation_batch_size: int, *, is_xla: bool) -> Callable[..., Any]:
    """Write the program of one epoch.

    Args:
        model: The network of one slot, compiled, with all variables of its metrics and optimizer built.
        values: Its values, which slots may differ in.
        rows_per_step: Rows of each slot per turn of the loop. The largest number that divides most batch sizes is best;
            any is correct.
        evaluation_batch_size: Rows per validation step.
        is_xla: Whether TensorFlow compiles it by XLA.

    Returns:
        What `Population` calls.
    """
    step, evaluate = _Step(model, rows_per_step), _validation(model, values, evaluation_batch_size)

    def epoch(state: Any, training: Any, validation: Any, plan: Any) -> Any:
        trainable, others, optimizer = state
        orders, batch_sizes, rates, is_active, numbers = plan
        optimizer = with_rates(model, optimizer, rates)
        n_rows = orders.shape[1]
        empty = [_repeated(value, orders.shape[0]) for value in _read(model, model.reset_metrics)]
        carried = (trainable, optimizer, [ops.zeros_like(values) for values in trainable], empty)
        orders = ops.pad(orders, [(0, 0), (0, rows_per_step)])

        def body(starts: Any, carried: Any) -> Any:
            def take(others: Any, numbers: Any, order: Any, batch_size: Any, start: Any, carried: Any) -> Any:
                with values.held(numbers):
                    return step.take(training, others, order, batch_size, start, carried)

            return vectorized(take)(others, numbers, orders, batch_sizes, starts, carried)

        starts = ops.where(is_active, 0, n_rows)
        _, (trainable, optimizer, _, metrics) = ops.while_loop(lambda starts, _: ops.any(starts < n_rows), body, (starts, carried))
        logs = vectorized(lambda metrics: _results(model, metrics))(metrics)
        return (trainable, others, optimizer), ops.concatenate([logs, evaluate(trainable, others, numbers, empty, validation)], axis=1)

    return compiled(epoch, is_xla=is_xla)


class _Step:
    """One turn of the loop for one slot."""

    def __init__(self, model: MaskedStack, n_rows: int) -> None:
        self._model, self._n_rows = model, n_rows
        self._losses = with_gradients(self._loss)

    def take(self, data: Any, others: Any, order: Any, batch_size: Any, start: Any, carried: Any) -> Any:
        trainable, optimizer, gradients, metrics = carried
        n_total = keras.tree.flatten(data)[0].shape[0]
        first = start - start % batch_size
        end = ops.minimum(first + batch_size, n_total)
        numbers = ops.arange(self._n_rows, dtype="int32")
        chosen = ops.take(order, start + numbers)
        x, y = (ops.take(array, chosen, axis=0) for array in data)
        weights = ops.cast(start + numbers < end, "float32")
        (loss, outputs), own = self._losses(trainable, others, x, y, weights)
        metrics = _updated(self._model, metrics, loss * self._n_rows / ops.maximum(ops.sum(weights), 1.0), ops.sum(weights), (x, y, outputs, weights))
        # Keras has divided by the rows of the step, not by those of the batch.
        factor = self._n_rows / ops.maximum(ops.cast(end - first, "float32"), 1.0)
        gradients = [sum_ + gradient * factor for sum_, gradient in zip(gradients, own, strict=True)]
        following = ops.minimum(start + self._n_rows, end)
        is_complete = ops.logical_and(start < end, following == end)
        updated = self._model.optimizer.stateless_apply(optimizer, gradients, trainable)
        trainable, optimizer = (_chosen(is_complete, *pair) for pair in zip(updated, (trainable, optimizer), strict=True))
        gradients = [ops.where(is_complete, 0.0, gradient) for gradient in gradients]
        return following, (trainable, optimizer, gradients, metrics)

    def _loss(self, trainable: Any, others: Any, x: Any, y: Any, weights: Any) -> Any:
        return _forward(self._model, trainable, others, (x, y, weights), training=True)


def _validation(model: MaskedStack, values: Values, batch_size: int) -> Callable[..., Any]:
    """Write what returns the metrics of the validation part, ``(n_slots, n_metrics)``."""

    def evaluate(trainable: Any, others: Any, numbers: Any, metrics: Any, data: Any) -> Any:
        n_full, n_last = divmod(data[0].shape[0], batch_size)

        def take(start: Any, metrics: Any, size: int = batch_size) -> Any:
            x, y = (ops.slice(array, [start, *[0] * (len(array.shape) - 1)], [size, *array.shape[1:]]) for array in data)

            def one(trainable: Any, others: Any, numbers: Any, metrics: Any) -> Any:
                with values.held(numbers):
                    loss, outputs = _forward(model, trainable, others, (x, y, None), training=False)
                return _updated(model, metrics, loss, size, (x, y, outputs, None))

            return vectorized(one)(trainable, others, numbers, metrics)

        def body(index: Any, metrics: Any) -> Any:
            return index + 1, take(index * batch_size, metrics)

        if n_full == 1:
            metrics = take(0, metrics)
        elif n_full:
            _, metrics = ops.while_loop(lambda index, _: index < n_full, body, (ops.zeros((), "int32"), metrics))
        if n_last:
            metrics = take(n_full * batch_size, metrics, n_last)
        return vectorized(lambda metrics: _results(model, metrics))(metrics)

    return evaluate


def _forward(model: Any, trainable: Any, others: Any, batch: Any, *, training: bool) -> Any:
    """Return the loss of a batch (x, y, weights) and the outputs."""
    x, y, weights = batch
    pairs = [*zip(model.trainable_variables, trainable, strict=True), *zip(model.non_trainable_variables, others, strict=True)]
    with keras.StatelessScope(state_mapping=pairs):
        outputs = model(x, training=training)
        return model.compute_loss(x=x, y=y, y_pred=outputs, sample_weight=weights, training=training), outputs


def _updated(model: Any, metrics: _Metrics, loss: Any, n_rows: Any, batch: Any) -> _Metrics:
    """Return the values of the metrics' variables after another batch (x, y, outputs, weights)."""

    def update() -> None:
        model.metrics[0].update_state(loss, sample_weight=n_rows)
        model.compute_metrics(*batch[:3], sample_weight=batch[3])

    return _read(model, update, metrics)


def _read(model: Any, update: Callable[[], Any], metrics: _Metrics | None = None) -> _Metrics:
    """Return the values of the metrics' variables after something is done."""
    with keras.StatelessScope(state_mapping=zip(model.metrics_variables, metrics, strict=True) if metrics else None) as scope:
        update()
    return [scope.get_current_value(variable) for variable in model.metrics_variables]


def _results(model: Any, metrics: _Metrics) -> Any:
    """Return the metrics, ``(n_metrics,)``."""
    with keras.StatelessScope(state_mapping=zip(model.metrics_variables, metrics, strict=True)):
        return ops.stack([ops.cast(result, "float32") for result in model.get_metrics_result().values()])


def _chosen(condition: Any, news: list[Any], olds: list[Any]) -> list[Any]:
    return [ops.where(condition, new, old) for new, old in zip(news, olds, strict=True)]


def _repeated(value: Any, n_slots: int) -> Any:
    return ops.broadcast_to(value, (n_slots, *value.shape))
