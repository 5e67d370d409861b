"""Trains whatever has scikit-learn's interface by its own `fit`, once: one epoch, as the study sees it."""

from typing import Any

import numpy as np

from ..data.arrays import TrainingArrays
from ..errors import TrialError
from ..estimators import as_matrix
from ..experiment.file import Experiment
from .loop.progress import Progress
from .metrics import make_heads
from .sklearn_metrics import measure

NAME = "scikit-learn"
"""Of this trainer, in a trial's result."""


def check(estimator: Any, experiment: Experiment) -> None:
    """Check that the experiment asks for nothing that an estimator's own `fit` has not; nothing is trained.

    Args:
        estimator: What the builder returned.
        experiment: The experiment.

    Raises:
        TrialError: If a training setting is searched, or there are callbacks. Settings that are fixed have no effect.
    """
    name, searched = type(estimator).__name__, ", ".join(experiment.space.searched_training)
    instead = "search an argument of the model under [space.model] instead"
    if searched:
        raise TrialError(f"[space.training] searches {searched}, but {experiment.model} returned a {name}, which trains by its own fit; {instead}")
    if experiment.callbacks:
        raise TrialError(f"[[callbacks]] are called by Keras, but {experiment.model} returned a {name}, which trains by its own fit; remove them")


def train(estimator: Any, arrays: TrainingArrays, experiment: Experiment, progress: Progress) -> None:
    """Fit an estimator and report its metrics on both parts.

    Args:
        estimator: It is fitted in place; a classifier learns class numbers from 0.
        arrays: The data, with one input and one target.
        experiment: The experiment, for its metrics.
        progress: Told once.

    Raises:
        TrialError: If there are several targets, or a metric is not to be had.
        DataError: If there are several inputs.
    """
    task, y_train, y_validation = arrays.task, arrays.y_train, arrays.y_validation
    if not isinstance(task, str) or isinstance(y_train, dict) or isinstance(y_validation, dict):
        raise TrialError(f"{type(estimator).__name__} predicts one target, but the experiment has {', '.join(task)}; keep one in [outputs]")
    estimator.fit(as_matrix(arrays.x_train), y_train.ravel().astype(np.float64 if task == "regression" else np.int64))
    names = make_heads(experiment, task)[""].metrics
    metrics = measure(estimator, arrays.x_train, y_train, task, names)
    validation = measure(estimator, arrays.x_validation, y_validation, task, names)
    progress.end_epoch(metrics | {f"val_{name}": value for name, value in validation.items()}, copy_weights=list)
