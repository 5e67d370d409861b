"""Sets the dtype policy of one trial, and resets it afterwards."""

import contextlib
from collections.abc import Iterator

import keras

from ...experiment.settings import Precision


@contextlib.contextmanager
def floats_of(precision: Precision) -> Iterator[None]:
    """Let Keras create optimizers, losses and metrics of 64 bits inside the ``with`` block, if the dtype policy has them.

    Args:
        precision: Name of the policy; with another than float64, nothing changes.
    """
    earlier = keras.config.floatx()
    keras.config.set_floatx("float64" if precision == "float64" else earlier)
    try:
        yield
    finally:
        keras.config.set_floatx(earlier)


@contextlib.contextmanager
def computing_in(precision: Precision) -> Iterator[None]:
    """Use a dtype policy inside the ``with`` block, and restore the earlier policy afterwards.

    A layer keeps the policy it was built with, so that a saved model computes as it was trained.

    Args:
        precision: Name of the policy.
    """
    earlier = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(earlier)
