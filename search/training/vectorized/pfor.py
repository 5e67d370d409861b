"""Teaches ``tf.vectorized_map`` the operations of Keras' accuracies, for which it would loop over the slots.

It is written with names that TensorFlow does not make public; a release that knows these operations keeps its own way.
"""

from collections.abc import Callable
from typing import Any

import tensorflow as tf
from tensorflow.python.ops.parallel_for import pfor


def register() -> None:
    """Register them, once for the process."""
    for name, convert in _CONVERTERS.items():
        if name not in pfor._pfor_converter_registry:
            pfor.RegisterPFor(name)(convert)


def _bitcast(given: Any) -> Any:
    return pfor.wrap(tf.bitcast(given.stacked_input(0), given.get_attr("type")), True)


def _in_top_k(given: Any) -> Any:
    given.stack_inputs([0, 1])
    predictions, targets = given.stacked_input(0), given.stacked_input(1)
    flat = tf.reshape(targets, [-1]), tf.reshape(predictions, [-1, predictions.shape[-1]])
    is_in = tf.raw_ops.InTopKV2(predictions=flat[1], targets=flat[0], k=given.unstacked_input(2))
    return pfor.wrap(tf.reshape(is_in, tf.shape(targets)), True)


_CONVERTERS: dict[str, Callable[[Any], Any]] = {"Bitcast": _bitcast, "InTopKV2": _in_top_k}
