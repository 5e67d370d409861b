"""``[space]``: all hyperparameters, fixed or searched, and the values of one trial as arguments and settings."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

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

from .flattening import to_search_space
from .objects import ObjectSection, is_object
from .parameters import Argument, CategoricalParameter, Entry, FloatParameter, IntParameter, Searched, Value, check_type, tag_of
from .search_space import SearchSpace, to_distributions
from .settings import CONSTANTS, TrainingSettings, check_own_schedule
from .toml import to_toml
from .validation import Table, added_later, expectation

__all__ = [
    "CategoricalParameter",
    "Entry",
    "FloatParameter",
    "IntParameter",
    "SearchSpace",
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
    return tag_of(value) if isinstance(value, Mapping | Searched) and not is_object(value) else "<value>"


def _check_setting(value: Any) -> Any:
    return value if is_object(value) else check_type(value)


def _check_range_test(name: str, entry: object) -> None:
    if isinstance(entry, FloatParameter) and entry.from_:
        raise ValueError(f'{name} has from = "{entry.from_}", which tests learning rates; write low and high')


def _within(name: str, field: FieldInfo, setting: Any) -> Callable[[Any], Any]:
    """Return a validator: every value that a parameter can take must be valid for a training setting."""
    adapter = TypeAdapter(setting, config=ConfigDict(strict=True, allow_inf_nan=False))

    def check(entry: Any) -> Any:
        if name != "learning_rate":
            _check_range_test(name, entry)
        if isinstance(entry, FloatParameter) and field.annotation is int:
            raise ValueError(f'type = "float" allows fractions, but {name} is a whole number; write type = "int"')
        if isinstance(entry, Searched) and entry.repeat is not None:
            raise ValueError(f"repeat makes a list, but {name} is a single value; leave it out")
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
    checks = (Discriminator(_setting_tag), BeforeValidator(_check_setting), AfterValidator(_within(name, field, setting)))
    return Annotated[choice, *checks], Field(default=field.default, exclude_if=field.exclude_if)


class _TrainingTable(Table):
    """Checks what concerns several settings."""

    @model_validator(mode="after")
    def _check_constants(self) -> "_TrainingTable":
        entries: Mapping[str, Any] = dict(self)
        optimizer = entries["optimizer"]
        optimizers = optimizer.extremes if isinstance(optimizer, Searched) else (optimizer,)
        if any(is_object(name) for name in optimizers):  # whose constants are checked when it is made
            return self
        for name, defaults in CONSTANTS.items():
            entry = entries[name]
            is_conditional = isinstance(entry, Searched) and entry.needed
            if entry is not None and not is_conditional and defaults.keys().isdisjoint(optimizers):
                has = f"optimizer {' or '.join(map(str, optimizers))} has none"
                raise ValueError(f"{name} is given, but {has}; leave {name} out, or use {', '.join(defaults)}")
        return self

    @model_validator(mode="after")
    def _check_objects(self) -> "_TrainingTable":
        entries: Mapping[str, Any] = dict(self)
        losses = entries["loss"].extremes if isinstance(entries["loss"], Searched) else (entries["loss"],)
        if entries["label_smoothing"] != 0 and any(map(is_object, losses)):
            raise ValueError("label_smoothing is a setting of cross-entropies by name, but loss is a reference; write it as an argument of the loss")
        check_own_schedule(entries)
        return self


TrainingSpace = create_model(
    "TrainingSpace",
    __base__=_TrainingTable,
    __module__=__name__,
    __doc__=TrainingSettings.__doc__,
    **{name: _searchable(name, field) for name, field in TrainingSettings.model_fields.items()},
)
"""``[space.training]``: every field of `TrainingSettings`, as a plain value or searched."""


FitSetting = Literal["epochs", "batch_size", "shuffle"]
"""A training setting that the ``fit`` of a hypermodel may be given."""


class Space(Table):
    """``[space]``: every hyperparameter, a plain value (fixed) or a table with a type (searched).

    Attributes:
        model: The builder's arguments; the text "env:NAME" is the value of an environment variable.
        training: The training settings.
        compiled: Whether optimizer and loss are those of the builder's own ``compile()``, and not those of the training settings; found for
            a builder with a parameter ``hp``. Defaults to false.
        logits: Whether the outputs of classes are logits: the loss is computed from them, metrics get probabilities, and a sigmoid or softmax
            follows the last layer of the saved model. Defaults to false.
        own_fit: Absent if the search trains the models. Else the method ``fit`` of a hypermodel trains them, and these are the settings
            among epochs, batch_size and shuffle that it is given; found for a hypermodel that has one.
        new_entries: What becomes of hyperparameters that a builder with a parameter ``hp`` or ``trial`` asks for and that are not in
            ``[space.model]``: "search" searches them too, "default" gives them their defaults, "refuse" is an error. Defaults to "search" if
            nothing is searched in ``[space.model]``, and else to "refuse".
        rules: What the values of a trial must obey, an expression for each name, such as "n_neurons_2 <= n_neurons_1". It may have
            hyperparameters, numbers, text, comparisons, and, or, not, arithmetic, abs, len, max, min and sum. A comparison with a
            hyperparameter that does not exist in a trial does not count there. Defaults to none.
    """

    model: dict[str, Entry] = Field(default_factory=dict)
    training: TrainingSpace = TrainingSpace()
    compiled: bool = added_later(False)
    logits: bool = added_later(False)
    own_fit: list[FitSetting] | None = added_later(None)
    new_entries: Literal["search", "default", "refuse"] | None = added_later(None)
    rules: dict[str, str] = Field(default_factory=dict, exclude_if=lambda rules: not rules)

    @model_validator(mode="after")
    def _check(self) -> "Space":
        both = self.searched_model.keys() & self.searched_training.keys()
        if both:
            raise ValueError(f'"{min(both)}" is searched in both [space.model] and [space.training]; rename the builder\'s argument')
        for name, entry in self.searched_model.items():
            _check_range_test(name, entry)
        self.searched.check_rules()
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
    def searched(self) -> SearchSpace:
        """All searched hyperparameters, the model's arguments first."""
        constants = fixed(dict(TrainingSettings())) | fixed(self._training_entries) | fixed(self.model)
        return to_search_space(self.searched_model | self.searched_training, constants, self.rules)

    @property
    def notes(self) -> list[str]:
        """Ranges whose ``high`` no step reaches, and hyperparameters that exist in no trial, each as one line."""
        sections = {"model": self.searched_model, "training": self.searched_training}
        ranges = [
            (f"space.{section}.{name}", entry)
            for section, entries in sections.items()
            for name, entry in entries.items()
            if isinstance(entry, IntParameter | FloatParameter) and entry.largest < entry.high
        ]
        unreached = [
            f"{name}: steps of {entry.step} from {entry.low} end at {entry.largest} and never reach high = {entry.high}; "
            f"write high = {entry.largest}, or another step"
            for name, entry in ranges
        ]
        return [*unreached, *(f"{name} is in no trial: it exists when {text}" for name, text in self.searched.unused.items())]

    @property
    def model_values(self) -> dict[str, tuple[Value, ...]]:
        """Possible values of each argument of the builder: the ends of a range, all choices, or the fixed value; lists of one of repeated ones."""
        return {name: _possible_values(entry) for name, entry in self.model.items()}

    @property
    def optional_arguments(self) -> set[str]:
        """Names of the builder's arguments that some trials do not have."""
        space = self.searched
        return {name for name in self.searched_model if name in space.unused or space.conditions.get(name)}

    @property
    def optional_settings(self) -> set[str]:
        """Names of the searched training settings that some trials do not have, whose defaults count there."""
        space = self.searched
        return {name for name in self.searched_training if name in space.unused or space.conditions.get(name)}

    @property
    def counts(self) -> set[str]:
        """Names that say how many values a list has; a builder that gets the list need not have them as arguments."""
        return {entry.repeat for entry in self.searched_model.values() if isinstance(entry.repeat, str)}

    def model_arguments(self, params: Mapping[str, Value]) -> dict[str, Argument]:
        """Return all arguments of the builder for the params of one trial; one that does not exist in it is left out."""
        space, arguments = self.searched, dict[str, Argument](fixed(self.model))
        for name in self.searched_model:
            if space.exists(name, params):
                names = space.lists.get(name)
                arguments[name] = params[name] if names is None else [params[of] for of in names if space.exists(of, params)]
        return arguments

    def values_of(self, setting: str) -> tuple[Any, ...]:
        """Return the possible values of a training setting: the ends of a range, all choices, or the fixed value; the default where some lack it."""
        possible = _possible_values(self._training_entries[setting])
        return (*possible, getattr(TrainingSettings(), setting)) if setting in self.optional_settings else possible

    @property
    def max_epochs(self) -> int:
        """The largest number of epochs of a trial."""
        return int(max(self.values_of("epochs")))

    def training_settings(self, params: Mapping[str, Value]) -> TrainingSettings:
        """Return all training settings for the params of one trial."""
        space = self.searched
        objects = {name: entry for name, entry in self._training_entries.items() if isinstance(entry, ObjectSection)}
        chosen = objects | fixed(self._training_entries) | {name: params[name] for name in self.searched_training if space.exists(name, params)}
        return TrainingSettings.model_validate(chosen)


def _possible_values(entry: Any) -> tuple[Any, ...]:
    if not isinstance(entry, Searched):
        return (entry,)
    return entry.extremes if entry.repeat is None else tuple([value] for value in entry.extremes)
