"""Chooses the trainer of a trial: the fastest correct one, unless the experiment names another."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras

from ..errors import ExperimentError
from ..estimators import is_estimator
from ..experiment.file import Experiment
from .base import Trainer
from .compiled_fit import CompiledTrainer
from .keras_fit import KerasTrainer
from .loop.callbacks import needs_batches
from .own_fit import OwnFitTrainer
from .sklearn_fit import SklearnTrainer

COMPILED_BACKENDS = ("tensorflow", "jax")
"""Keras' backends that the compiled trainer supports."""

SKLEARN, OWN_FIT = "scikit-learn", "fit of the hypermodel"
TRAINERS: Mapping[str, Trainer] = {
    "keras": KerasTrainer(),
    "eager": KerasTrainer(is_eager=True),
    "compiled": CompiledTrainer(),
    SKLEARN: SklearnTrainer(),
    OWN_FIT: OwnFitTrainer(),
}
"""The trainers by the names that results have; the compiled trainer records a more exact name."""


def choose_trainer(experiment: Experiment, callbacks: Sequence[Any] = ()) -> str:
    """Return the name of the trainer of Keras models: the experiment's, or the fastest that supports the backend and the callbacks.

    Args:
        experiment: The experiment.
        callbacks: The trial's callbacks. Defaults to none.

    Returns:
        ``keras``, ``eager`` or ``compiled``; or ``fit of the hypermodel``, if that trains its models itself.

    Raises:
        ExperimentError: If the experiment requires the compiled trainer, but the backend is neither TensorFlow nor JAX, or
            a callback needs every batch.
    """
    if experiment.space.own_fit is not None:
        return OWN_FIT
    backend = keras.config.backend()
    slow = next((type(callback).__name__ for callback in callbacks if needs_batches(callback)), None)
    if experiment.executor.trainer == "compiled" and backend not in COMPILED_BACKENDS:
        raise ExperimentError(
            f'executor.trainer = "compiled" needs the backend {" or ".join(COMPILED_BACKENDS)}, but Keras runs on {backend}; use "auto" or "keras"'
        )
    if experiment.executor.trainer == "compiled" and slow:
        raise ExperimentError(f'executor.trainer = "compiled" trains whole epochs, but {slow} is called at every batch; use "auto" or "keras"')
    if experiment.executor.trainer == "auto":
        return "compiled" if backend in COMPILED_BACKENDS and not slow else "keras"
    return experiment.executor.trainer


def name_for(model: Any, chosen: str) -> str:
    """Return the name of a built model's trainer: estimators have their own.

    Args:
        model: A Keras model, or an estimator with scikit-learn's interface.
        chosen: The trainer of Keras models, from `choose_trainer`.
    """
    return SKLEARN if is_estimator(model) else chosen
