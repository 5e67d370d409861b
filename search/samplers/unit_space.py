"""The search space as a unit cube: one coordinate, 0 to 1, for each parameter, on which equal steps are equally likely values."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from optuna.distributions import CategoricalDistribution

from ..experiment.parameters import Value
from ..experiment.search_space import SearchSpace
from .axes import Axis, to_axes

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Coordinate:
    """One parameter's coordinate.

    Attributes:
        axis: The parameter.
        low: The number, or its logarithm, at 0.
        high: That at 1.
        is_log: Whether equal steps are equal factors.
        first: Number of the first of finitely many values; None if the parameter is continuous.
    """

    axis: Axis
    low: float
    high: float
    is_log: bool
    first: int | None

    @classmethod
    def of(cls, axis: Axis) -> "_Coordinate":
        distribution: Any = axis.distribution
        is_log = axis.n_values != 1 and bool(getattr(distribution, "log", False))
        if axis.n_values is None:
            first, low, high = None, distribution.low, distribution.high
        else:  # each value has a step of its own, the first and the last too
            first = distribution.low if is_log else 0
            low, high = first - 0.5, first + axis.n_values - 0.5
        return cls(axis, math.log(low) if is_log else low, math.log(high) if is_log else high, is_log, first)

    def place(self, values: Sequence[Value]) -> Floats:
        """Return the coordinates of values."""
        return self._places(np.array(values if self.first is None else [self.axis.index(value) + self.first for value in values], float))

    def snap(self, places: Floats) -> Floats:
        """Move coordinates to those of the nearest values."""
        return places if self.first is None else self._places(self._numbers(places))

    def value(self, place: float) -> Value:
        """Return the value at a coordinate."""
        (number,) = self._numbers(np.array([place])).tolist()
        if self.first is not None:
            return self.axis.value(round(number) - self.first)
        distribution: Any = self.axis.distribution
        return float(min(max(number, distribution.low), distribution.high))

    def _places(self, numbers: Floats) -> Floats:
        return ((np.log(numbers) if self.is_log else numbers) - self.low) / (self.high - self.low)

    def _numbers(self, places: Floats) -> Floats:
        numbers = self.low + places * (self.high - self.low)
        numbers = np.exp(numbers) if self.is_log else numbers
        if self.first is None or self.axis.n_values is None:
            return numbers
        return np.clip(np.rint(numbers), self.first, self.first + self.axis.n_values - 1)


class UnitSpace:
    """The cube. A hyperparameter that does not exist in a trial has no coordinate there: NaN.

    Args:
        space: The search space, with one parameter at least.
    """

    def __init__(self, space: SearchSpace) -> None:
        axes = to_axes(space)
        self._coordinates = [_Coordinate.of(axis) for axis in axes]
        self.n_axes = len(axes)
        self.is_choice = np.array([isinstance(axis.distribution, CategoricalDistribution) for axis in axes])
        self.steps = np.array([1 / axis.n_values if axis.n_values else 0.0 for axis in axes])
        """Distance between the values of each parameter; 0 if it is continuous."""
        columns = {axis.name: column for column, axis in enumerate(axes)}
        self._conditions = [
            (columns[name], columns[condition.parent], self._coordinates[columns[condition.parent]].place(condition.values))
            for name in space
            for condition in space.conditions.get(name, ())
        ]

    def place(self, params: Sequence[Mapping[str, Value]]) -> Floats:
        """Return the points of trials, ``(n_trials, n_axes)``."""
        points = np.full((len(params), self.n_axes), np.nan)
        for column, of in enumerate(self._coordinates):
            exists = [row for row, trial in enumerate(params) if of.axis.name in trial]
            points[exists, column] = of.place([params[row][of.axis.name] for row in exists])
        return points

    def snap(self, points: Floats) -> Floats:
        """Move points, ``(n_points, n_axes)``, to those of trials."""
        snapped = np.stack([of.snap(column) for of, column in zip(self._coordinates, points.T, strict=True)], axis=1)
        for column, parent, places in self._conditions:
            is_met = np.isclose(snapped[:, parent, np.newaxis], places, rtol=0, atol=_TOLERANCE).any(axis=1)
            snapped[~is_met, column] = np.nan
        return snapped

    def params(self, point: Floats) -> dict[str, Value]:
        """Return the params at a point, ``(n_axes,)``."""
        return {of.axis.name: of.value(place) for of, place in zip(self._coordinates, point, strict=True) if not np.isnan(place)}

    def features(self, points: Floats) -> Floats:
        """Return points with a coordinate for each choice, since choices have no order; any two are as far apart as the ends of a range.

        What does not exist is in the middle of a range, and as far from every choice.
        """
        columns = [
            _one_hot(column, of.axis.n_values or 1) if is_choice else np.nan_to_num(column, nan=0.5)[:, np.newaxis]
            for of, column, is_choice in zip(self._coordinates, points.T, self.is_choice, strict=True)
        ]
        return np.hstack(columns)


def _one_hot(places: Floats, n_choices: int) -> Floats:
    exists = ~np.isnan(places)
    chosen = np.zeros((len(places), n_choices))
    chosen[exists] = np.eye(n_choices)[(places[exists] * n_choices).astype(int)] / np.sqrt(2)
    return chosen


_TOLERANCE = 1e-9
"""Of coordinates of equal values."""
