"""Reads what objects of Keras keep to themselves."""

from typing import Any

import keras


def configuration_of(made: Any) -> dict[str, Any]:
    """Return what a loss, a metric, an optimizer or a schedule computes with, which its `get_config` alone does not always have."""
    return {**made.get_config(), **getattr(made, "_fn_kwargs", {})}


def inner_of(optimizer: Any) -> Any:
    """Return the optimizer in a `keras.optimizers.LossScaleOptimizer`; any other as it is."""
    return getattr(optimizer, "inner_optimizer", optimizer)


def schedule_of(optimizer: Any) -> Any:
    """Return an optimizer's `keras.optimizers.schedules.LearningRateSchedule`, or None if its learning rate is a number."""
    rate = inner_of(optimizer)._learning_rate
    return rate if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule) else None
