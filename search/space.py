"""The search space: what may be written for a hyperparameter, and the same as Optuna distributions.

A plain value is fixed; a table with a ``type`` is searched.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from .trial import Value

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution


class _Parameter(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class IntParameter(_Parameter):
    """A whole number from ``low`` to ``high``, both included.

    Attributes:
        low: The smallest value.
        high: The largest value.
        step: Distance between values. Defaults to 1.
        log: Whether small values are as likely as large ones. Defaults to false.
    """

    type: Literal["int"]
    low: int
    high: int
    step: Annotated[int, Field(ge=1)] = 1
    log: bool = False

    @model_validator(mode="after")
    def _check(self) -> "IntParameter":
        _check_range(self.low, self.high, self.log, self.step != 1)
        return self

    @property
    def extremes(self) -> tuple[int, ...]:
        """The values at the ends of the range."""
        return (self.low, self.high)


class FloatParameter(_Parameter):
    """A real number from ``low`` to ``high``, both included.

    Attributes:
        low: The smallest value.
        high: The largest value.
        step: Distance between values; none means continuous. Defaults to none.
        log: Whether the logarithm is uniform. Defaults to false.
    """

    type: Literal["float"]
    low: float
    high: float
    step: Annotated[float, Field(gt=0)] | None = None
    log: bool = False

    @model_validator(mode="after")
    def _check(self) -> "FloatParameter":
        _check_range(self.low, self.high, self.log, self.step is not None)
        return self

    @property
    def extremes(self) -> tuple[float, ...]:
        """The values at the ends of the range."""
        return (self.low, self.high)


class CategoricalParameter(_Parameter):
    """One of ``choices``.

    Attributes:
        choices: At least one value, none twice: text, numbers, true or false.
    """

    type: Literal["categorical"]
    choices: list[bool | int | float | str]

    @model_validator(mode="after")
    def _check(self) -> "CategoricalParameter":
        if not self.choices:
            raise ValueError("choices is empty; expected at least one value")
        if len({(type(choice), choice) for choice in self.choices}) < len(self.choices):
            raise ValueError(f"choices={self.choices} has a value twice; write each once")
        return self

    @property
    def extremes(self) -> tuple[bool | int | float | str, ...]:
        """All choices."""
        return tuple(self.choices)


Parameter = Annotated[IntParameter | FloatParameter | CategoricalParameter, Field(discriminator="type")]


def _check_range(low: float, high: float, log: bool, has_step: bool) -> None:
    if low > high:
        raise ValueError(f"low={low} is above high={high}; exchange them")
    if log and low <= 0:
        raise ValueError(f"log=true needs low above 0, but low={low}; raise low or leave log out")
    if log and has_step:
        raise ValueError("log=true and step cannot stand together; leave one out")


Entry = bool | int | float | str | IntParameter | FloatParameter | CategoricalParameter
"""What an experiment file may say of one hyperparameter."""


def searched(entries: Mapping[str, object]) -> dict[str, IntParameter | FloatParameter | CategoricalParameter]:
    """Return the entries that are searched."""
    return {name: entry for name, entry in entries.items() if isinstance(entry, IntParameter | FloatParameter | CategoricalParameter)}


def fixed(entries: Mapping[str, object]) -> dict[str, Value]:
    """Return the entries that are written as plain values."""
    return {name: entry for name, entry in entries.items() if isinstance(entry, bool | int | float | str)}


def to_distributions(parameters: Mapping[str, IntParameter | FloatParameter | CategoricalParameter]) -> "dict[str, BaseDistribution]":
    """Write searched parameters as Optuna distributions.

    Args:
        parameters: By name.

    Returns:
        Optuna's distributions by the same names, in the same order.
    """
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    written: dict[str, BaseDistribution] = {}
    for name, parameter in parameters.items():
        match parameter:
            case IntParameter():
                # Optuna wants a range that the step divides; it would lower it with a warning.
                high = parameter.high - (parameter.high - parameter.low) % parameter.step
                written[name] = IntDistribution(parameter.low, high, log=parameter.log, step=parameter.step)
            case FloatParameter():
                written[name] = FloatDistribution(parameter.low, _last_step(parameter), log=parameter.log, step=parameter.step)
            case CategoricalParameter():
                written[name] = CategoricalDistribution(parameter.choices)
    return written


def _last_step(parameter: FloatParameter) -> float:
    if parameter.step is None:
        return parameter.high
    # A relative tolerance, since 0.3 / 0.1 is just below 3.
    n_steps = int((parameter.high - parameter.low) / parameter.step * (1 + 1e-12))
    return parameter.low + n_steps * parameter.step
