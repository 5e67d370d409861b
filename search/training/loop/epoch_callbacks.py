"""Keras callbacks that apply the schedule and record the epochs of one trial, for every trainer.

Trainers differ in how they compute an epoch. The learning rate, the record of the epoch, the decision to continue and the
order of the callbacks are the same for all of them.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from ...data.arrays import Weights
from .checkpoints import Checkpointable
from .progress import Progress
from .rates import is_scheduled


def progress_callbacks(progress: Progress, callbacks: Sequence[Any], trainer: Checkpointable) -> list[Any]:
    """Return the callbacks of one training: the schedule's, then the user's in order, then the recorder's.

    A learning rate that a callback sets stays until the schedule changes it. What a callback writes into its logs is
    recorded with the epoch's metrics. The trial's settings decide which epoch's weights the model keeps, and no callback
    does, so that the trial's value belongs to these weights.

    Args:
        progress: Records each epoch; when it ends the trial, ``model.stop_training`` is set.
        callbacks: The user's callbacks.
        trainer: Gives the weights and the state after an epoch.

    Returns:
        Callbacks for `keras.Model.fit` or `keras.callbacks.CallbackList`.
    """
    schedule = _Schedule(progress, has_user_callbacks=bool(callbacks))
    return [schedule, *callbacks, _Recorder(progress, schedule, trainer)]


class _Schedule(keras.callbacks.Callback):  # type: ignore[misc]
    """Sets the learning rate before the user's callbacks see it, and protects the final weights from callbacks."""

    def __init__(self, progress: Progress, *, has_user_callbacks: bool) -> None:
        super().__init__()
        self.has_user_callbacks = has_user_callbacks
        self.final_weights: Weights | None = None
        self._progress = progress
        self._scheduled: float | None = None

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if self._scheduled != self._progress.learning_rate and not is_scheduled(self.model.optimizer):
            self._scheduled = self.model.optimizer.learning_rate = self._progress.learning_rate

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        # Keras' EarlyStopping restores the weights of its own best epoch here.
        if self.has_user_callbacks and self._progress.weights_to_restore is None:
            self.final_weights = self.model.get_weights()


class _Recorder(keras.callbacks.Callback):  # type: ignore[misc]
    """Records the epoch after the user's callbacks have run."""

    def __init__(self, progress: Progress, schedule: _Schedule, trainer: Checkpointable) -> None:
        super().__init__()
        self._progress, self._schedule, self._trainer = progress, schedule, trainer
        self._changed: dict[str, float] = {}

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if self._schedule.has_user_callbacks:
            rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
            is_scheduled = rate == float(np.asarray(self._progress.learning_rate, self.model.optimizer.learning_rate.dtype))
            self._changed = {} if is_scheduled else {"learning_rate": rate}

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        numbers = {name: float(value) for name, value in (logs or {}).items() if isinstance(value, int | float | np.number)}
        numbers.pop("learning_rate", None)  # some of Keras' callbacks log it, rounded to float32
        copy = self._trainer.get_state if self._progress.keeps_state else self._trainer.get_weights
        if not self._progress.end_epoch(numbers | self._changed, copy):
            self.model.stop_training = True

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        if self._schedule.final_weights is not None:
            self.model.set_weights(self._schedule.final_weights)
