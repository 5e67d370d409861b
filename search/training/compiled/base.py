"""The interface of compiled epochs, the same for all backends."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

EpochProgram = Callable[..., tuple[Any, list[Any]]]
"""Runs some epochs. Its arguments are

- training, validation: (x, y) each, or (x, y, weights) for training;
- orders: int32, ``(most_epochs, n_train + EpochSizes.batch_size)``, a row an epoch, of which the first ``n_train`` are used;
- learning_rates: ``keras.config.floatx()``, ``(most_epochs,)``;
- n_epochs: int32, how many to run, 1 to ``most_epochs``;
- batch_size: int32, of a padded model.

It returns the metrics, ``(most_epochs, n_metrics)``, and ``model.weights`` after each epoch, ``(most_epochs, *shape)``. If
``most_epochs`` is 1, it returns no weights: they are the model's."""


@dataclass(frozen=True)
class EpochSizes:
    """The sizes that a program of epochs is compiled for.

    Attributes:
        batch_size: Rows per gradient step; of a padded model, those whose gradients are computed at once.
        evaluation_batch_size: Rows per validation step.
        most_epochs: Epochs per call, at most. Defaults to 1.
    """

    batch_size: int
    evaluation_batch_size: int
    most_epochs: int = 1
