"""Trains by Keras' own `fit`, on any backend: the reference that every other trainer must equal."""

from collections.abc import Sequence
from typing import Any

import keras

from ..data.arrays import Array, Tree
from ..trial import Assignment
from .batching import evaluation_batch_size, n_rows, rows
from .loop.epoch_callbacks import progress_callbacks
from .loop.progress import Progress
from .model.state import ModelState
from .row_order import epoch_order


def train(model: Any, data: tuple[Tree, Tree, Tree, Tree], assignment: Assignment, progress: Progress, callbacks: Sequence[Any] = ()) -> None:
    """Train a compiled model in place until ``progress`` or a callback says that it is enough.

    Args:
        model: A compiled Keras model.
        data: x_train, y_train, x_validation and y_validation, as in `TrainingArrays`.
        assignment: The trial, for its seed and settings.
        progress: Told after each epoch. Where a killed attempt has left a checkpoint, training goes on from there.
        callbacks: The user's. Defaults to none.
    """
    x_train, y_train, x_validation, y_validation = data
    batches = _Batches(x_train, y_train, assignment)
    state = ModelState(model)
    progress.resume(state)

    def pause(epoch: int, logs: object) -> None:
        if not model.stop_training:
            progress.between_epochs(state)

    opening = keras.callbacks.LambdaCallback(on_epoch_begin=batches.begin_epoch)
    closing = keras.callbacks.LambdaCallback(on_epoch_end=pause)
    model.fit(
        batches,
        epochs=assignment.training.epochs,
        initial_epoch=len(progress.history),
        shuffle=False,
        validation_data=(x_validation, y_validation),
        validation_batch_size=evaluation_batch_size(x_validation),
        callbacks=[opening, *progress_callbacks(progress, callbacks), closing],
        verbose=0,
    )


class _Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """The training part in batches, in the order of the epoch."""

    def __init__(self, x: Tree, y: Tree, assignment: Assignment) -> None:
        super().__init__()
        self._x, self._y = x, y
        self._seed = assignment.seed
        self._batch_size = assignment.training.batch_size
        self.begin_epoch(0)

    def begin_epoch(self, epoch: int, logs: object = None) -> None:
        """Take the order of an epoch, from 0.

        Not PyDataset.on_epoch_end: fit calls that once more than there are epochs, before the first.
        """
        self._order = epoch_order(self._seed, epoch + 1, n_rows(self._x))

    def __len__(self) -> int:
        return -(-len(self._order) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[Tree, Tree]:
        chosen: Array = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        return rows(self._x, chosen), rows(self._y, chosen)
