"""Builds epochs of a compiled Keras model, training and validation, as one JAX program, or one for each part of an epoch.

This module runs no programs; `search.training.compiled_fit` has the loop over calls. As on TensorFlow, a program holds no
data, seed or learning rate: these are arguments or variables of the model. On a CPU, XLA's convolutions take 4 times as long
in a loop as outside one, so that models with convolutions have one program per step there. A model with layers that XLA does
not support runs uncompiled, as `fit` runs it.
"""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, NamedTuple, TypeVar

import jax
import keras

from ..loop.rates import is_scheduled
from .base import EpochProgram, EpochSizes
from .byte_tensors import read_batch
from .compiler_choice import has_convolutions
from .runtime_values import Values


class State(NamedTuple):
    """The runtime values, and the values of the variables in the groups of Keras' JAX trainer."""

    numbers: list[Any]
    trainable: list[Any]
    others: list[Any]
    optimizer: list[Any]
    metrics: list[Any]


_Step = Callable[[State, Any], State]
_RunSteps = Callable[[State, Any, Any], State]
_Result = TypeVar("_Result")


def build_epoch_program(model: Any, values: Values, sizes: EpochSizes) -> EpochProgram:
    """Build the program of some epochs.

    Each step is the model's own ``train_step``, each validation step its ``test_step``, which Keras writes on JAX as
    functions from state to state, so that regularisation, batch normalisation, dropout and metrics are Keras' own.

    Args:
        model: A Keras model, compiled, with all variables of its metrics and optimizer.
        values: The runtime values of the model.
        sizes: What the program is compiled for; a model with one program per step needs ``most_epochs`` 1.

    Returns:
        The program. Its metrics are the results of ``model.metrics`` for training, then those for validation, float32. The
        arrays that the variables of the model and the optimizer held before may be deleted: their memory is reused.
    """
    run_epoch = write_epoch(model, values, sizes)

    def run_epochs(state: State, *given: Any) -> tuple[State, tuple[Any, list[Any]]]:
        training, validation, orders, learning_rates, n_epochs = given

        def run(index: Any, state: State) -> tuple[State, Any]:
            return run_epoch(state, training, validation, orders[index], learning_rates[index])

        if sizes.most_epochs > 1:
            return _repeat(run, n_epochs, sizes.most_epochs, state, model)
        state, logs = run(0, state)
        return state, (logs[None], [])

    run = _on_variables(model, values, run_epochs)
    return lambda *given: run(*given[:-1])  # no model is padded


def write_epoch(model: Any, values: Values, sizes: EpochSizes) -> Callable[..., tuple[State, Any]]:
    """Return one epoch as a function; see `build_epoch_program` for the arguments.

    Returns:
        A function from the state, the training part, the validation part, the order and the learning rate to the new state and
        the metrics, ``(n_metrics,)``.
    """
    train = _steps(model, _training_step(model, values), sizes.batch_size)
    validate = _steps(model, _validation_step(model, values), sizes.evaluation_batch_size)
    rate = None if is_scheduled(model.optimizer) else _place(model.optimizer.learning_rate, model.optimizer.variables)

    def run_epoch(state: State, training: Any, validation: Any, order: Any, learning_rate: Any) -> tuple[State, Any]:
        optimizer = state.optimizer if rate is None else [*state.optimizer[:rate], learning_rate, *state.optimizer[rate + 1 :]]
        state = train(state._replace(optimizer=optimizer, metrics=_reset(model, state.metrics)), training, order)
        logs = _read(model, state.metrics)
        state = validate(state._replace(metrics=_reset(model, state.metrics)), validation, None)
        return state, jax.numpy.asarray(logs + _read(model, state.metrics), "float32")

    return run_epoch


def build_chunk_program(model: Any, values: Values, batch_size: int, *, is_training: bool) -> Callable[[Any], None]:
    """Build the program of a part of an epoch: the steps for some rows, in their order.

    Args:
        model: As for `build_epoch_program`.
        values: The runtime values of the model.
        batch_size: Rows per step; the last step may have fewer.
        is_training: Whether the steps are of training or of validation.

    Returns:
        The program. It takes the rows, (x, y), and updates the model's metrics.
    """
    run_steps = _steps(model, _training_step(model, values) if is_training else _validation_step(model, values), batch_size)

    def run_chunk(state: State, data: Any) -> tuple[State, None]:
        return run_steps(state, data, None), None

    return _on_variables(model, values, run_chunk)


def is_one_program(model: Any) -> bool:
    """Return whether an epoch of a compiled model is one program, and not one per step."""
    return bool(model.jit_compile) and (jax.default_backend() != "cpu" or not has_convolutions(model))


