"""Reads and writes the state of a training as arrays in the shapes of the trial's own model, whichever model computes it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from ...data.arrays import Array, Weights

Window = tuple[slice, ...]
Part = tuple[Any, Window]
"""A variable, and the part of it that is the trial's; all of it where the window is empty."""


def parts_of(model: Any) -> list[Part]:
    """List what an epoch changes of a compiled model: weights, random states, the optimizer's variables; metrics begin anew."""
    others = {id(variable): variable for variable in model.variables}
    for variable in [*model.weights, *model.optimizer.variables, *model.metrics_variables]:
        others.pop(id(variable), None)
    return [(variable, ()) for variable in [*model.weights, *others.values(), *model.optimizer.variables]]


def padded_parts(held: Iterable[tuple[Any, Sequence[int]]], model: Any) -> list[Part]:
    """List the same for a network that a larger one holds, as `parts_of` does for that network's own model.

    Args:
        held: The larger network's variables that the other one has, in its order, each with the shape that it has there.
        model: The larger network, compiled, whose variables have names of their own.
    """
    weights = [(variable, tuple(slice(n) for n in shape)) for variable, shape in held]
    windows = {id(variable): window for variable, window in weights}
    references = {f"{variable.path.replace('/', '_')}_": windows.get(id(variable)) for variable in model.trainable_variables}
    optimizer = []
    for variable in model.optimizer.variables:
        # Keras names what an optimizer keeps of a weight after the weight.
        name = next((name for name in references if variable.name.startswith(name)), None)
        window = references[name] if name else ()
        if window is not None:
            optimizer.append((variable, window))
    return [*weights, *optimizer]


def read(parts: Iterable[Part]) -> list[Array]:
    """Return the values of variables' parts."""
    return [np.array(keras.ops.convert_to_numpy(variable)[window]) for variable, window in parts]


def write(parts: Iterable[Part], arrays: Iterable[Array]) -> None:
    """Give variables' parts other values; the rest of each variable stays what it is."""
    for (variable, window), array in zip(parts, arrays, strict=True):
        variable.assign(patched(keras.ops.convert_to_numpy(variable), window, array))


def patched(value: Any, window: Window, array: Array) -> Array:
    """Return a value with a part of it replaced."""
    whole: Array = value.copy()
    whole[window] = array
    return whole


@dataclass(frozen=True)
class ModelState:
    """The state of a compiled model that is itself trained.

    Attributes:
        model: The model.
    """

    model: Any

    def get_weights(self) -> Weights:
        """Return the model's weights."""
        return list(self.model.get_weights())

    def get_state(self) -> list[Array]:
        """Return the model's state; see `checkpoints.Trainer`."""
        return read(parts_of(self.model))

    def set_state(self, arrays: list[Array]) -> None:
        """Take such a state."""
        write(parts_of(self.model), arrays)
