"""What the tables of an experiment file have in common: they are strict and frozen, and say in one line what is wrong.

It knows no particular key. Union members carry tags in angle brackets, so that a location can leave them out.
"""

import datetime
import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from ..errors import nearest

_LONGEST = 60


class Table(BaseModel):
    """A TOML table whose unknown and missing keys are named before its values are looked at."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

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
        for key in given:
            if key not in cls.model_fields:
                raise PydanticCustomError("unknown_key", "{message}", {"key": key, "message": nearest(key, cls.model_fields)})

    @classmethod
    def _refuse_missing(cls, given: Mapping[str, Any]) -> None:
        for key, field in cls.model_fields.items():
            if field.is_required() and key not in given:
                example = f", such as {key} = {to_toml(field.examples[0])}" if field.examples else ""
                raise ValueError(f"{key} is missing; add it{example}")


def invalid(message: str) -> PydanticCustomError:
    """Return the error to raise where one value, not a whole table, is wrong; the value is shown before the message."""
    return PydanticCustomError("invalid", "{message}", {"message": message})


def describe_error(error: ValidationError, homes: Mapping[str, str]) -> str:
    """Say the first fault in one line: the key's path, what was given, what was expected, how to mend it.

    Args:
        error: What pydantic found.
        homes: The table each key belongs to, for a known key in the wrong table.

    Returns:
        Text such as ``space.model.n_hidden: low=3 is above high=1; exchange them``.
    """
    fault = _first(error.errors(include_url=False))
    place = ".".join(str(part) for part in fault["loc"] if not str(part).startswith("<"))
    prefix = f"{place}: " if place else "top level: "
    if fault["type"] == "unknown_key":
        key = fault["ctx"]["key"]
        home = homes.get(key)
        return f'{prefix}unknown key "{key}"; {f"it belongs in {home}" if home else fault["msg"]}'
    if fault["type"] == "value_error":
        return prefix + fault["msg"].removeprefix("Value error, ")
    return f"{place} = {to_toml(fault['input'])}: {expectation(fault)}{_mending(fault)}"


def _first(faults: list[ErrorDetails]) -> ErrorDetails:
    """Return an unknown key before any other fault: a misspelt key explains most of them."""
    return next((fault for fault in faults if fault["type"] == "unknown_key"), faults[0])


def expectation(fault: ErrorDetails) -> str:
    """Say what a value should have been.

    Args:
        fault: One of ``ValidationError.errors()``.

    Returns:
        Text such as ``expected at least 1`` or ``did you mean "adam"? Valid: adam, sgd``.
    """
    kind, context = fault["type"], fault.get("ctx", {})
    if kind in _EXPECTED:
        return f"expected {_EXPECTED[kind].format_map(context)}"
    if kind == "literal_error":
        valid = re.findall(r"'([^']*)'", context["expected"])
        return nearest(fault["input"], valid) if isinstance(fault["input"], str) else f"expected one of {', '.join(map(to_toml, valid))}"
    return fault["msg"]


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


def _mending(fault: ErrorDetails) -> str:
    """Say what to write instead, where the value given tells."""
    kind, given = fault["type"], fault["input"]
    if kind in ("int_type", "int_from_float") and isinstance(given, float) and given.is_integer():
        return f"; write {int(given)}"
    if kind in ("int_type", "float_type") and isinstance(given, str) and re.fullmatch(r"[-+]?\d+(\.\d+)?(e[-+]?\d+)?", given):
        return f"; write {given} without quotation marks"
    if kind == "bool_type" and str(given).lower() in ("true", "false"):
        return f"; write {str(given).lower()} without quotation marks"
    if kind == "string_type" and isinstance(given, bool | int | float):
        return f'; write "{to_toml(given)}"'
    return ""


def to_toml(value: object) -> str:
    """Write a value as TOML does, in one line of at most about 60 characters."""
    text = _toml(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {_toml(entry)}' for key, entry in value.items())} }}" if value else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
