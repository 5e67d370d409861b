"""Trials trained concurrently in one compiled program: each has a slot, and trains there exactly as alone.

Between epochs another trial may acquire a slot, and a slot may be idle. What is computed for a slot depends on no other slot.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import keras
import numpy as np
from keras import ops

from ...data.arrays import Array, Weights
from ...experiment.settings import TrainingSettings
from ...trial import Assignment
from ..batching import DataSplit, trial_order
from ..compiled.runtime_values import Values
from ..dense.stack import DenseStack
from ..model.state import Part, patched, untrained
from .transforms import compiled

Logs = dict[str, float]
"""Metrics by Keras' names."""


@dataclass(frozen=True)
class Member:
    """What one slot computes in one epoch.

    Attributes:
        assignment: The trial, for its seed and batch size.
        epoch: The epoch, from 1.
        learning_rate: The learning rate of this epoch.
    """

    assignment: Assignment
    epoch: int
    learning_rate: float


class SlotStates(NamedTuple):
    """The values of the variables of all slots, ``(n_slots, *shape)`` each."""

    trainable: list[Any]
    others: list[Any]
    optimizer: list[Any]


class EpochPlan(NamedTuple):
    """What all slots compute in one epoch.

    Attributes:
        orders: Order of the rows, int32, ``(n_slots, n_train)``.
        batch_sizes: int32, ``(n_slots,)``.
        rates: Learning rates, float32, ``(n_slots,)``.
        is_active: Whether a slot computes an epoch at all, ``(n_slots,)``.
        numbers: The runtime values, float32, ``(n_slots,)`` each.
    """

    orders: Any
    batch_sizes: Any
    rates: Any
    is_active: Any
    numbers: Sequence[Any]


EpochFunction = Callable[[SlotStates, Any, Any, EpochPlan], tuple[SlotStates, Any]]
"""Computes one epoch of all slots, from the states, the training part, the validation part and the plan to the next states
and the metrics of training and of validation, ``(n_slots, 2 * n_metrics)``."""


class Network(Protocol):
    """What the slots of a population compute, and how a trial's model is stored in a slot."""

    model: Any

    def values(self, model: Any, stack: DenseStack | None) -> tuple[list[Any], list[Any]]:
        """Return the values of ``self.model``'s trainable and other variables for a trial's model as it was built."""
        ...

    def weights(self, stack: DenseStack | None, trainable: list[Any], others: list[Any]) -> Weights:
        """Return the weights of a trial's model, as its `keras.Model.get_weights` does, given such values."""
        ...

    def parts(self, stack: DenseStack | None) -> list[Part]:
        """Return what an epoch changes of a trial's model, by the variables of ``self.model``."""
        ...


