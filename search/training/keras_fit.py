"""Trains by Keras' own `fit`, on any backend: the reference for every other trainer."""

from dataclasses import dataclass
from typing import Any

import keras

from ..data.arrays import Array, Tree
from ..trial import Assignment
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
        batches = _Batches(parts.training, run.assignment)
        progress, state = run.progress, ModelState(model)
        if not run.begin(state):
            return

        def between_epochs(epoch: int, logs: object) -> None:
            (progress.end if model.stop_training else progress.between_epochs)(state)

        first = keras.callbacks.LambdaCallback(on_epoch_begin=batches.shuffle)
        last = keras.callbacks.LambdaCallback(on_epoch_end=between_epochs)
        model.fit(
            batches,
            epochs=run.assignment.training.epochs,
            initial_epoch=len(progress.history),
            shuffle=False,
            validation_data=(parts.x_validation, parts.y_validation),
            validation_batch_size=evaluation_batch_size(parts.x_validation),
            callbacks=[first, *progress_callbacks(progress, run.callbacks, state), last],
            verbose=0,
        )
        model.run_eagerly = False


class _Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """The training part in batches, in the order of the epoch."""

    def __init__(self, training: tuple[Any, ...], assignment: Assignment) -> None:
        super().__init__()
        self._training = training
        self._assignment = assignment
        self._batch_size = assignment.training.batch_rows(n_rows(training[0]))
        self.shuffle(0)

    def shuffle(self, epoch: int, logs: object = None) -> None:
        """Use the order of an epoch, from 0.

        This is not PyDataset.on_epoch_end, which `fit` calls once more than there are epochs, before the first.
        """
        self._order = trial_order(self._assignment, epoch + 1, n_rows(self._training[0]))

    def __len__(self) -> int:
        return -(-len(self._order) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[Tree, ...]:
        chosen: Array = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        return tuple(rows(tree, chosen) for tree in self._training)
