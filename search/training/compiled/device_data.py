"""The data as tensors on the device: one copy for all programs whose targets have the same encoding."""

from collections.abc import Hashable
from typing import Any

import keras
import numpy as np

from ...data.arrays import Array, Inputs
from ..batching import DataSplit
from ..model.preparation import Parts
from .byte_tensors import to_tensors

_ALIGNMENT = 64
"""Alignment of TensorFlow's own memory in bytes."""


class Tensors:
    """The tensors of one data set, which stay on the device as long as this object exists."""

    def __init__(self) -> None:
        self._tensors: dict[Hashable, Any] = {}

    def of(self, parts: Parts) -> DataSplit:
        """Return the data as tensors.

        Args:
            parts: The data, from `make_ready`.
        """
        x_train, y_train, x_validation, y_validation = (self._tensor(part, tree) for part, tree in enumerate(parts[:4]))
        weights = () if parts.weights is None else (_to_tensor(parts.weights),)  # small, and others for other settings
        return DataSplit((x_train, y_train, *weights), (x_validation, y_validation))

    def _tensor(self, part: int, tree: Inputs) -> Any:
        key = part, tuple((array.shape, str(array.dtype)) for array in keras.tree.flatten(tree))
        if key not in self._tensors:
            self._tensors[key] = to_tensors(tree, _to_tensor)
        return self._tensors[key]


def _to_tensor(array: Array) -> Any:
    """Return an array as a tensor, without a copy if TensorFlow can, so that workers share memory-mapped files."""
    if keras.config.backend() == "tensorflow" and array.flags.writeable and array.flags.c_contiguous and array.ctypes.data % _ALIGNMENT == 0:
        import tensorflow as tf

        if not tf.config.list_physical_devices("GPU"):
            return tf.experimental.dlpack.from_dlpack(np.asarray(array).__dlpack__())
    return keras.ops.convert_to_tensor(array)
