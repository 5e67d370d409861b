"""Values as an experiment file has them: text, numbers, true and false, single ones or lists, never converted."""

from typing import Annotated

from pydantic import BeforeValidator, Discriminator, Tag

from .validation import invalid


def plain_tag(value: object) -> str | None:
    """Return the tag of a plain value; None if it is none."""
    # bool before int, since True is an int in Python
    return next((f"<{kind.__name__}>" for kind in (bool, int, float, str) if isinstance(value, kind)), None)


def _check_plain(value: object) -> object:
    if plain_tag(value) is None:
        raise invalid("expected text, a number, true or false")
    return value


Plain = Annotated[
    Annotated[bool, Tag("<bool>")] | Annotated[int, Tag("<int>")] | Annotated[float, Tag("<float>")] | Annotated[str, Tag("<str>")],
    Discriminator(plain_tag),
    BeforeValidator(_check_plain),
]
"""A value as TOML has it, never converted."""


def _check_listed(value: object) -> object:
    if value == []:
        raise invalid("expected at least one value")
    return value


Listed = Annotated[
    Annotated[Plain, Tag("<plain>")] | Annotated[list[Plain], Tag("<list>")],
    Discriminator(lambda value: "<list>" if isinstance(value, list) else "<plain>"),
    BeforeValidator(_check_listed),
]
"""A value or a list of values."""
