"""The search space as axes of indexed values, for grids and Keras Tuner's oracles.

The values of a continuous parameter have no indices; its axis has no length.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from ..experiment.parameters import Searched, Value
from ..experiment.search_space import to_distributions


@dataclass(frozen=True)
class Axis:
    """One parameter.

    Attributes:
        name: The parameter's name.
        distribution: The parameter's distribution.
    """

    name: str
    distribution: BaseDistribution

    @property
    def n_values(self) -> int | None:
        """Number of values; None if the parameter is continuous."""
        match self.distribution:
            case CategoricalDistribution(choices=choices):
                return len(choices)
            case IntDistribution(low=low, high=high, step=step):
                return (high - low) // step + 1
            case FloatDistribution(low=low, high=high, step=float(step)):
                return round((high - low) / step) + 1
        return 1 if self.distribution.single() else None

    def value(self, index: int) -> Value:
        """Return the value at an index, 0 to ``n_values`` - 1."""
        match self.distribution:
            case CategoricalDistribution(choices=choices):
                return choices[index]
            case IntDistribution(low=low, step=step):
                return low + index * step
            case FloatDistribution(low=low, high=high, step=float(step)):
                return min(low + index * step, high)  # 3 * 0.1 is above 0.3
            case FloatDistribution(low=low):
                return low
        raise TypeError(f"{type(self.distribution).__name__} has no indexed values.")

    def index(self, value: Value) -> int:
        """Return the index of a value, the inverse of ``value``."""
        match self.distribution, value:
            case CategoricalDistribution() as distribution, _:
                return int(distribution.to_internal_repr(value))
            case ((IntDistribution(low=low, step=step) | FloatDistribution(low=low, step=float(step))), int() | float()):
                return round((value - low) / step)
        return 0


def to_axes(parameters: Mapping[str, Searched]) -> tuple[Axis, ...]:
    """Return the axes of searched parameters, in their order."""
    return tuple(Axis(name, distribution) for name, distribution in to_distributions(parameters).items())


def axes_size(axes: tuple[Axis, ...]) -> int | None:
    """Return the number of combinations along all axes; None if one is continuous."""
    lengths = [axis.n_values for axis in axes]
    finite = [length for length in lengths if length is not None]
    return math.prod(finite) if len(finite) == len(lengths) else None
