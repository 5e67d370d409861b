"""The learning rate that a schedule of Keras gives each epoch."""

from collections.abc import Callable

import keras

from ...experiment.objects import ObjectSection
from ...experiment.settings import TrainingSettings
from ..keras_objects import schedule_of
from .compiling import build_optimizer


def scheduled_rate(settings: TrainingSettings, n_steps: int) -> Callable[[int], float] | None:
    """Return the learning rate at the first step of each epoch, from 1, as a function; None if no schedule of Keras decides it.

    Args:
        settings: The trial's training settings.
        n_steps: Steps of an epoch.

    Raises:
        ExperimentError: If an optimizer or a schedule by reference cannot be made.
    """
    if not isinstance(settings.optimizer, ObjectSection) and not settings.is_scheduled:
        return None
    schedule = schedule_of(build_optimizer(settings))
    if schedule is None:
        return None
    return lambda epoch: float(keras.ops.convert_to_numpy(schedule(keras.ops.convert_to_tensor((epoch - 1) * n_steps))))
