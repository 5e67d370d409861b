"""Learning rates of an optimizer that has a schedule of Keras, which counts steps: they follow from it, and nothing sets them."""

from typing import Any

from ..keras_objects import schedule_of


def is_scheduled(optimizer: Any) -> bool:
    """Return whether an optimizer's learning rate is a schedule of Keras."""
    return schedule_of(optimizer) is not None


def set_rate(optimizer: Any, rate: Any) -> None:
    """Set an optimizer's learning rate, a number or a tensor, unless it has a schedule."""
    if not is_scheduled(optimizer):
        optimizer.learning_rate.assign(rate)
