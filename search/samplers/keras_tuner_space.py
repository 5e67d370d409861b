"""Converts the search space to Keras Tuner's hyperparameters, and its values back to Optuna's distributions."""

from collections.abc import Mapping
from typing import Any

from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from ..experiment.parameters import Value
from ..experiment.search_space import Condition, SearchSpace
from .axes import Axis, to_axes
from .keras_tuner_package import KerasTuner


class KerasTunerSpace:
    """A search space as Keras Tuner's hyperparameters; what exists in some trials only has conditions, as in its conditional scopes.

    Choices, and floats with a step, become indices from 0: Keras Tuner converts true to 1, refuses mixed types and misses
    the last step of 0.1 to 0.3.

    Args:
        space: The space.
        package: Keras Tuner.
        as_choices: Whether every axis, all being finite, becomes a choice of indices, which the grid needs for logarithmic
            ranges. Defaults to False.
    """

    def __init__(self, space: SearchSpace, package: KerasTuner, *, as_choices: bool = False) -> None:
        self._space, self._axes = space, to_axes(space)
        self._as_choices = as_choices
        self.hyperparameters = package.HyperParameters()
        by_name = {axis.name: axis for axis in self._axes}
        for axis in self._axes:
            # A scope of Keras Tuner has one parent, and that of its parent; here there may be several.
            self.hyperparameters._conditions = [
                package.Parent(condition.parent, self._values(by_name[condition.parent], condition)) for condition in self._conditions(axis.name)
            ]
            self._register(axis)
        self.hyperparameters._conditions = []

    def _conditions(self, name: str) -> list[Condition]:
        """Return the conditions of a parameter, behind those of the parameters that they are about."""
        found: dict[Condition, None] = {}
        for condition in self._space.conditions.get(name, ()):
            found |= dict.fromkeys([*self._conditions(condition.parent), condition])
        return list(found)

    def _values(self, parent: Axis, condition: Condition) -> list[Any]:
        return [parent.index(value) if self._is_indexed(parent) else value for value in condition.values]

    def encode(self, params: Mapping[str, Value]) -> Any:
        """Return Keras Tuner's hyperparameters with the values of a trial."""
        written = self.hyperparameters.copy()
        exists = [axis for axis in self._axes if axis.name in params]
        first = dict.fromkeys((axis.name for axis in self._axes), 0) if self._as_choices else {}  # a grid compares the values of all
        written.values = first | {axis.name: axis.index(params[axis.name]) if self._is_indexed(axis) else params[axis.name] for axis in exists}
        return written

    def decode(self, values: Mapping[str, Any]) -> dict[str, Value]:
        """Return a trial's values by name, of the distributions' types."""
        return self._space.existing({axis.name: self._decode(axis, values[axis.name]) for axis in self._axes if axis.name in values})

    def _is_indexed(self, axis: Axis) -> bool:
        match axis.distribution:
            case CategoricalDistribution() | FloatDistribution(step=float()):
                return True
        return self._as_choices

    def _register(self, axis: Axis) -> None:
        distribution, n_values = axis.distribution, axis.n_values
        if isinstance(distribution, CategoricalDistribution) or self._as_choices:
            self.hyperparameters.Choice(axis.name, list(range(n_values or 1)))
        elif isinstance(distribution, FloatDistribution) and distribution.step is None:
            self.hyperparameters.Float(axis.name, distribution.low, distribution.high, sampling="log" if distribution.log else "linear")
        elif isinstance(distribution, FloatDistribution):
            self.hyperparameters.Int(axis.name, 0, (n_values or 1) - 1)
        elif isinstance(distribution, IntDistribution) and distribution.log:
            self.hyperparameters.Int(axis.name, distribution.low, distribution.high, sampling="log")
        elif isinstance(distribution, IntDistribution):
            self.hyperparameters.Int(axis.name, distribution.low, distribution.high, step=distribution.step)

    def _decode(self, axis: Axis, value: Any) -> Value:
        if self._is_indexed(axis):
            return axis.value(int(value))
        # Rounding may exceed the end of a logarithmic range.
        low, high = axis.distribution.low, axis.distribution.high  # type: ignore[attr-defined]
        clipped = min(max(value, low), high)
        return int(clipped) if isinstance(axis.distribution, IntDistribution) else float(clipped)
