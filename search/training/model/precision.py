"""The numbers that one trial computes with: Keras' dtype policy, set for the trial and reset after it."""

import contextlib
from collections.abc import Iterator

import keras

from ...experiment.settings import Precision


@contextlib.contextmanager
def computing_in(precision: Precision) -> Iterator[None]:
    """Build layers with a dtype policy inside the ``with`` block; afterwards the earlier one holds again.

    A layer remembers the policy it was built with, so that a kept model computes as it was trained.

    Args:
        precision: Name of the policy.
    """
    earlier = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(earlier)
