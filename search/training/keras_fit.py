"""Trains by Keras' own `fit`, on any backend: the reference for every other trainer."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from ..data.arrays import Array, Tree
from .base import TrialRun
from .batching import evaluation_batch_size, n_rows, rows, trial_order
from .loop.epoch_callbacks import progress_callbacks
from .model.preparation import make_ready
from .model.state import ModelState
from .model_trainer import KerasModelTrainer


@dataclass(frozen=True)
class KerasTrainer(KerasModelTrainer):
    """Trains by `keras.Model.fit`.

    Args:
        is_eager: Whether steps are run as they are written, and not compiled. Defaults to False.
    """

    is_eager: bool = False

    def _fit(self, model: Any, run: TrialRun) -> None:
        parts = make_ready(model, run.context, run.assignment.training)
        model.run_eagerly = self.is_eager
        n_train, assignment = run.context.n_train, run.assignment
        batches = _Batches(parts.training, assignment.training.batch_rows(n_train))
        validation = _Batches(parts.split.validation, evaluation_batch_size(parts.x_validation))
        progress, state = run.progress, ModelState(model)
        if not run.begin(state):
            return

        def shuffle(epoch: int, _: object = None) -> None:
            # Not PyDataset.on_epoch_end, which `fit` calls once more than there are epochs, before the first.
            batches.order = trial_order(assignment, epoch + 1, n_train)

        def between_epochs(epoch: int, logs: object) -> None:
            (progress.end if model.stop_training else progress.between_epochs)(state)

        first = keras.callbacks.LambdaCallback(on_epoch_begin=shuffle)
        last = keras.callbacks.LambdaCallback(on_epoch_end=between_epochs)
        model.fit(
            batches,
            epochs=assignment.training.epochs,
            initial_epoch=len(progress.history),
            shuffle=False,
            validation_data=validation,
            callbacks=[first, *progress_callbacks(progress, run.callbacks, state), last],
            verbose=0,
        )
        model.run_eagerly = False


class _Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """A part of the data in batches.

    Args:
        data: (x, y), or (x, y, weights).
        batch_size: Rows of a batch.

    Attributes:
        order: The order of the rows; at first their own.
    """

    def __init__(self, data: tuple[Any, ...], batch_size: int) -> None:
        super().__init__()
        self._data, self._batch_size = data, batch_size
        self.order: Array = np.arange(n_rows(data[0]))

    def __len__(self) -> int:
        return -(-len(self.order) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[Tree, ...]:
        chosen = self.order[index * self._batch_size : (index + 1) * self._batch_size]
        return tuple(rows(tree, chosen) for tree in self._data)