def _repeat(
    run: Callable[[Any, State], tuple[State, Any]], n_epochs: Any, most_epochs: int, state: State, model: Any
) -> tuple[State, tuple[Any, list[Any]]]:
    """Run epochs in a loop, and return the metrics and the weights after each."""
    variables = [*model.trainable_variables, *model.non_trainable_variables]
    places = [_place(weight, variables) for weight in model.weights]

    def body(index: Any, loop_state: Any) -> Any:
        state, metrics, weights = loop_state
        state, logs = run(index, state)
        values = [*state.trainable, *state.others]
        weights = [array.at[index].set(values[place]) for array, place in zip(weights, places, strict=True)]
        return state, metrics.at[index].set(logs), weights

    metrics = jax.numpy.zeros((most_epochs, 2 * len(model.get_metrics_result())))
    weights = [jax.numpy.zeros((most_epochs, *weight.shape), weight.dtype) for weight in model.weights]
    state, metrics, weights = jax.lax.fori_loop(0, n_epochs, body, (state, metrics, weights))
    return state, (metrics, weights)


def _place(wanted: Any, variables: Sequence[Any]) -> int:
    """Return the index of a variable; by identity, since ``==`` of Keras compares their values."""
    return next(index for index, variable in enumerate(variables) if variable is wanted)


def _on_variables(model: Any, values: Values, steps: Callable[..., tuple[State, _Result]]) -> Callable[..., _Result]:
    """Return a function that reads the state from the model's variables, runs steps and assigns the new state; compile one program."""

    def on_groups(trainable: Any, others: Any, optimizer: Any, metrics: Any, numbers: Any, *given: Any) -> tuple[State, _Result]:
        return steps(State(numbers, trainable, others, optimizer, metrics), *given)

    compute = jax.jit(on_groups, donate_argnums=(0, 1, 2)) if is_one_program(model) else on_groups
    groups = (model.trainable_variables, model.non_trainable_variables, model.optimizer.variables, model.metrics_variables)

    def run(*given: Any) -> _Result:
        before = [[variable.value for variable in group] for group in groups]
        (_, *after), result = compute(*before, values.read(), *given)
        for variable, value in zip(chain(*groups), chain(*after), strict=True):
            variable.assign(value)
        return result

    return run


def _training_step(model: Any, values: Values) -> _Step:
    def step(state: State, batch: Any) -> State:
        numbers, *variables = state
        with values.replaced(numbers):
            return State(numbers, *map(list, model.train_step(tuple(variables), batch)[1]))

    return step


def _validation_step(model: Any, values: Values) -> _Step:
    def step(state: State, batch: Any) -> State:
        with values.replaced(state.numbers):
            trainable, others, metrics = map(list, model.test_step((state.trainable, state.others, state.metrics), batch)[1])
        return state._replace(trainable=trainable, others=others, metrics=metrics)

    return step


def _reset(model: Any, values: list[Any]) -> list[Any]:
    """Return the initial values of the metrics' variables."""
    with _scope_of(model, values) as scope:
        model.reset_metrics()
    return [scope.get_current_value(variable) for variable in model.metrics_variables]


def _read(model: Any, values: list[Any]) -> list[Any]:
    """Return the metrics' results."""
    with _scope_of(model, values):
        return list(model.get_metrics_result().values())


def _scope_of(model: Any, values: list[Any]) -> Any:
    return keras.StatelessScope(state_mapping=zip(model.metrics_variables, values, strict=True))


def _steps(model: Any, step: _Step, batch_size: int) -> _RunSteps:
    """Return a function that runs one step per batch: a loop over the full batches, compiled once, or one program per step."""

    def run_step(index: Any, state: State, data: Any, order: Any, size: int = batch_size) -> State:
        return step(state, _batch(data, index * batch_size, size, order))

    if model.jit_compile:
        run_step = jax.jit(run_step, static_argnames="size")
    loop = jax.lax.fori_loop if is_one_program(model) else _python_loop

    def run_all(state: State, data: Any, order: Any) -> State:
        n_full, n_last = divmod(keras.tree.flatten(data)[0].shape[0], batch_size)
        if n_full:
            state = loop(0, n_full, lambda index, state: run_step(index, state, data, order), state)
        return run_step(n_full, state, data, order, size=n_last) if n_last else state

    return run_all


def _python_loop(first: int, end: int, body: Callable[[int, State], State], state: State) -> State:
    for index in range(first, end):
        state = body(index, state)
    return state


def _batch(data: Any, start: Any, size: int, order: Any) -> Any:
    """Return ``size`` rows from ``start`` on, in the given order or unshuffled."""
    if order is None:
        return read_batch(lambda array: jax.lax.dynamic_slice_in_dim(array, start, size), data)
    chosen = jax.lax.dynamic_slice_in_dim(order, start, size)
    return read_batch(lambda array: jax.numpy.take(array, chosen, axis=0, mode="clip"), data)
