"""One compiled epoch and the model that it trains."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from ..trial import Assignment
from .dense_stack import DenseStack
from .order import epoch_order

if TYPE_CHECKING:  # it imports TensorFlow
    from .epoch_program import EpochProgram

Take = Callable[[Any, Any], None]
"""Gives a program the state of a trial's model, and the stack that it is if it is one."""


@dataclass
class Program:
    """One compiled epoch and the model that it trains, which stands in for the trial's own.

    Attributes:
        name: ``compiled`` or ``elastic``.
        model: The model that is trained; it has its metrics and optimizer.
        take: Gives that model the weights and random states of a trial's model, which is the stack if there is one.
        batch_size: Rows per step, at most.
        run: The epoch.
        data: The training part and the validation part, (x, y) each, as tensors.
    """

    name: str
    model: Any
    take: Take
    batch_size: int
    run: "EpochProgram"
    data: tuple[Any, Any]

    def __post_init__(self) -> None:
        self._metrics = list(self.model.get_metrics_result())
        self._untrained = [keras.ops.convert_to_numpy(variable) for variable in self.model.optimizer.variables]
        self._n_rows = int(keras.tree.flatten(self.data[0])[0].shape[0])

    def begin(self, model: Any, stack: DenseStack | None) -> None:
        """Take over a trial's model as it was built, with an optimizer that has not done anything."""
        self.take(model, stack)
        for variable, value in zip(self.model.optimizer.variables, self._untrained, strict=True):
            variable.assign(value)

    def n_steps(self, assignment: Assignment) -> int:
        """Count the gradient steps of an epoch."""
        return -(-self._n_rows // assignment.training.batch_size)

    def run_epoch(self, assignment: Assignment, epoch: int) -> tuple[dict[str, float], dict[str, float]]:
        """Train one epoch and validate.

        Args:
            assignment: The trial, for its seed and batch size.
            epoch: From 1.

        Returns:
            The metrics of training and those of validation, by Keras' names.
        """
        order = np.pad(epoch_order(assignment.seed, epoch, self._n_rows), (0, self.batch_size))
        values = [keras.ops.convert_to_tensor(value) for value in (order, np.int32(assignment.training.batch_size))]
        numbers = keras.ops.convert_to_numpy(self.run(*self.data, *values)).tolist()
        n = len(self._metrics)
        return dict(zip(self._metrics, numbers[:n], strict=True)), dict(zip(self._metrics, numbers[n:], strict=True))
