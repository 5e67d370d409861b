"""Epochs of a compiled Keras model, training and validation, as one JAX program, or as one for each part of an epoch.

It builds programs and runs none; `search.training.compiled_fit` has the loop over calls. As on TensorFlow, a program holds no
data, seed or learning rate: these are arguments or variables of the model. On a CPU, XLA's convolutions take 4 times as
long in a loop as outside one, so that models with convolutions have one program per step there. A model with layers that
XLA does not support is run uncompiled, as `fit` runs it.
"""

from collections.abc import Callable
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

import jax
import keras

from .compiler_choice import has_convolutions

if TYPE_CHECKING:
    from .runtime_values import Values
    from .tensorflow_epoch import EpochProgram

_State = tuple[list[Any], ...]
"""The values, and those of the trainable, the other, the optimizer's and the metrics' variables, as Keras' JAX trainer orders them."""
_Step = Callable[[_State, Any], _State]
_TakeSteps = Callable[[_State, Any, Any], _State]
_Answer = TypeVar("_Answer")


def build_epoch_program(model: Any, values: "Values", batch_size: int, evaluation_batch_size: int, most_epochs: int = 1) -> "EpochProgram":
    """Write the program of some epochs.

    Each step is the model's own ``train_step``, each validation step its ``test_step``, which Keras writes on JAX as
    functions from state to state, so that regularisation, batch normalisation, dropout and metrics are Keras' own.

    Args:
        model: A Keras model, compiled, with all variables of its metrics and optimizer built.
        values: Its values.
        batch_size: Rows per gradient step.
        evaluation_batch_size: Rows per validation step.
        most_epochs: How many epochs a call can run; a model whose steps are programs of their own needs 1. Defaults to 1.

    Returns:
        The program. Its metrics are the numbers of ``model.metrics`` for training, then those for validation, float32. The
        arrays that the model's and the optimizer's variables held before may be gone afterwards: their memory is used again.
    """
    run_epoch = write_epoch(model, values, batch_size, evaluation_batch_size)

    def run_epochs(trainable: Any, others: Any, optimizer: Any, metrics: Any, numbers: Any, *given: Any) -> tuple[_State, tuple[Any, list[Any]]]:
        training, validation, orders, learning_rates, n_epochs = given

        def run(index: Any, state: _State) -> tuple[_State, Any]:
            return run_epoch(state, training, validation, orders[index], learning_rates[index])

        state: _State = (numbers, trainable, others, optimizer, metrics)
        if most_epochs > 1:
            return _repeat(run, n_epochs, most_epochs, state, model)
        state, logs = run(0, state)
        return state, (logs[None], [])

    run = _on_variables(model, values, run_epochs)
    return lambda *given: run(*given[:-1])  # no model is padded


def write_epoch(model: Any, values: "Values", batch_size: int, evaluation_batch_size: int) -> Callable[..., tuple[_State, Any]]:
    """Write one epoch as a function, of the same arguments as `build_epoch_program`.

    Returns:
        A function from the state, the training part, the validation part, the order and the learning rate to the new state and
        the metrics, ``(n_metrics,)``. The state is the values and those of the trainable, the other, the optimizer's and the
        metrics' variables.
    """
    train = _take_steps(model, _training_step(model, values), batch_size)
    validate = _take_steps(model, _validation_step(model, values), evaluation_batch_size)
    rate = next(index for index, variable in enumerate(model.optimizer.variables) if variable is model.optimizer.learning_rate)

    def run_epoch(state: _State, training: Any, validation: Any, order: Any, learning_rate: Any) -> tuple[_State, Any]:
        numbers, trainable, others, before, metrics = state
        optimizer = [*before[:rate], learning_rate, *before[rate + 1 :]]
        state = train((numbers, trainable, others, optimizer, _reset(model, metrics)), training, order)
        logs = _read(model, state[-1])
        state = validate((*state[:-1], _reset(model, state[-1])), validation, None)
        return state, jax.numpy.asarray(logs + _read(model, state[-1]), "float32")

    return run_epoch


def build_chunk_program(model: Any, values: "Values", batch_size: int, *, is_training: bool) -> Callable[[Any], None]:
    """Write the program of a part of an epoch: the steps for some rows, in the order in which they lie.

    Args:
        model: As for `build_epoch_program`.
        values: Its values.
        batch_size: Rows per step; the last step takes those that are left.
        is_training: Whether steps are those of training, or of validation.

    Returns:
        The program. It takes the rows, (x, y), and adds to the model's metrics.
    """
    take = _take_steps(model, _training_step(model, values) if is_training else _validation_step(model, values), batch_size)

    def run_chunk(trainable: Any, others: Any, optimizer: Any, metrics: Any, numbers: Any, data: Any) -> tuple[_State, None]:
        return take((numbers, trainable, others, optimizer, metrics), data, None), None

    return _on_variables(model, values, run_chunk)