class Population:
    """The slots and their states.

    Args:
        network: What a slot computes; its model is compiled, with all variables of its metrics and optimizer.
        values: The runtime values of the network's model.
        n_slots: Number of slots.
        run: Computes the epoch of all slots.
        data: The data, as tensors.
    """

    def __init__(self, network: Network, values: Values, n_slots: int, run: EpochFunction, data: DataSplit) -> None:
        self.n_slots = n_slots
        self.data = data
        self._network, self._values, self._run = network, values, run
        model = network.model
        self._metrics = list(model.get_metrics_result())
        self._untrained = [ops.convert_to_numpy(variable) for variable in model.optimizer.variables]
        self._variables = SlotStates(model.trainable_variables, model.non_trainable_variables, model.optimizer.variables)
        self._states = SlotStates(*([_zeros(n_slots, variable) for variable in group] for group in self._variables))
        self._write = compiled(_written, is_xla=False)
        self._stacks: list[DenseStack | None] = [None] * n_slots
        self._numbers = [np.zeros(n_slots, np.float32) for _ in values.read()]
        self._n_rows = int(keras.tree.flatten(data.training)[0].shape[0])

    @property
    def model(self) -> Any:
        """The model that each slot computes."""
        return self._network.model

    def load(self, slot: int, model: Any, stack: DenseStack | None, settings: TrainingSettings) -> None:
        """Load a trial's model as it was built into a slot, with a new optimizer.

        Args:
            slot: The slot, from 0; its earlier trial is overwritten.
            model: The trial's model; it is not changed.
            stack: The model as a dense stack, if the slots compute dense networks of any size.
            settings: The trial's settings, for the runtime values.
        """
        self._stacks[slot] = stack
        self._values.load(model, settings)
        for numbers, number in zip(self._numbers, self._values.read(), strict=True):
            numbers[slot] = number
        trainable, others = self._network.values(model, stack)
        self._assign(slot, SlotStates(trainable, others, untrained(self.model.optimizer, self._untrained, trainable)))

    def _assign(self, slot: int, values: SlotStates) -> None:
        self._states = self._write(self._states, _tensor(np.int32(slot)), keras.tree.map_structure(_tensor, values))

    def run_epoch(self, members: Mapping[int, Member]) -> dict[int, tuple[Logs, Logs]]:
        """Train one epoch and validate.

        Args:
            members: The epochs by slot; all other slots are idle.

        Returns:
            The metrics of training and those of validation, by slot.
        """
        self._states, numbers = self._run(self._states, *self.data, self._plan(members))
        rows = ops.convert_to_numpy(numbers)
        return {slot: (self._named(rows[slot][: len(self._metrics)]), self._named(rows[slot][len(self._metrics) :])) for slot in members}

    def _named(self, numbers: Array) -> Logs:
        return dict(zip(self._metrics, numbers.tolist(), strict=True))

    def weights(self, slot: int) -> Weights:
        """Return the weights of a slot's network, as its own `keras.Model.get_weights` does."""
        trainable, others = ([ops.convert_to_numpy(array[slot]) for array in group] for group in (self._states.trainable, self._states.others))
        return self._network.weights(self._stacks[slot], trainable, others)

    def get_state(self, slot: int) -> list[Array]:
        """Return the state of a slot's trial; see `search.training.loop.checkpoints.Checkpointable`."""
        values = self._values_of(slot)
        return [values[id(variable)][window] for variable, window in self._network.parts(self._stacks[slot])]

    def set_state(self, slot: int, arrays: list[Array]) -> None:
        """Restore such a state."""
        values = self._values_of(slot)
        for (variable, window), array in zip(self._network.parts(self._stacks[slot]), arrays, strict=True):
            values[id(variable)] = patched(values[id(variable)], window, array)
        self._assign(slot, SlotStates(*([values[id(variable)] for variable in group] for group in self._variables)))

    def _values_of(self, slot: int) -> dict[int, Array]:
        """Return a slot's values by the ids of the variables of the network's model."""
        pairs = (
            (variable, array)
            for group, arrays in zip(self._variables, self._states, strict=True)
            for variable, array in zip(group, arrays, strict=True)
        )
        return {id(variable): ops.convert_to_numpy(array[slot]) for variable, array in pairs}

    def _plan(self, members: Mapping[int, Member]) -> EpochPlan:
        orders = np.zeros((self.n_slots, self._n_rows), np.int32)
        batch_sizes, rates = np.ones(self.n_slots, np.int32), np.zeros(self.n_slots, np.float32)
        is_active = np.zeros(self.n_slots, bool)
        for slot, member in members.items():
            orders[slot] = trial_order(member.assignment, member.epoch, self._n_rows)
            batch_sizes[slot] = member.assignment.training.batch_rows(self._n_rows)
            rates[slot], is_active[slot] = member.learning_rate, True
        plan: EpochPlan = keras.tree.map_structure(_tensor, EpochPlan(orders, batch_sizes, rates, is_active, self._numbers))
        return plan


def with_rates(model: Any, optimizer: list[Any], rates: Any) -> list[Any]:
    """Return the values of the optimizer's variables with other learning rates, ``(n_slots,)``."""
    is_rate = (variable is model.optimizer.learning_rate for variable in model.optimizer.variables)
    return [rates if chosen else value for chosen, value in zip(is_rate, optimizer, strict=True)]


def _written(states: SlotStates, slot: Any, values: SlotStates) -> SlotStates:
    """Return the states with one slot's values replaced."""

    def write(array: Any, value: Any) -> Any:
        return ops.slice_update(array, [slot, *[0] * len(value.shape)], ops.cast(value, array.dtype)[None])

    written: SlotStates = keras.tree.map_structure(write, states, values)
    return written


def _zeros(n_slots: int, variable: Any) -> Any:
    return _tensor(np.zeros((n_slots, *variable.shape), str(variable.dtype)))


def _tensor(array: Any) -> Any:
    return ops.convert_to_tensor(array)
