"""The search space: all hyperparameters, fixed or searched, and the searched ones as Optuna distributions."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic.fields import FieldInfo

from ..experiment.parameters import Value
from .parameters import CategoricalParameter, Entry, FloatParameter, IntParameter, Searched, check_type, tag_of
from .settings import TrainingSettings
from .toml import to_toml
from .validation import Table, expectation

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

__all__ = [
    "CategoricalParameter",
    "Entry",
    "FloatParameter",
    "IntParameter",
    "Searched",
    "Space",
    "TrainingSpace",
    "fixed",
    "searched",
    "to_distributions",
]


def searched(entries: Mapping[str, object]) -> dict[str, Searched]:
    """Return the entries that are searched."""
    return {name: entry for name, entry in entries.items() if isinstance(entry, Searched)}


def fixed(entries: Mapping[str, object]) -> dict[str, Value]:
    """Return the entries that are plain values."""
    return {name: entry for name, entry in entries.items() if isinstance(entry, bool | int | float | str)}


def _setting_tag(value: object) -> str | None:
    return tag_of(value) if isinstance(value, Mapping | Searched) else "<value>"


def _within(name: str, field: FieldInfo, setting: Any) -> Callable[[Any], Any]:
    """Return a validator: every value that a parameter can take must be valid for a training setting."""
    adapter = TypeAdapter(setting, config=ConfigDict(strict=True, allow_inf_nan=False))

    def check(entry: Any) -> Any:
        if isinstance(entry, FloatParameter) and field.annotation is int:
            raise ValueError(f'type = "float" allows fractions, but {name} is a whole number; write type = "int"')
        # Every setting's range is an interval, so it is enough to check both ends.
        is_range = isinstance(entry, IntParameter | FloatParameter)
        values = (entry.low, entry.high) if is_range else entry.extremes if isinstance(entry, Searched) else ()
        for position, value in enumerate(values):
            try:
                adapter.validate_python(value)
            except ValidationError as error:
                given = f"{('low', 'high')[position]}={to_toml(value)} is not valid" if is_range else f"choices has {to_toml(value)}"
                raise ValueError(f"{given}; {expectation(error.errors()[0])}") from None
        return entry

    return check


def _searchable(name: str, field: FieldInfo) -> Any:
    """Return the annotation and default of a training setting that may be searched."""
    setting = Annotated[field.annotation, *field.metadata, Tag("<value>")]  # type: ignore[name-defined]
    choice = (
        setting
        | Annotated[IntParameter, Tag("<int parameter>")]
        | Annotated[FloatParameter, Tag("<float parameter>")]
        | Annotated[CategoricalParameter, Tag("<categorical parameter>")]
    )
    checks = (Discriminator(_setting_tag), BeforeValidator(check_type), AfterValidator(_within(name, field, setting)))
    return Annotated[choice, *checks], Field(default=field.default)


TrainingSpace = create_model(
    "TrainingSpace",
    __base__=Table,
    __module__=__name__,
    __doc__=TrainingSettings.__doc__,
    **{name: _searchable(name, field) for name, field in TrainingSettings.model_fields.items()},
)
"""``[space.training]``: every field of `TrainingSettings`, as a plain value or searched."""


class Space(Table):
    """``[space]``: every hyperparameter, a plain value (fixed) or a table with a type (searched).

    Attributes:
        model: The builder's arguments; the text "env:NAME" is the value of an environment variable.
        training: The training settings.
    """

    model: dict[str, Entry] = Field(default_factory=dict)
    training: TrainingSpace = TrainingSpace()

    @model_validator(mode="after")
    def _check(self) -> "Space":
        both = self.searched_model.keys() & self.searched_training.keys()
        if both:
            raise ValueError(f'"{min(both)}" is searched in both [space.model] and [space.training]; rename the builder\'s argument')
        return self

    @property
    def _training_entries(self) -> dict[str, object]:
        return {name: getattr(self.training, name) for name in TrainingSettings.model_fields}

    @property
    def searched_model(self) -> dict[str, Searched]:
        """The searched arguments of the builder."""
        return searched(self.model)

    @property
    def searched_training(self) -> dict[str, Searched]:
        """The searched training settings."""
        return searched(self._training_entries)

    @property
    def searched(self) -> dict[str, Searched]:
        """All searched hyperparameters, the model's arguments first."""
        return self.searched_model | self.searched_training

    @property
    def notes(self) -> list[str]:
        """Ranges whose ``high`` no step reaches, each as one line."""
        sections = {"model": self.searched_model, "training": self.searched_training}
        ranges = [
            (f"space.{section}.{name}", entry)
            for section, entries in sections.items()
            for name, entry in entries.items()
            if isinstance(entry, IntParameter | FloatParameter) and entry.largest < entry.high
        ]
        return [
            f"{name}: steps of {entry.step} from {entry.low} end at {entry.largest} and never reach high = {entry.high}; "
            f"write high = {entry.largest}, or another step"
            for name, entry in ranges
        ]

    @property
    def model_values(self) -> dict[str, tuple[Value, ...]]:
        """Possible values of each argument of the builder: the ends of a range, all choices, or the fixed value."""
        return {name: entry.extremes if isinstance(entry, Searched) else (entry,) for name, entry in self.model.items()}

    def model_arguments(self, params: Mapping[str, Value]) -> dict[str, Value]:
        """Return all arguments of the builder for the params of one trial."""
        return fixed(self.model) | {name: params[name] for name in self.searched_model}

    @property
    def max_epochs(self) -> int:
        """The largest number of epochs of a trial."""
        epochs: Any = self._training_entries["epochs"]
        return int(max(epochs.extremes)) if "epochs" in self.searched_training else int(epochs)

    def training_settings(self, params: Mapping[str, Value]) -> TrainingSettings:
        """Return all training settings for the params of one trial."""
        chosen = fixed(self._training_entries) | {name: params[name] for name in self.searched_training}
        return TrainingSettings.model_validate(chosen)


def to_distributions(parameters: Mapping[str, Searched]) -> "dict[str, BaseDistribution]":
    """Convert searched parameters to Optuna distributions.

    Args:
        parameters: Searched parameters by name.

    Returns:
        Distributions by the same names, in the same order. If no step ends at the top of a range, the range ends at the
        last step below it, as in Optuna, but without Optuna's warning.
    """
    return {name: _to_distribution(parameter) for name, parameter in parameters.items()}


def _to_distribution(parameter: Searched) -> "BaseDistribution":
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    match parameter:
        case IntParameter():
            return IntDistribution(parameter.low, parameter.largest, log=parameter.log, step=parameter.step)
        case FloatParameter():
            return FloatDistribution(parameter.low, parameter.largest, log=parameter.log, step=parameter.step)
        case CategoricalParameter():
            return CategoricalDistribution(parameter.choices)
