"""Trials trained side by side in one compiled program: each has a slot, and trains there exactly as alone.

Between epochs a slot may be taken by another trial, or do nothing. What is computed for a slot depends on no other one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import keras
import numpy as np
from keras import ops

from ...data.arrays import Array, Weights
from ...experiment.settings import TrainingSettings
from ...trial import Assignment
from ..compiled.runtime_values import Values
from ..dense.stack import DenseStack
from ..model.state import Part, patched
from ..row_order import epoch_order
from .transforms import compiled

Logs = dict[str, float]
"""Metrics by Keras' names."""


@dataclass(frozen=True)
class Member:
    """What one slot does in one epoch.

    Attributes:
        assignment: The trial, for its seed and batch size.
        epoch: From 1.
        learning_rate: Of this epoch.
    """

    assignment: Assignment
    epoch: int
    learning_rate: float


class Network(Protocol):
    """What the slots of a population compute, and how a trial's model is written into one."""

    model: Any

    def values(self, model: Any, stack: DenseStack | None) -> tuple[list[Any], list[Any]]:
        """Return the values of ``self.model``'s trainable and other variables that make it a trial's model, as it was built."""
        ...

    def weights(self, stack: DenseStack | None, trainable: list[Any], others: list[Any]) -> Weights:
        """Return the weights of a trial's model, as its `keras.Model.get_weights` does, from such values."""
        ...

    def parts(self, stack: DenseStack | None) -> list[Part]:
        """List what an epoch changes of a trial's model, by the variables of ``self.model``."""
        ...


class Population:
    """The slots and their states.

    Args:
        network: What a slot computes; its model is compiled, with all variables of its metrics and optimizer built.
        values: The numbers that slots may differ in.
        n_slots: How many.
        run: The epoch of all slots: from the state, the training part, the validation part and the plan to the next state
            and the metrics of training and of validation, ``(n_slots, 2 * n_metrics)``.
        data: The training part and the validation part, (x, y) each, as tensors.
    """

    def __init__(self, network: Network, values: Values, n_slots: int, run: Callable[..., Any], data: tuple[Any, Any]) -> None:
        self.n_slots = n_slots
        self.data = data
        self._network, self._values, self._run = network, values, run
        model = network.model
        self._metrics = list(model.get_metrics_result())
        self._untrained = [ops.convert_to_numpy(variable) for variable in model.optimizer.variables]
        self._variables = (model.trainable_variables, model.non_trainable_variables, model.optimizer.variables)
        self._state = tuple([_tensor(np.zeros((n_slots, *variable.shape), str(variable.dtype))) for variable in group] for group in self._variables)
        self._write = compiled(_written, is_xla=False)
        self._stacks: list[DenseStack | None] = [None] * n_slots
        self._numbers = [np.zeros(n_slots, np.float32) for _ in values.read()]
        self._n_rows = int(keras.tree.flatten(data[0])[0].shape[0])

    def hold(self, slot: int, model: Any, stack: DenseStack | None, settings: TrainingSettings) -> None:
        """Take over a trial's model as it was built, with an optimizer that has not done anything.

        Args:
            slot: From 0; who was there before is forgotten.
            model: The trial's model; it is read only.
            stack: What it is, where the slots hold dense networks.
            settings: The trial's, for the numbers that slots may differ in.
        """
        self._stacks[slot] = stack
        self._values.take(model, settings)
        for numbers, number in zip(self._numbers, self._values.read(), strict=True):
            numbers[slot] = number
        self._put(slot, (*self._network.values(model, stack), self._untrained))

    def _put(self, slot: int, values: Any) -> None:
        self._state = self._write(self._state, _tensor(np.int32(slot)), keras.tree.map_structure(_tensor, values))

    def run_epoch(self, members: Mapping[int, Member]) -> dict[int, tuple[Logs, Logs]]:
        """Train one epoch and validate.

        Args:
            members: What is done, by slot; the others do nothing.

        Returns:
            The metrics of training and those of validation of each of them.
        """
        self._state, numbers = self._run(self._state, *self.data, self._plan(members))
        rows = ops.convert_to_numpy(numbers)
        n = len(self._metrics)
        named = {
            slot: [dict(zip(self._metrics, part, strict=True)) for part in (rows[slot][:n].tolist(), rows[slot][n:].tolist())] for slot in members
        }
        return {slot: (training, validation) for slot, (training, validation) in named.items()}

    def weights(self, slot: int) -> Weights:
        """Return the weights of a slot's network, as its own `keras.Model.get_weights` does."""
        trainable, others = ([ops.convert_to_numpy(array[slot]) for array in group] for group in self._state[:2])
        return self._network.weights(self._stacks[slot], trainable, others)

    def get_state(self, slot: int) -> list[Array]:
        """Return the state of a slot's trial; see `checkpoints.Trainer`."""
        values = self._held(slot)
        return [values[id(variable)][window] for variable, window in self._network.parts(self._stacks[slot])]

    def set_state(self, slot: int, arrays: list[Array]) -> None:
        """Take such a state."""
        values = self._held(slot)
        for (variable, window), array in zip(self._network.parts(self._stacks[slot]), arrays, strict=True):
            values[id(variable)] = patched(values[id(variable)], window, array)
        self._put(slot, tuple([values[id(variable)] for variable in group] for group in self._variables))

    def _held(self, slot: int) -> dict[int, Array]:
        """Give a slot's values by the variables that stand for them."""
        pairs = (
            (variable, array)
            for group, arrays in zip(self._variables, self._state, strict=True)
            for variable, array in zip(group, arrays, strict=True)
        )
        return {id(variable): ops.convert_to_numpy(array[slot]) for variable, array in pairs}

    def _plan(self, members: Mapping[int, Member]) -> tuple[Any, ...]:
        """Order of the rows, ``(n_slots, n_rows)``; batch size, learning rate, whether it does anything and each value, ``(n_slots,)``."""
        orders = np.zeros((self.n_slots, self._n_rows), np.int32)
        batch_sizes, rates = np.ones(self.n_slots, np.int32), np.zeros(self.n_slots, np.float32)
        is_active = np.zeros(self.n_slots, bool)
        for slot, member in members.items():
            orders[slot] = epoch_order(member.assignment.seed, member.epoch, self._n_rows)
            batch_sizes[slot] = member.assignment.training.batch_size
            rates[slot], is_active[slot] = member.learning_rate, True
        plan: tuple[Any, ...] = keras.tree.map_structure(_tensor, (orders, batch_sizes, rates, is_active, self._numbers))
        return plan


def with_rates(model: Any, optimizer: list[Any], rates: Any) -> list[Any]:
    """Return the values of the optimizer's variables with other learning rates, ``(n_slots,)``."""
    is_rate = (variable is model.optimizer.learning_rate for variable in model.optimizer.variables)
    return [rates if chosen else value for chosen, value in zip(is_rate, optimizer, strict=True)]


def _written(state: Any, slot: Any, values: Any) -> Any:
    """Return the state with one slot's values in it."""

    def write(array: Any, value: Any) -> Any:
        return ops.slice_update(array, [slot, *[0] * len(value.shape)], ops.cast(value, array.dtype)[None])

    return keras.tree.map_structure(write, state, values)


def _tensor(array: Any) -> Any:
    return ops.convert_to_tensor(array)
