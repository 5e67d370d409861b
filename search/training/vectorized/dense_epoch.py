"""Builds one epoch of many dense networks, training and validation, as one program on TensorFlow or JAX.

Every network goes through its rows in its own order, some rows per step, the same number for all networks. Its gradients are
summed until its own batch is complete, and then its optimizer updates it. So batch sizes may differ without idle rows.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
from keras import ops

from ..compiled.base import EpochSizes
from ..compiled.byte_tensors import read_batch
from ..compiled.runtime_values import Values
from .masked import MaskedStack
from .population import EpochFunction, EpochPlan, SlotStates, with_rates
from .transforms import compiled, vectorized, with_gradients

_Metrics = list[Any]


class _TrainingState(NamedTuple):
    """What a step changes of a slot: variables, the gradients summed since the last update, and the metrics' variables."""

    trainable: list[Any]
    optimizer: list[Any]
    gradients: list[Any]
    metrics: _Metrics


class _Batch(NamedTuple):
    """Some rows; ``weights``, 1 or 0 for each row, are None if all rows count."""

    x: Any
    y: Any
    weights: Any


def build_dense_epoch(model: MaskedStack, values: Values, sizes: EpochSizes, *, is_xla: bool) -> EpochFunction:
    """Build the program of one epoch.

    Args:
        model: The network of one slot, compiled, with all variables of its metrics and optimizer.
        values: The runtime values of the network, which slots may differ in.
        sizes: Rows of each slot per training step, for which the largest common divisor of most batch sizes is fastest, and any
            number is correct; and rows per validation step.
        is_xla: Whether TensorFlow compiles with XLA.
    """
    step, evaluate = _Step(model, sizes.batch_size), _validation(model, values, sizes.evaluation_batch_size)

    def epoch(states: SlotStates, training: Any, validation: Any, plan: EpochPlan) -> tuple[SlotStates, Any]:
        n_slots, n_rows = plan.orders.shape
        empty = [ops.broadcast_to(value, (n_slots, *value.shape)) for value in _read(model, model.reset_metrics)]
        optimizer = with_rates(model, states.optimizer, plan.rates)
        loop_state = _TrainingState(states.trainable, optimizer, [ops.zeros_like(value) for value in states.trainable], empty)
        orders = ops.pad(plan.orders, [(0, 0), (0, sizes.batch_size)])

        def body(starts: Any, loop_state: Any) -> Any:
            def run_step(others: Any, numbers: Any, order: Any, batch_size: Any, start: Any, state: Any) -> Any:
                with values.replaced(numbers):
                    return step.run(_Rows(training, order, batch_size, start), others, state)

            return vectorized(run_step)(states.others, plan.numbers, orders, plan.batch_sizes, starts, loop_state)

        starts = ops.where(plan.is_active, 0, n_rows)
        _, after = ops.while_loop(lambda starts, _: ops.any(starts < n_rows), body, (starts, loop_state))
        logs = vectorized(lambda metrics: _results(model, metrics))(after.metrics)
        validated = evaluate(after.trainable, states.others, plan.numbers, empty, validation)
        return SlotStates(after.trainable, states.others, after.optimizer), ops.concatenate([logs, validated], axis=1)

    return compiled(epoch, is_xla=is_xla)


class _Rows(NamedTuple):
    """The rows of a slot's next step: from ``start`` on, in ``order``, in batches of ``batch_size``."""

    data: Any
    order: Any
    batch_size: Any
    start: Any


