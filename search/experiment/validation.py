"""The base class of all tables of an experiment file, strict and frozen, and error messages of one line.

It knows no particular key. Union members have tags in angle brackets, which the path of a key leaves out.
"""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from ..errors import listed, nearest
from ..redaction import shorten
from ..secret_values import MASK, is_secret_name
from .toml import to_toml

_LONGEST_KEY = 100


class Table(BaseModel):
    """A TOML table. Its unknown and missing keys are reported before its values are checked."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    @classmethod
    def fields(cls) -> dict[str, FieldInfo]:
        """Return the fields by the keys of the file."""
        return {field.alias or name: field for name, field in cls.model_fields.items()}

    @model_validator(mode="before")
    @classmethod
    def _check_keys(cls, given: Any) -> Any:
        if isinstance(given, Mapping):
            if cls.model_config["extra"] == "forbid":
                cls._refuse_unknown(given)
            cls._refuse_missing(given)
        return given

    @classmethod
    def _refuse_unknown(cls, given: Mapping[str, Any]) -> None:
        keys = cls.fields()
        for key in given:
            if key not in keys:
                raise PydanticCustomError("unknown_key", "{message}", {"key": key, "message": nearest(key, keys)})

    @classmethod
    def _refuse_missing(cls, given: Mapping[str, Any]) -> None:
        for key, field in cls.fields().items():
            if field.is_required() and key not in given:
                example = f", such as {key} = {to_toml(field.examples[0])}" if field.examples else ""
                raise ValueError(f"{key} is missing; add it{example}")


def added_later(default: Any, alias: str | None = None) -> Any:
    """Return a field that is stored only if it differs from its default, so that studies of earlier versions keep their fingerprint.

    Args:
        default: The default.
        alias: The key, if that cannot be the attribute's name. Defaults to the name.
    """
    return Field(default=default, alias=alias, exclude_if=lambda value: value == default)


def invalid(message: str) -> PydanticCustomError:
    """Return the error to raise for one invalid value; its message follows the value, ``key = value: message``."""
    return PydanticCustomError("invalid", "{message}", {"message": message})


def describe_error(error: ValidationError, tables: Mapping[str, str]) -> str:
    """Describe the first error in one line: the key's path, the value given, what was expected, how to fix it.

    Args:
        error: The error that pydantic raised.
        tables: The table of each key, for a known key in the wrong table.

    Returns:
        Text such as ``space.model.n_hidden: low=3 is above high=1; exchange them``.
    """
    first = _first(error.errors(include_url=False))
    path = ".".join(str(part) for part in first["loc"] if not str(part).startswith("<"))
    prefix = f"{path}: " if path else "top level: "
    if first["type"] == "unknown_key":
        key = first["ctx"]["key"]
        table = tables.get(key)
        return f'{prefix}unknown key "{shorten(key, _LONGEST_KEY)}"; {f"it belongs in {table}" if table else first["msg"]}'
    if first["type"] == "value_error":
        return prefix + first["msg"].removeprefix("Value error, ")
    if any(is_secret_name(str(part)) for part in first["loc"]):
        return f"{path} = {MASK}: {expectation(first)}"
    return f"{path} = {to_toml(first['input'])}: {expectation(first)}{_suggestion(first)}"


def _first(errors: list[ErrorDetails]) -> ErrorDetails:
    """Return an unknown key before any other error, since a misspelt key causes most of the others."""
    return next((error for error in errors if error["type"] == "unknown_key"), errors[0])


def expectation(error: ErrorDetails) -> str:
    """Return what was expected in place of a value.

    Args:
        error: One of ``ValidationError.errors()``.

    Returns:
        Text such as ``expected at least 1`` or ``did you mean "adam"? Valid: adam, sgd``.
    """
    code, context = error["type"], error.get("ctx", {})
    if code in _EXPECTED:
        return f"expected {_EXPECTED[code].format_map(context)}"
    if code == "literal_error":
        valid = re.findall(r"'([^']*)'", context["expected"])
        return nearest(error["input"], valid) if isinstance(error["input"], str) else f"expected one of {listed([*map(to_toml, valid)])}"
    return error["msg"]


_EXPECTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "string_type": "text in quotation marks",
    "list_type": "a list in square brackets",
    "dict_type": "a table",
    "model_type": "a table",
    "greater_than_equal": "at least {ge}",
    "greater_than": "a number above {gt}",
    "less_than_equal": "at most {le}",
    "less_than": "a number below {lt}",
}


def _suggestion(error: ErrorDetails) -> str:
    """Return what to write in place of the given value, or nothing if that cannot be guessed."""
    code, given = error["type"], error["input"]
    if code in ("int_type", "int_from_float") and isinstance(given, float) and given.is_integer():
        return f"; write {int(given)}"
    if code in ("int_type", "float_type") and isinstance(given, str) and re.fullmatch(r"[-+]?\d+(\.\d+)?(e[-+]?\d+)?", given):
        return f"; write {given} without quotation marks"
    if code == "bool_type" and str(given).lower() in ("true", "false"):
        return f"; write {str(given).lower()} without quotation marks"
    if code == "string_type" and isinstance(given, bool | int | float):
        return f'; write "{to_toml(given)}"'
    return ""
