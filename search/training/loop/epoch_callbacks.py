"""What every trainer does around the epochs of one trial, as Keras callbacks before and after the user's own.

Trainers differ in how they compute an epoch. The learning rate, the record of the epoch, the decision to go on and the
callbacks' order are the same here for all of them.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from ...data.arrays import Weights
from .progress import Progress


def progress_callbacks(progress: Progress, callbacks: Sequence[Any]) -> list[Any]:
    """Return the callbacks of one training: ours that opens each epoch, the user's in order, ours that closes it.

    A learning rate that a callback sets stays until the schedule has another one. What a callback writes into its logs is
    recorded with the epoch's metrics. Which epoch's weights the model keeps is the trial's to decide and no callback's:
    the value is that epoch's.

    Args:
        progress: Told after each epoch; where it says that it is enough, ``model.stop_training`` is set.
        callbacks: The user's.

    Returns:
        What `keras.Model.fit` and `keras.callbacks.CallbackList` take.
    """
    opening = _Opening(progress, has_others=bool(callbacks))
    return [opening, *callbacks, _Closing(progress, opening)]


class _Opening(keras.callbacks.Callback):  # type: ignore[misc]
    """Sets the learning rate before the user's callbacks see it, and saves the weights from their last changes."""

    def __init__(self, progress: Progress, *, has_others: bool) -> None:
        super().__init__()
        self.has_others = has_others
        self.final_weights: Weights | None = None
        self._progress = progress
        self._scheduled: float | None = None

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if self._scheduled != self._progress.learning_rate:
            self._scheduled = self.model.optimizer.learning_rate = self._progress.learning_rate

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        # Keras' EarlyStopping puts back weights here, of the epoch that is best for it.
        if self.has_others and self._progress.weights_to_restore is None:
            self.final_weights = self.model.get_weights()


class _Closing(keras.callbacks.Callback):  # type: ignore[misc]
    """Records the epoch after the user's callbacks have seen it."""

    def __init__(self, progress: Progress, opening: _Opening) -> None:
        super().__init__()
        self._progress, self._opening = progress, opening
        self._changed: dict[str, float] = {}

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        if self._opening.has_others:
            rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
            is_scheduled = rate == float(np.float32(self._progress.learning_rate))
            self._changed = {} if is_scheduled else {"learning_rate": rate}

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        numbers = {name: float(value) for name, value in (logs or {}).items() if isinstance(value, int | float | np.number)}
        numbers.pop("learning_rate", None)  # some of Keras' callbacks note it, after float32
        if not self._progress.end_epoch(numbers | self._changed, self.model.get_weights):
            self.model.stop_training = True

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        if self._opening.final_weights is not None:
            self.model.set_weights(self._opening.final_weights)
