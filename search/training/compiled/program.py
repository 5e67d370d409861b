"""Some compiled epochs and the model that they train."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from ...data.arrays import Array, Weights
from ...experiment.settings import TrainingSettings
from ...trial import Assignment
from ..model.state import Part, read, write
from ..row_order import epoch_order
from .compiler_probe import Probe
from .runtime_values import Values

if TYPE_CHECKING:  # it imports TensorFlow
    from .tensorflow_epoch import EpochProgram

Take = Callable[[Any, Any], None]
"""Gives a program the state of a trial's model, and the stack that it is if it is one."""

CALL_SECONDS = 0.25
"""About how long a call may take, after which its epochs are reported."""


@dataclass(frozen=True)
class Epoch:
    """What came of one epoch.

    Attributes:
        training: Metrics of training, by Keras' names.
        validation: Metrics of validation, by the same names.
        copy_weights: Gives the weights that the trial's model had then, in Keras' order.
    """

    training: dict[str, float]
    validation: dict[str, float]
    copy_weights: Callable[[], Weights]


@dataclass
class Program:
    """Some compiled epochs and the model that they train, which stands in for the trial's own.

    Attributes:
        name: ``compiled``, ``elastic`` or ``streamed``.
        model: The model that is trained; it has its metrics and optimizer.
        take: Gives that model the weights and random states of a trial's model, which is the stack if there is one.
        weights_of: Gives the weights of the trial's model from those of that model.
        parts: Gives what an epoch changes of the trial's model.
        batch_size: Rows per step, at most.
        most_epochs: Epochs per call, at most.
        run: The epochs.
        values: The values that the epochs compute with.
        data: The training part and the validation part, (x, y) each, as tensors, or as arrays where they are streamed.
        probe: Finds faster epochs, once it is known how long these take. Defaults to none.
    """

    name: str
    model: Any
    take: Take
    weights_of: Callable[[Weights], Weights]
    parts: Callable[[], list[Part]]
    batch_size: int
    most_epochs: int
    run: "EpochProgram"
    values: Values
    data: tuple[Any, Any]
    probe: Probe | None = None

    def __post_init__(self) -> None:
        self._metrics = list(self.model.get_metrics_result())
        self._untrained = [keras.ops.convert_to_numpy(variable) for variable in self.model.optimizer.variables]
        self._n_rows = int(keras.tree.flatten(self.data[0])[0].shape[0])
        self._epoch_seconds = CALL_SECONDS  # unknown: one epoch first
        self._n_calls = 0

    def begin(self, model: Any, stack: Any, settings: TrainingSettings) -> None:
        """Take over a trial's model as it was built, with an optimizer that has not done anything."""
        self.take(model, stack)
        self.values.take(model, settings)
        for variable, value in zip(self.model.optimizer.variables, self._untrained, strict=True):
            variable.assign(value)

    def n_steps(self, assignment: Assignment) -> int:
        """Count the gradient steps of an epoch."""
        return -(-self._n_rows // assignment.training.batch_size)

    def get_weights(self) -> Weights:
        """Return the weights of the trial's model."""
        return list(self.model.get_weights())

    def get_state(self) -> list[Array]:
        """Return the trial's state; see `checkpoints.Trainer`."""
        return read(self.parts())

    def set_state(self, arrays: list[Array]) -> None:
        """Take such a state."""
        write(self.parts(), arrays)

    @property
    def n_at_once(self) -> int:
        """How many epochs to run in one call, so that it takes about `CALL_SECONDS`."""
        return max(1, min(self.most_epochs, int(CALL_SECONDS / self._epoch_seconds)))

    def run_epochs(self, assignment: Assignment, first: int, learning_rates: Sequence[float]) -> list[Epoch]:
        """Train some epochs, with validation after each.

        Args:
            assignment: The trial, for its seed and batch size.
            first: The first epoch, from 1.
            learning_rates: Of each epoch; there are at most ``most_epochs``.

        Returns:
            The epochs, in order. The model is left as the last has made it.
        """
        started, n_epochs = time.perf_counter(), len(learning_rates)
        orders = np.zeros((self.most_epochs, self._n_rows + self.batch_size), np.int32)
        for index in range(n_epochs):
            orders[index, : self._n_rows] = epoch_order(assignment.seed, first + index, self._n_rows)
        rates = np.resize(np.asarray(learning_rates, np.float32), self.most_epochs)
        values = orders, rates, np.int32(n_epochs), np.int32(assignment.training.batch_size)
        metrics, weights = self.run(*self.data, *map(keras.ops.convert_to_tensor, values))
        numbers = keras.ops.convert_to_numpy(metrics).tolist()
        self._epoch_seconds = (time.perf_counter() - started) / n_epochs
        epochs = [self._epoch(numbers[index], weights, index) for index in range(n_epochs)]
        self._reconsider(assignment.training.epochs - first - n_epochs + 1)
        return epochs

    def _reconsider(self, n_left: int) -> None:
        """After the second call, the first that compiled nothing, see whether another compiler is faster for the epochs left."""
        self._n_calls += 1
        if self.probe and self._n_calls == 2:
            self.run = self.probe.faster(n_left * self._epoch_seconds) or self.run

    def _epoch(self, numbers: list[float], weights: list[Any], index: int) -> Epoch:
        def copy_weights() -> Weights:
            return self.weights_of([keras.ops.convert_to_numpy(after[index]) for after in weights]) if weights else self.model.get_weights()

        n = len(self._metrics)
        return Epoch(dict(zip(self._metrics, numbers[:n], strict=True)), dict(zip(self._metrics, numbers[n:], strict=True)), copy_weights)
