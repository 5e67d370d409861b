"""What is drawn of a model's function: its predictions over one or two features, and its activation functions; kept in small files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from . import fact_arrays
from .arrays import Array, Task

FUNCTION, ACTIVATIONS = "function.npz", "activations.npz"
"""The files' names."""


@dataclass(frozen=True, kw_only=True)
class FittedFunction:
    """A model's predictions on a grid of its one or two features, and some rows of the data.

    Attributes:
        column: Name of the target.
        task: Task of the target.
        classes: The classes as text; empty for regression.
        features: Names of the features.
        axes: Values of each feature on the grid, ascending.
        values: Predictions on the grid, ``(n,)`` or ``(n_second, n_first)``: values, probabilities of the positive class, or class numbers.
        has_probabilities: Whether the values are probabilities.
        points: Features of some rows, ``(n_rows, n_features)``.
        truth: Their targets: values, or class numbers, ``(n_rows,)``.
        is_test: Whether a row is of the test part, else of the training part, ``(n_rows,)``.
    """

    column: str
    task: Task
    classes: tuple[str, ...]
    features: tuple[str, ...]
    axes: tuple[Array, ...]
    values: Array
    has_probabilities: bool
    points: Array
    truth: Array
    is_test: Array

    def save(self, path: Path) -> None:
        """Write it into an ``.npz`` file."""
        facts = {name: getattr(self, name) for name in ("column", "task", "classes", "features", "has_probabilities")}
        arrays = {name: getattr(self, name) for name in ("values", "points", "truth", "is_test")}
        fact_arrays.save(path, facts, arrays | {f"axis{number}": axis for number, axis in enumerate(self.axes)})

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        facts, arrays = fact_arrays.load(path)
        facts |= {name: tuple(facts[name]) for name in ("classes", "features")}
        axes = tuple(arrays.pop(f"axis{number}") for number in range(len(facts["features"])))
        return cls(**facts, axes=axes, **arrays)


def save_activations(path: Path, x: Array, values: Mapping[str, Array]) -> None:
    """Write activation functions.

    Args:
        path: An ``.npz`` file.
        x: Where they were computed, ascending, ``(n,)``.
        values: Their values there, by name, ``(n,)`` each.
    """
    fact_arrays.save(path, {"names": list(values)}, {"x": x, "values": np.array(list(values.values()))})


def load_activations(path: Path) -> tuple[Array, dict[str, Array]]:
    """Return what `save_activations` wrote."""
    facts, arrays = fact_arrays.load(path)
    return arrays["x"], dict(zip(facts["names"], arrays["values"], strict=True))
