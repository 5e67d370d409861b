"""The data as tensors on the device: one copy for all programs whose targets are written in the same way."""

from collections.abc import Hashable
from typing import Any

import keras
import numpy as np

from ...data.arrays import Array, Tree
from ..model.preparation import Parts

_ALIGNMENT = 64
"""Bytes; where TensorFlow's own memory begins."""


class Tensors:
    """The tensors of one data set; they stay on the device as long as this does."""

    def __init__(self) -> None:
        self._tensors: dict[Hashable, Any] = {}

    def of(self, parts: Parts) -> tuple[Any, Any]:
        """Give the data as tensors.

        Args:
            parts: What `make_ready` returned.

        Returns:
            The training part and the validation part, (x, y) each.
        """
        x_train, y_train, x_validation, y_validation = (self._tensor(part, tree) for part, tree in enumerate(parts))
        return (x_train, y_train), (x_validation, y_validation)

    def _tensor(self, part: int, tree: Tree) -> Any:
        key = part, tuple((array.shape, str(array.dtype)) for array in keras.tree.flatten(tree))
        if key not in self._tensors:
            self._tensors[key] = keras.tree.map_structure(_to_tensor, tree)
        return self._tensors[key]


def _to_tensor(array: Array) -> Any:
    """Give an array as a tensor: in its own memory where TensorFlow can, so that workers share what they map from a file."""
    if keras.config.backend() == "tensorflow" and array.flags.writeable and array.flags.c_contiguous and array.ctypes.data % _ALIGNMENT == 0:
        import tensorflow as tf

        if not tf.config.list_physical_devices("GPU"):
            return tf.experimental.dlpack.from_dlpack(np.asarray(array).__dlpack__())
    return keras.ops.convert_to_tensor(array)
