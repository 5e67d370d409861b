"""References in an experiment file: to functions and classes, and to Keras objects with the arguments that make them."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, Tag

from ..redaction import mask
from .references import FORM, correct_form, is_reference
from .toml import to_toml
from .validation import Table, invalid


def check_reference(value: object) -> object:
    """Return a reference as it is.

    Raises:
        PydanticCustomError: If it is none, with the one that may be meant.
    """
    if isinstance(value, str) and is_reference(value):
        return value
    suggestion = correct_form(value) if isinstance(value, str) else None
    meant = f'; did you mean "{suggestion}"?' if suggestion else ', such as "models.mlp:build_mlp"'
    raise invalid(f'expected a reference "package.module:name"{meant}')


_OF_COMPILE = "compile:"
"""What stands in place of a module; no user's module has the name of a function of Python."""

Reference = Annotated[str, BeforeValidator(check_reference), Field(json_schema_extra={"pattern": FORM})]


class ArgumentsTable(Table):
    """A table whose keys beside its own are arguments of what it names; secrets among them are hidden wherever an experiment has such a table."""

    model_config = ConfigDict(extra="allow")

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments, as they are written."""
        return dict(self.model_extra or {})


class ObjectSection(ArgumentsTable):
    """``{ use = "module:name", ... }``: a loss, a metric, an optimizer or a schedule of the learning rate; "module:name" alone has no arguments.

    Attributes:
        use: Reference to a class, or to a function that makes such an object, such as "keras.losses:BinaryFocalCrossentropy". Every other key
            is an argument of it. Without arguments it may be a function that is the loss or the metric itself, of (y_true, y_pred).
            A table { use = "module:name" } as an argument is the object of that name, one with further keys what is made of them.
    """

    use: Annotated[Reference, Field(examples=["keras.losses:BinaryFocalCrossentropy"])]

    @property
    def is_of_compile(self) -> bool:
        """Whether it is no reference, but an object of the model's own ``compile()``; see `of_compile`."""
        return is_of_compile(self.use)

    @property
    def name(self) -> str:
        """The name that a metric is logged by: its argument ``name``, that of a function, or that of a class in small letters with "_"."""
        given, own = self.arguments.get("name"), self.use.rpartition(":")[2].rpartition(".")[2]
        return given if isinstance(given, str) else snake_case(own) if own[:1].isupper() else own

    def __str__(self) -> str:
        if self.is_of_compile:
            return f"{self.name} of compile()"
        arguments = ", ".join(f"{name}={to_toml(value)}" for name, value in mask(self.arguments).items())
        return f"{self.use}({arguments})" if arguments else self.use


def of_compile(name: str) -> dict[str, str]:
    """Return the entry of an object that each trial takes from its model's own ``compile()``, since an experiment file cannot describe it.

    Args:
        name: "loss", or the name of a metric.
    """
    return {"use": f"{_OF_COMPILE}{name}"}


def is_of_compile(use: str) -> bool:
    """Return whether a key ``use`` names what `of_compile` returns."""
    return use.startswith(_OF_COMPILE)


def snake_case(name: str) -> str:
    """Return the name of a class in small letters with "_", such as "binary_focal_crossentropy"."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def is_object(value: object) -> bool:
    """Return whether a value of an experiment file is an object by reference."""
    table = as_table(value)
    return isinstance(table, ObjectSection) or (isinstance(table, Mapping) and "use" in table)


def as_table(value: object) -> object:
    """Return a reference without arguments as a table, and any other value as it is."""
    return {"use": value} if isinstance(value, str) and ":" in value else value


def or_object(plain: Any) -> Any:
    """Return the annotation of a value that may be an object by reference too.

    Args:
        plain: The annotation of any other value.
    """
    choice = Annotated[plain, Tag("<plain>")] | Annotated[ObjectSection, Tag("<object>")]
    tag = Discriminator(lambda value: "<object>" if isinstance(value, Mapping | ObjectSection) else "<plain>")
    return Annotated[choice, tag, BeforeValidator(as_table)]


def arguments_in(value: object) -> Iterator[dict[str, Any]]:
    """Yield the arguments of each `ArgumentsTable` in tables of an experiment."""
    if isinstance(value, ArgumentsTable):
        yield value.arguments
    elif isinstance(value, Mapping | list | Table):
        inner = value if isinstance(value, list) else dict(value).values()
        for part in inner:
            yield from arguments_in(part)


def with_arguments(value: Any, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Any:
    """Return tables of an experiment with other arguments of each `ArgumentsTable` in them.

    Args:
        value: A table, several by name, or a list; anything else is returned as it is.
        change: Returns the new arguments of a table.
    """
    if isinstance(value, ArgumentsTable):
        return value.model_copy(update=change(value.arguments))
    if isinstance(value, Table):
        given = value.model_fields_set & type(value).model_fields.keys()
        return value.model_copy(update={name: with_arguments(getattr(value, name), change) for name in given})
    if isinstance(value, Mapping):
        return {name: with_arguments(inner, change) for name, inner in value.items()}
    return [with_arguments(inner, change) for inner in value] if isinstance(value, list) else value


def names_of(metrics: Sequence[str | ObjectSection]) -> list[str]:
    """Return the names that metrics are logged by."""
    return [metric if isinstance(metric, str) else metric.name for metric in metrics]
