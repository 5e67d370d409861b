"""Computes the learning rate of each epoch by the schedules of `search.experiment.settings`.

The rate changes between epochs only, so that one compiled program serves a whole training.
"""

import math

from ...experiment.settings import TrainingSettings


def learning_rate_at(settings: TrainingSettings, epoch: int, n_plateaus: int) -> float:
    """Return the learning rate of one epoch.

    Args:
        settings: The training settings.
        epoch: The epoch, from 1.
        n_plateaus: How often the objective did not improve for ``decay_epochs`` epochs; only "plateau" uses it.

    Returns:
        The learning rate. "cosine" is ``(1 + cos(pi (epoch - 1) / epochs)) / 2`` of the first one (SGDR, Loshchilov and
        Hutter 2017, equation 5, without restarts): it reaches 0 after the last epoch, not during it.
    """
    intervals = (epoch - 1) / settings.decay_epochs
    match settings.schedule:
        case "constant":
            factor = 1.0
        case "step":
            factor = settings.decay_rate ** math.floor(intervals)
        case "exponential":
            factor = settings.decay_rate**intervals
        case "cosine":
            factor = (1 + math.cos(math.pi * (epoch - 1) / settings.epochs)) / 2
        case "plateau":
            factor = settings.decay_rate**n_plateaus
    first = settings.learning_rate
    if settings.unfreeze_learning_rate is not None and settings.n_unfreezings(epoch):
        first = settings.unfreeze_learning_rate
    return float(first) * factor
