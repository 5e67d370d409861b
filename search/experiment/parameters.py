"""One hyperparameter of an experiment file: a plain value is fixed, a table with a ``type`` is searched."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, Tag, TypeAdapter, model_validator

from ..errors import nearest
from .parameter_options import Parameter
from .plain_values import Plain, plain_tag
from .toml import to_toml
from .validation import added_later, invalid

Value = bool | int | float | str | None
"""The value of a hyperparameter."""
Argument = Value | list[Value]
"""The value of a builder's argument; a list of a repeated hyperparameter."""


class IntParameter(Parameter):
    """A searched whole number from ``low`` to ``high``, both included.

    Attributes:
        type: "int".
        low: The smallest value.
        high: The largest value.
        step: Distance between values. Defaults to 1.
        log: Whether small values are as likely as large ones. Defaults to false.
    """

    type: Literal["int"]
    low: Annotated[int, Field(examples=[1])]
    high: Annotated[int, Field(examples=[10])]
    step: Annotated[int, Field(ge=1)] = 1
    log: bool = False

    @model_validator(mode="after")
    def _check(self) -> "IntParameter":
        _check_range(self.low, self.high, self.step if self.step != 1 else None, self.log)
        self.check_expected(self.low, self.largest, self.step, is_whole=True)
        return self

    @property
    def largest(self) -> int:
        """The largest value that a step reaches, at most ``high``."""
        return self.high - (self.high - self.low) % self.step

    @property
    def extremes(self) -> tuple[int, ...]:
        """The smallest and the largest value."""
        return (self.low, self.largest)


RANGE_TESTED = (1e-6, 10.0)
"""The learning rates that a range test tries."""


class FloatParameter(Parameter):
    """A searched real number from ``low`` to ``high``, both included.

    Attributes:
        type: "float".
        low: The smallest value.
        high: The largest value.
        step: Distance between values, above 0; left out means continuous.
        log: Whether the logarithm is uniform. Defaults to false.
        from: "range test" for a learning rate whose range is found by a range test before the first trial of a study; ``low``, ``high`` and ``log``
            are then left out. Defaults to none.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    type: Literal["float"]
    low: Annotated[float, Field(examples=[0.001])]
    high: Annotated[float, Field(examples=[0.1])]
    step: Annotated[float, Field(gt=0)] | None = None
    log: bool = False
    from_: Literal["range test"] | None = added_later(None, alias="from")

    @model_validator(mode="before")
    @classmethod
    def _with_tested_range(cls, given: Any) -> Any:
        if not isinstance(given, Mapping) or given.get("from") is None:
            return given
        low, high = RANGE_TESTED
        tested = {"low": low, "high": high, "log": True}
        twice = [name for name in (*tested, "step") if name in given and given[name] != tested.get(name)]
        if twice:
            raise ValueError(f"from = {to_toml(given['from'])} finds the range, but {twice[0]} is given too; leave {twice[0]} out")
        return {**given, **tested}

    @model_validator(mode="after")
    def _check(self) -> "FloatParameter":
        _check_range(self.low, self.high, self.step, self.log)
        self.check_expected(self.low, self.largest, self.step, is_whole=False)
        return self

    @property
    def largest(self) -> float:
        """The largest value that a step reaches, computed in decimals as Optuna does: in binary, 0.3 / 0.1 is just below 3."""
        if self.step is None:
            return self.high
        low, high, step = (Decimal(str(number)) for number in (self.low, self.high, self.step))
        return float(low + (high - low) // step * step)

    @property
    def extremes(self) -> tuple[float, ...]:
        """The smallest and the largest value."""
        return (self.low, self.largest)


class CategoricalParameter(Parameter):
    """A searched choice.

    Attributes:
        type: "categorical".
        choices: The values to choose from: text, numbers, true or false; at least one, each once.
    """

    type: Literal["categorical"]
    choices: Annotated[list[Plain], Field(examples=[["relu", "tanh"]])]

    @model_validator(mode="after")
    def _check(self) -> "CategoricalParameter":
        if not self.choices:
            raise ValueError("choices is empty; write at least one value")
        for position, choice in enumerate(self.choices):
            # Samplers compare choices with ==, so 1, 1.0 and true are the same to them.
            if choice in self.choices[:position]:
                same = self.choices[self.choices.index(choice)]
                raise ValueError(f"choices has {to_toml(same)} and {to_toml(choice)}, which are equal; write it once")
        if self.expected is not None and self.expected.value not in self.choices:
            value = self.expected.value
            raise ValueError(f"prior = {to_toml(value)} is none of the choices; {nearest(str(value), map(str, self.choices))}")
        return self

    @property
    def extremes(self) -> tuple[bool | int | float | str, ...]:
        """All choices."""
        return tuple(self.choices)


Searched = IntParameter | FloatParameter | CategoricalParameter
"""A hyperparameter that is searched."""

PARAMETER_TYPES = {"int": IntParameter, "float": FloatParameter, "categorical": CategoricalParameter}


def _check_range(low: float, high: float, step: float | None, log: bool) -> None:
    if low > high:
        raise ValueError(f"low={low} is above high={high}; swap them")
    if log and low <= 0:
        raise ValueError(f"log=true needs low above 0, but low={low}; raise low or leave log out")
    if log and step is not None:
        raise ValueError(f"log=true and step={step} cannot be combined; leave one out")
    if step is not None and low < high and step > high - low:
        raise ValueError(f"step={step} is wider than the range from low={low} to high={high}; make step smaller")


def tag_of(value: object) -> str | None:
    """Return the tag of a hyperparameter's entry: of its type if it is searched, else of its plain value."""
    if isinstance(value, Searched):
        return f"<{value.type} parameter>"
    if isinstance(value, Mapping):
        return f"<{value.get('type')} parameter>"
    return plain_tag(value)


def check_type(value: Any) -> Any:
    """Check that a table has a known ``type``.

    Args:
        value: The entry of one hyperparameter.

    Returns:
        The entry itself.

    Raises:
        ValueError: If it is a table without a ``type``, or with an unknown one.
    """
    if isinstance(value, Mapping) and "type" not in value:
        raise ValueError(f'{to_toml(value)} has no type; add type = "{_likely_type(value)}", or write a plain value to fix it')
    if isinstance(value, Mapping) and value["type"] not in list(PARAMETER_TYPES):
        raise ValueError(f"unknown type {to_toml(value['type'])}; {nearest(str(value['type']), PARAMETER_TYPES)}")
    return value


def _likely_type(table: Mapping[str, Any]) -> str:
    if "choices" in table:
        return "categorical"
    return "float" if any(isinstance(value, float) for value in table.values()) else "int"


def _check_entry(value: object) -> object:
    if tag_of(value) is None:
        raise invalid("expected text, a number, true or false, or a table with a type to search it")
    return check_type(value)


Entry = Annotated[
    Annotated[bool, Tag("<bool>")]
    | Annotated[int, Tag("<int>")]
    | Annotated[float, Tag("<float>")]
    | Annotated[str, Tag("<str>")]
    | Annotated[IntParameter, Tag("<int parameter>")]
    | Annotated[FloatParameter, Tag("<float parameter>")]
    | Annotated[CategoricalParameter, Tag("<categorical parameter>")],
    Discriminator(tag_of),
    BeforeValidator(_check_entry),
]
"""The entry of one argument of the model's builder."""


def to_parameter(table: Mapping[str, Any]) -> Searched:
    """Return the searched parameter of a valid table."""
    parameter: Searched = TypeAdapter(Searched).validate_python(table)
    return parameter