def is_one_program(model: Any) -> bool:
    """Say whether an epoch of a compiled model is one program, and not one per step."""
    return bool(model.jit_compile) and (jax.default_backend() != "cpu" or not has_convolutions(model))


def _repeat(
    run: Callable[[Any, _State], tuple[_State, Any]], n_epochs: Any, most_epochs: int, state: _State, model: Any
) -> tuple[_State, tuple[Any, list[Any]]]:
    """Run epochs in a loop, and keep the metrics and the weights of each."""
    variables = [*model.trainable_variables, *model.non_trainable_variables]
    places = [next(index for index, variable in enumerate(variables) if variable is weight) for weight in model.weights]

    def body(index: Any, carried: Any) -> Any:
        state, metrics, weights = carried
        state, logs = run(index, state)
        values = [*state[1], *state[2]]
        weights = [note.at[index].set(values[place]) for note, place in zip(weights, places, strict=True)]
        return state, metrics.at[index].set(logs), weights

    metrics = jax.numpy.zeros((most_epochs, 2 * len(model.get_metrics_result())))
    weights = [jax.numpy.zeros((most_epochs, *weight.shape), weight.dtype) for weight in model.weights]
    state, metrics, weights = jax.lax.fori_loop(0, n_epochs, body, (state, metrics, weights))
    return state, (metrics, weights)


def _on_variables(model: Any, values: "Values", steps: Callable[..., tuple[_State, _Answer]]) -> Callable[..., _Answer]:
    """Compile steps if they are one program; read the state from the model's variables, and leave the new one there."""
    compute = jax.jit(steps, donate_argnums=(0, 1, 2)) if is_one_program(model) else steps
    groups = (model.trainable_variables, model.non_trainable_variables, model.optimizer.variables, model.metrics_variables)

    def run(*given: Any) -> _Answer:
        before = [[variable.value for variable in group] for group in groups]
        state, answer = compute(*before, values.read(), *given)
        for variable, value in zip(chain(*groups), chain(*state[1:]), strict=True):
            variable.assign(value)
        return answer

    return run


def _training_step(model: Any, values: "Values") -> _Step:
    def step(state: _State, batch: Any) -> _State:
        numbers, *variables = state
        with values.held(numbers):
            return numbers, *_listed(model.train_step(tuple(variables), batch)[1])

    return step


def _validation_step(model: Any, values: "Values") -> _Step:
    def step(state: _State, batch: Any) -> _State:
        numbers, trainable, others, optimizer, metrics = state
        with values.held(numbers):
            trainable, others, metrics = _listed(model.test_step((trainable, others, metrics), batch)[1])
        return numbers, trainable, others, optimizer, metrics

    return step


def _listed(state: Any) -> _State:
    """Give what a model's own step returns the form that a loop carries."""
    return tuple(list(values) for values in state)


def _reset(model: Any, values: list[Any]) -> list[Any]:
    """Return the values of the metrics' variables before the first row."""
    with _holding(model, values) as scope:
        model.reset_metrics()
    return [scope.get_current_value(variable) for variable in model.metrics_variables]


def _read(model: Any, values: list[Any]) -> list[Any]:
    """Return the metrics' results."""
    with _holding(model, values):
        return list(model.get_metrics_result().values())


def _holding(model: Any, values: list[Any]) -> Any:
    return keras.StatelessScope(state_mapping=zip(model.metrics_variables, values, strict=True))


def _take_steps(model: Any, step: _Step, batch_size: int) -> _TakeSteps:
    """Write what takes one step per batch: a loop over the full ones, traced and compiled once, or one program per step."""

    def take(index: Any, state: _State, data: Any, order: Any, size: int = batch_size) -> _State:
        return step(state, _batch(data, index * batch_size, size, order))

    if model.jit_compile:
        take = jax.jit(take, static_argnames="size")
    loop = jax.lax.fori_loop if is_one_program(model) else _one_by_one

    def take_all(state: _State, data: Any, order: Any) -> _State:
        n_full, n_last = divmod(keras.tree.flatten(data)[0].shape[0], batch_size)
        if n_full:
            state = loop(0, n_full, lambda index, state: take(index, state, data, order), state)
        return take(n_full, state, data, order, size=n_last) if n_last else state

    return take_all


def _one_by_one(first: int, end: int, body: Callable[[int, _State], _State], state: _State) -> _State:
    for index in range(first, end):
        state = body(index, state)
    return state


def _batch(data: Any, start: Any, size: int, order: Any) -> Any:
    """Take ``size`` rows from ``start`` on, in the given order or as they lie."""
    if order is None:
        return keras.tree.map_structure(lambda array: jax.lax.dynamic_slice_in_dim(array, start, size), data)
    chosen = jax.lax.dynamic_slice_in_dim(order, start, size)
    return keras.tree.map_structure(lambda array: jax.numpy.take(array, chosen, axis=0, mode="clip"), data)