class _Step:
    """One training step of one slot."""

    def __init__(self, model: MaskedStack, n_rows: int) -> None:
        self._model, self._n_rows = model, n_rows
        self._losses = with_gradients(self._loss)

    def run(self, rows: _Rows, others: Any, state: _TrainingState) -> tuple[Any, _TrainingState]:
        """Return the start of the next step and the state after this step."""
        first = rows.start - rows.start % rows.batch_size
        end = ops.minimum(first + rows.batch_size, keras.tree.flatten(rows.data)[0].shape[0])
        batch = self._batch(rows, end)
        (loss, outputs), gradients = self._losses(state.trainable, others, batch)
        n_rows = ops.sum(batch.weights)
        metrics = _updated(self._model, state.metrics, loss * self._n_rows / ops.maximum(n_rows, 1.0), n_rows, (batch, outputs))
        # Keras has divided by the rows of the step, not by those of the batch.
        factor = self._n_rows / ops.maximum(ops.cast(end - first, "float32"), 1.0)
        gradients = [sum_ + gradient * factor for sum_, gradient in zip(state.gradients, gradients, strict=True)]
        following = ops.minimum(rows.start + self._n_rows, end)
        is_complete = ops.logical_and(rows.start < end, following == end)
        updated = self._model.optimizer.stateless_apply(state.optimizer, gradients, state.trainable)
        trainable, optimizer = (_chosen(is_complete, *pair) for pair in zip(updated, (state.trainable, state.optimizer), strict=True))
        gradients = [ops.where(is_complete, 0.0, gradient) for gradient in gradients]
        return following, _TrainingState(trainable, optimizer, gradients, metrics)

    def _batch(self, rows: _Rows, end: Any) -> _Batch:
        numbers = ops.arange(self._n_rows, dtype="int32")
        chosen = ops.take(rows.order, rows.start + numbers)
        x, y = read_batch(lambda array: ops.take(array, chosen, axis=0), rows.data)
        return _Batch(x, y, ops.cast(rows.start + numbers < end, "float32"))

    def _loss(self, trainable: Any, others: Any, batch: _Batch) -> Any:
        return _forward(self._model, trainable, others, batch, training=True)


def _validation(model: MaskedStack, values: Values, batch_size: int) -> Callable[..., Any]:
    """Return a function that computes the metrics of the validation part, ``(n_slots, n_metrics)``."""

    def evaluate(trainable: Any, others: Any, numbers: Any, metrics: Any, data: Any) -> Any:
        n_full, n_last = divmod(keras.tree.flatten(data)[0].shape[0], batch_size)

        def run_step(start: Any, metrics: Any, size: int = batch_size) -> Any:
            x, y = read_batch(lambda array: ops.slice(array, [start, *[0] * (len(array.shape) - 1)], [size, *array.shape[1:]]), data)
            batch = _Batch(x, y, None)

            def one(trainable: Any, others: Any, numbers: Any, metrics: Any) -> Any:
                with values.replaced(numbers):
                    loss, outputs = _forward(model, trainable, others, batch, training=False)
                return _updated(model, metrics, loss, size, (batch, outputs))

            return vectorized(one)(trainable, others, numbers, metrics)

        def body(index: Any, metrics: Any) -> Any:
            return index + 1, run_step(index * batch_size, metrics)

        if n_full == 1:
            metrics = run_step(0, metrics)
        elif n_full:
            _, metrics = ops.while_loop(lambda index, _: index < n_full, body, (ops.zeros((), "int32"), metrics))
        if n_last:
            metrics = run_step(n_full * batch_size, metrics, n_last)
        return vectorized(lambda metrics: _results(model, metrics))(metrics)

    return evaluate


def _forward(model: Any, trainable: Any, others: Any, batch: _Batch, *, training: bool) -> Any:
    """Return the loss of a batch and the outputs."""
    pairs = [*zip(model.trainable_variables, trainable, strict=True), *zip(model.non_trainable_variables, others, strict=True)]
    with keras.StatelessScope(state_mapping=pairs):
        outputs = model(batch.x, training=training)
        return model.compute_loss(x=batch.x, y=batch.y, y_pred=outputs, sample_weight=batch.weights, training=training), outputs


def _updated(model: Any, metrics: _Metrics, loss: Any, n_rows: Any, computed: tuple[_Batch, Any]) -> _Metrics:
    """Return the values of the metrics' variables after another batch, given with its outputs."""
    batch, outputs = computed

    def update() -> None:
        model.metrics[0].update_state(loss, sample_weight=n_rows)
        model.compute_metrics(batch.x, batch.y, outputs, sample_weight=batch.weights)

    return _read(model, update, metrics)


def _read(model: Any, update: Callable[[], Any], metrics: _Metrics | None = None) -> _Metrics:
    """Return the values of the metrics' variables after an update."""
    with keras.StatelessScope(state_mapping=zip(model.metrics_variables, metrics, strict=True) if metrics else None) as scope:
        update()
    return [scope.get_current_value(variable) for variable in model.metrics_variables]


def _results(model: Any, metrics: _Metrics) -> Any:
    """Return the metrics, ``(n_metrics,)``."""
    with keras.StatelessScope(state_mapping=zip(model.metrics_variables, metrics, strict=True)):
        return ops.stack([ops.cast(result, "float32") for result in model.get_metrics_result().values()])


def _chosen(condition: Any, news: list[Any], olds: list[Any]) -> list[Any]:
    return [ops.where(condition, new, old) for new, old in zip(news, olds, strict=True)]
