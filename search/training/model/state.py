"""Reads and writes the state of a training as arrays in the shapes of the trial's own model, whichever model computes it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import keras
import numpy as np

from ...data.arrays import Array, Weights
from ..keras_objects import inner_of

Window = tuple[slice, ...]


class Part(NamedTuple):
    """A variable, and the window of it that belongs to the trial's model; an empty window is the whole variable."""

    variable: Any
    window: Window = ()


def parts_of(model: Any) -> list[Part]:
    """Return what an epoch changes of a compiled model: weights, random states, optimizer variables; metrics are reset anyway."""
    others = {id(variable): variable for variable in model.variables}
    for variable in [*model.weights, *model.optimizer.variables, *model.metrics_variables]:
        others.pop(id(variable), None)
    return [Part(variable) for variable in [*model.weights, *others.values(), *model.optimizer.variables]]


def with_optimizer_parts(weights: list[Part], model: Any) -> list[Part]:
    """Add the optimizer's variables of a network that is computed by a larger, padded one.

    Args:
        weights: The variables of the padded network that belong to the smaller one, in the order of the smaller one's weights.
        model: The padded network, compiled, whose variables have distinct names.

    Returns:
        The same order as `parts_of` returns for the smaller network's own model.
    """
    windows = {id(part.variable): part.window for part in weights}
    references = {f"{variable.path.replace('/', '_')}_": windows.get(id(variable)) for variable in model.trainable_variables}
    optimizer = []
    for variable in model.optimizer.variables:
        # Keras names an optimizer's variable after the weight that it belongs to.
        name = next((name for name in references if variable.name.startswith(name)), None)
        window = references[name] if name else ()
        if window is not None:
            optimizer.append(Part(variable, window))
    return [*weights, *optimizer]


def untrained(optimizer: Any, values: Sequence[Any], weights: Iterable[Any]) -> list[Any]:
    """Return the values of an optimizer's variables before the first step of a trial.

    Args:
        optimizer: The optimizer, built.
        values: The values that it was built with, for another trial.
        weights: The trial's trainable weights, from which schedulefreeadamw starts its averages; other optimizers start with zeros.
    """
    inner = inner_of(optimizer)
    if not isinstance(inner, keras.optimizers.ScheduleFreeAdamW):
        return list(values)
    averages = {id(average): weight for average, weight in zip(inner._momentums, weights, strict=True)}
    return [averages.get(id(variable), value) for variable, value in zip(optimizer.variables, values, strict=True)]


def read(parts: Iterable[Part]) -> list[Array]:
    """Return copies of the values of variables' windows."""
    return [np.array(keras.ops.convert_to_numpy(part.variable)[part.window]) for part in parts]


def write(parts: Iterable[Part], arrays: Iterable[Array]) -> None:
    """Assign values to variables' windows; the rest of each variable stays."""
    for (variable, window), array in zip(parts, arrays, strict=True):
        variable.assign(patched(keras.ops.convert_to_numpy(variable), window, array))


def patched(value: Any, window: Window, array: Array) -> Array:
    """Return a copy of a value with one window replaced."""
    whole: Array = value.copy()
    whole[window] = array
    return whole


@dataclass(frozen=True)
class ModelState:
    """The state of a compiled model that is trained itself; see `search.training.loop.checkpoints.Checkpointable`.

    Attributes:
        model: The model.
    """

    model: Any

    def get_weights(self) -> Weights:
        """Return the model's weights."""
        return list(self.model.get_weights())

    def get_state(self) -> list[Array]:
        """Return the model's state."""
        return read(parts_of(self.model))

    def set_state(self, arrays: list[Array]) -> None:
        """Restore a state."""
        write(parts_of(self.model), arrays)
