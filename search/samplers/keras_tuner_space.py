"""Converts the search space to Keras Tuner's hyperparameters, and its values back to Optuna's distributions."""

from collections.abc import Mapping
from typing import Any

from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from ..experiment.parameters import Value
from .axes import Axis


class KerasTunerSpace:
    """Axes as Keras Tuner's hyperparameters.

    Choices, and floats with a step, become indices from 0: Keras Tuner converts true to 1, refuses mixed types and misses
    the last step of 0.1 to 0.3.

    Args:
        axes: The axes.
        hyperparameters: The class ``keras_tuner.HyperParameters``.
        as_choices: Whether every axis, all being finite, becomes a choice of indices, which the grid needs for logarithmic
            ranges. Defaults to False.
    """

    def __init__(self, axes: tuple[Axis, ...], hyperparameters: Any, *, as_choices: bool = False) -> None:
        self._axes = axes
        self._as_choices = as_choices
        self.hyperparameters = hyperparameters()
        for axis in axes:
            self._register(axis)

    def encode(self, params: Mapping[str, Value]) -> Any:
        """Return Keras Tuner's hyperparameters with the values of a trial."""
        written = self.hyperparameters.copy()
        written.values = {axis.name: axis.index(params[axis.name]) if self._is_indexed(axis) else params[axis.name] for axis in self._axes}
        return written

    def decode(self, values: Mapping[str, Any]) -> dict[str, Value]:
        """Return a trial's values by name, of the distributions' types."""
        return {axis.name: self._decode(axis, values[axis.name]) for axis in self._axes}

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
