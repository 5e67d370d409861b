"""A Keras callback that records the epochs of a training that the search does not run itself, and what that training returns."""

import contextlib
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

import keras
import numpy as np

from ...data.arrays import Weights
from ...errors import TrialError
from ...experiment.settings import TrainingSettings
from .progress import Progress

_SAME = 1e-6
"""Largest difference of a returned number from a recorded one that it repeats, as a part of it: more than the rounding of float32."""


class FitRecorder(keras.callbacks.Callback):  # type: ignore[misc]
    """Records epochs; `keras.Model.fit` calls it, or a loop that calls ``on_epoch_end`` of its callbacks.

    If the trial is pruned, it sets ``model.stop_training``, and raises if another epoch is trained all the same.

    Args:
        model: The model that is saved.
        progress: Records the epochs.
        settings: The training settings; their epochs have no effect.
        limit: Number of epochs after which the training is ended; None if it ends itself.
        compared: The metrics by which epochs are compared, such as ``val_accuracy``; the objective's first.

    Attributes:
        best_weights: The weights of the trial's value; None for those that the model has at the end.
    """

    def __init__(self, model: Any, progress: Progress, settings: TrainingSettings, *, limit: int | None, compared: Sequence[str]) -> None:
        super().__init__()
        self.best_weights: Weights | None = None
        self._saved, self._progress, self._limit, self._compared = model, progress, limit, compared
        self._settings = settings.model_copy(update={"epochs": sys.maxsize})
        self._is_over = self._is_of_keras = False
        self._error: Exception | None = None
        progress.use(self._settings)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return the same recorder: a ``fit`` of several trainings gives each a copy of its callbacks."""
        return self

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Note that the model's own optimizer is used."""
        self._is_of_keras = True
        self._end_if_over()

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """End a training that goes on after its end."""
        self._end_if_over()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Record the epoch, and check the trial's time limit."""
        self._end_if_over()
        try:
            self._record(self._numbers(logs or {}))
            self._progress.check_time()
        except Exception as error:
            self._error = error
            raise

    @contextlib.contextmanager
    def recording(self) -> Iterator[None]:
        """End a block that trains where the trial ends, and raise what went wrong in recording, even if the block caught it."""
        try:
            yield
        except _EndedError:
            pass
        except Exception:  # whatever the user's loop raises
            if self._error is None and not self._progress.is_pruned:  # which a loop that is cut short may well do
                raise
        if self._error is not None:
            raise self._error
        if not self._progress.best_epoch:
            raise self._no_value()

    def add(self, returned: Any) -> None:
        """Record what the training returned: a number is the objective's value, a dict has it; a history counts if no epoch was recorded.

        The value of a number or a dict that no epoch has is that of the model as it is at the end.

        Raises:
            TrialError: If it is something else, or has no value.
        """
        if self._progress.is_pruned:
            return
        if isinstance(returned, keras.callbacks.History):
            epochs = [] if self._progress.history else _epochs(returned)
        elif isinstance(returned, Mapping):
            epochs = [{str(name): _number(value, f"fit() returned {name} =") for name, value in returned.items()}]
        else:
            epochs = [] if returned is None else [{self._compared[0]: _number(returned, "fit() returned")}]
        if epochs and not self._repeats(epochs[-1]):
            self._progress.use(self._settings.model_copy(update={"restore_best_weights": False}))
            self.best_weights = None
            for epoch in epochs:
                self._progress.end_logged_epoch(epoch, list)

    def _record(self, numbers: Mapping[str, float]) -> None:
        trained = self.model or self._saved  # one with the same layers may be what is trained; on JAX, asking for it writes the weights back
        goes_on = True
        if all(name in numbers for name in self._compared):
            goes_on = self._progress.end_logged_epoch(numbers, self._copy_weights)
        else:
            self._progress.note_epoch(numbers)
        if not goes_on or len(self._progress.history) == self._limit:
            self._is_over = trained.stop_training = True

    def _numbers(self, logs: Mapping[str, Any]) -> dict[str, float]:
        numbers = {name: float(value) for name, value in logs.items() if np.ndim(value) == 0 and not isinstance(value, str)}
        rate = getattr(getattr(self.model, "optimizer", None), "learning_rate", None) if self._is_of_keras else None
        return numbers if rate is None else {"learning_rate": float(keras.ops.convert_to_numpy(rate)), **numbers}

    def _copy_weights(self) -> Weights:
        self.best_weights = self._saved.get_weights()
        return self.best_weights

    def _end_if_over(self) -> None:
        if self._is_over:
            raise _EndedError("the trial has ended")

    def _repeats(self, epoch: Mapping[str, float]) -> bool:
        """Return whether the epoch of the trial's value has these metrics already."""
        if not self._progress.best_epoch:
            return False
        known = self._progress.history[self._progress.value_epoch - 1]
        return all(math.isclose(value, known.get(name, math.nan), rel_tol=_SAME) for name, value in epoch.items())

    def _no_value(self) -> TrialError:
        logged = ", ".join(sorted({name for epoch in self._progress.history for name in epoch}))
        metric = self._compared[0]
        has = f"its epochs have {logged}" if logged else "no callback was called"
        return TrialError(
            f'fit() gives no "{metric}": {has}; pass the callbacks that it gets on to model.fit, or return the value, a dict with "{metric}", '
            "or the history"
        )


class _EndedError(Exception):
    """Ends a loop that does not look at ``model.stop_training``."""


def _epochs(history: Any) -> list[dict[str, float]]:
    """Return the epochs of a history, with the metrics that all of them have."""
    n_epochs = len(history.epoch)
    curves = {name: values for name, values in history.history.items() if len(values) == n_epochs}
    return [{name: float(values[epoch]) for name, values in curves.items()} for epoch in range(n_epochs)]


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or np.ndim(value) or isinstance(value, str):
        raise TrialError(f"{where} {type(value).__name__}; expected a number, a dict of numbers, or the history")
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TrialError(f"{where} {type(value).__name__}; expected a number, a dict of numbers, or the history") from None
