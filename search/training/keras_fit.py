"""Trains by Keras' own `fit`, on any backend: the reference that every other trainer must equal."""

from typing import Any

import keras

from ..arrays import Array, Tree
from ..trial import Assignment
from .order import epoch_order
from .progress import Progress
from .sizes import evaluation_batch_size, n_rows, rows


def train(model: Any, data: tuple[Tree, Tree, Tree, Tree], assignment: Assignment, progress: Progress) -> None:
    """Train a compiled model in place until ``progress`` says that it is enough.

    Args:
        model: A compiled Keras model.
        data: x_train, y_train, x_validation and y_validation, as in `TrainingArrays`.
        assignment: The trial, for its seed and settings.
        progress: Told after each epoch.
    """
    x_train, y_train, x_validation, y_validation = data
    batches = _Batches(x_train, y_train, assignment)
    model.fit(
        batches,
        epochs=assignment.training.epochs,
        shuffle=False,
        validation_data=(x_validation, y_validation),
        validation_batch_size=evaluation_batch_size(x_validation),
        callbacks=[_ProgressCallback(batches, progress)],
        verbose=0,
    )


class _Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """The training part in batches, in the order of the epoch."""

    def __init__(self, x: Tree, y: Tree, assignment: Assignment) -> None:
        super().__init__()
        self._x, self._y = x, y
        self._seed = assignment.seed
        self._batch_size = assignment.training.batch_size
        self.begin_epoch(1)

    def begin_epoch(self, epoch: int) -> None:
        self._order = epoch_order(self._seed, epoch, n_rows(self._x))

    def __len__(self) -> int:
        return -(-len(self._order) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[Tree, Tree]:
        chosen: Array = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        return rows(self._x, chosen), rows(self._y, chosen)


class _ProgressCallback(keras.callbacks.Callback):  # type: ignore[misc]
    def __init__(self, batches: _Batches, progress: Progress) -> None:
        super().__init__()
        self._batches, self._progress = batches, progress

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        # Not PyDataset.on_epoch_end: fit calls that once more than there are epochs, before the first.
        self._batches.begin_epoch(epoch + 1)
        self.model.optimizer.learning_rate = self._progress.learning_rate

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if not self._progress.end_epoch(logs or {}, self.model.get_weights):
            self.model.stop_training = True
