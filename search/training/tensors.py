"""The data as tensors on the device: one copy for all programs whose targets are written in the same way."""

from collections.abc import Hashable
from typing import Any

import keras

from ..arrays import Tree
from .ready import Parts


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
            self._tensors[key] = keras.tree.map_structure(keras.ops.convert_to_tensor, tree)
        return self._tensors[key]
