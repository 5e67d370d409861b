"""Compiled epochs and the model that they train in place of a trial's own model."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import keras
import numpy as np

from ...data.arrays import Array, Weights
from ...experiment.settings import TrainingSettings
from ...trial import Assignment
from ..batching import DataSplit, trial_order
from ..context import TrainingContext
from ..model.preparation import Parts, encoded_parts
from ..model.state import Part, read, untrained, write
from .device_data import Tensors
from .epochs import CompiledEpochs

CALL_SECONDS = 0.25
"""Approximate duration of a call, after which its epochs are reported."""


@dataclass(frozen=True)
class Epoch:
    """The results of one epoch.

    Attributes:
        training: Metrics of training, by Keras' names.
        validation: Metrics of validation, by the same names.
        copy_weights: Returns a copy of the weights of the trial's model after this epoch, in Keras' order.
    """

    training: dict[str, float]
    validation: dict[str, float]
    copy_weights: Callable[[], Weights]


class EpochRunner(Protocol):
    """Trains one trial's model, epochs at a time: a program of its own, or a slot of a population."""

    name: ClassVar[str]
    """Name of the trainer in the trial's result."""

    @property
    def model(self) -> Any:
        """The Keras model that is trained, with its metrics and optimizer; None for a slot."""
        ...

    @property
    def n_at_once(self) -> int:
        """How many epochs to run in one call."""
        ...

    def run_epochs(self, assignment: Assignment, first: int, learning_rates: Sequence[float]) -> list[Epoch]:
        """Train some epochs, with validation after each.

        Args:
            assignment: The trial, for its seed and batch size.
            first: The first epoch, from 1.
            learning_rates: The learning rate of each epoch; at most ``n_at_once``.

        Returns:
            The epochs, in order.
        """
        ...

    def get_weights(self) -> Weights:
        """Return the weights of the trial's model."""
        ...

    def get_state(self) -> list[Array]:
        """Return the trial's state; see `search.training.loop.checkpoints.Checkpointable`."""
        ...

    def set_state(self, arrays: list[Array]) -> None:
        """Restore such a state."""
        ...

    def release(self) -> None:
        """Make it available to other trials."""
        ...

    def discard(self) -> None:
        """Drop it after an error, with its memory, so that no other trial gets it."""
        ...


class Program(ABC):
    """Compiled epochs and the model that they train, which several trials use one after the other.

    Args:
        model: The model that is trained; it has its metrics and optimizer.
        epochs: The compiled epochs of the model.
    """

    name: ClassVar[str]

    def __init__(self, model: Any, epochs: CompiledEpochs) -> None:
        self.model = model
        self.on_discard: Callable[[], object] = lambda: None
        """Called by `discard`."""
        self._run, self._values, self._sizes, self._data = epochs.run, epochs.values, epochs.sizes, epochs.data
        self._metrics = list(model.get_metrics_result())
        self._untrained = [keras.ops.convert_to_numpy(variable) for variable in model.optimizer.variables]
        self._n_rows = int(keras.tree.flatten(epochs.data.training)[0].shape[0])
        self._epoch_seconds = CALL_SECONDS  # unknown: one epoch first
        self._data_by_arrays: dict[int, DataSplit] = {}

    def use(self, context: TrainingContext, tensors: Tensors, settings: TrainingSettings) -> None:
        """Train on the arrays of a context from now on, which have the shapes that the program was built for.

        Args:
            context: The experiment and its arrays, which stay in memory.
            tensors: Its data on the device.
            settings: The trial's settings, for the encoding of targets.
        """
        if context.experiment.evaluation.folds == 1:
            return  # the only data are those that it was built with
        key = id(context.arrays)
        if key not in self._data_by_arrays:
            self._data_by_arrays[key] = self._split(encoded_parts(self.model, context, settings), tensors)
        self._data = self._data_by_arrays[key]

    def _split(self, parts: Parts, tensors: Tensors) -> DataSplit:
        """Return data as the arguments of the program."""
        return tensors.of(parts)

    def load(self, model: Any, settings: TrainingSettings) -> None:
        """Load a trial's model as it was built, and reset the optimizer.

        Args:
            model: The trial's model; it is not changed.
            settings: The trial's settings, for the runtime values.
        """
        self._load_variables(model)
        self._values.load(model, settings)
        weights = map(keras.ops.convert_to_numpy, self.model.trainable_variables)
        values = untrained(self.model.optimizer, self._untrained, weights)
        for variable, value in zip(self.model.optimizer.variables, values, strict=True):
            variable.assign(value)

    @abstractmethod
    def _load_variables(self, model: Any) -> None:
        """Copy weights and random states of a trial's model."""

    @abstractmethod
    def _parts(self) -> list[Part]:
        """Return what an epoch changes of the trial's model."""

    def _weights_of(self, weights: Weights) -> Weights:
        """Return the weights of the trial's model, given those of ``self.model``."""
        return weights

    def get_weights(self) -> Weights:
        """Return the weights of the trial's model."""
        return list(self.model.get_weights())

    def get_state(self) -> list[Array]:
        """Return the trial's state; see `EpochRunner.get_state`."""
        return read(self._parts())

    def set_state(self, arrays: list[Array]) -> None:
        """Restore such a state."""
        write(self._parts(), arrays)

    def release(self) -> None:
        """Do nothing: the next trial loads its own model."""
        return

    def discard(self) -> None:
        """Drop the program; see `EpochRunner.discard`."""
        self.on_discard()

    @property
    def n_at_once(self) -> int:
        """How many epochs to run in one call, so that it takes about `CALL_SECONDS`."""
        return max(1, min(self._sizes.most_epochs, int(CALL_SECONDS / self._epoch_seconds)))

    def run_epochs(self, assignment: Assignment, first: int, learning_rates: Sequence[float]) -> list[Epoch]:
        """Train some epochs; see `EpochRunner.run_epochs`."""
        started, n_epochs, most = time.perf_counter(), len(learning_rates), self._sizes.most_epochs
        orders = np.zeros((most, self._n_rows + self._sizes.batch_size), np.int32)
        for index in range(n_epochs):
            orders[index, : self._n_rows] = trial_order(assignment, first + index, self._n_rows)
        rates = np.resize(np.asarray(learning_rates, keras.config.floatx()), most)
        arguments = orders, rates, np.int32(n_epochs), np.int32(assignment.training.batch_rows(self._n_rows))
        metrics, weights = self._run(*self._data, *map(keras.ops.convert_to_tensor, arguments))
        numbers = keras.ops.convert_to_numpy(metrics).tolist()
        self._epoch_seconds = (time.perf_counter() - started) / n_epochs
        epochs = [self._epoch(numbers[index], weights, index) for index in range(n_epochs)]
        self._after_call((assignment.n_epochs - first - n_epochs + 1) * self._epoch_seconds)
        return epochs

    def _after_call(self, seconds_left: float) -> None:
        """Hook after each call, given the time that the trial's remaining epochs will take."""
        return

    def _epoch(self, numbers: list[float], weights: list[Any], index: int) -> Epoch:
        def copy_weights() -> Weights:
            return self._weights_of([keras.ops.convert_to_numpy(after[index]) for after in weights]) if weights else self.model.get_weights()

        n = len(self._metrics)
        return Epoch(dict(zip(self._metrics, numbers[:n], strict=True)), dict(zip(self._metrics, numbers[n:], strict=True)), copy_weights)
