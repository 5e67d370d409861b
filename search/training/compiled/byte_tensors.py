"""Rows of bytes on the device: a batch of them is cast to float32 and scaled inside the program, after its rows are gathered."""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from ...data.arrays import Inputs
from ...data.byte_rows import ByteRows

_OnRows = Callable[[Any], Any]


class ByteTensors(NamedTuple):
    """Rows of bytes with their scaling, all tensors and arguments of programs: folds share programs, and are scaled differently.

    Attributes:
        values: uint8, ``(n_rows, *shape)``; first, so that it is the first of all tensors of the data, which has their rows.
        mean: float32, one number for each position of the last axis, or one for all.
        deviation: As many.
    """

    values: Any
    mean: Any
    deviation: Any


def to_tensors(tree: Inputs, to_tensor: _OnRows) -> Any:
    """Return features or targets as tensors.

    Args:
        tree: Arrays, or rows of bytes.
        to_tensor: Returns an array as a tensor.
    """
    if isinstance(tree, ByteRows):
        mean, deviation = (np.asarray(numbers, np.float32) for numbers in (tree.scaling.mean, tree.scaling.deviation))
        return ByteTensors(to_tensor(tree.values), to_tensor(mean), to_tensor(deviation))
    return keras.tree.map_structure(to_tensor, tree)


def map_rows(function: _OnRows, data: Any) -> tuple[Any, ...]:
    """Apply a function to every tensor of rows, and not to a scaling.

    Args:
        function: Returns some rows of a tensor.
        data: (x, y) or (x, y, weights), where x may be `ByteTensors`.
    """
    x, *others = data
    x = x._replace(values=function(x.values)) if isinstance(x, ByteTensors) else keras.tree.map_structure(function, x)
    return (x, *keras.tree.map_structure(function, others))


def read_batch(gather: _OnRows, data: Any) -> tuple[Any, ...]:
    """Return a batch as models take it: bytes become float32, scaled as `ArrayScaling.apply` does, to the last bit.

    Args:
        gather: Returns the batch's rows of a tensor.
        data: As for `map_rows`.
    """
    x, *others = map_rows(gather, data)
    return (((ops.cast(x.values, "float32") - x.mean) / x.deviation) if isinstance(x, ByteTensors) else x, *others)
