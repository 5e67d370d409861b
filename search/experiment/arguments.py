"""Replaces references to environment variables, "env:NAME", among the arguments that an experiment file gives to a function."""

import os
from collections.abc import Mapping
from typing import Any

from ..errors import ExperimentError
from ..secret_values import MASK, remember, variable_of


def resolve_arguments(given: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return arguments with the values of the environment variables that they refer to; these values are hidden from now on.

    Args:
        given: Arguments as the experiment file has them; tables and lists may hold references too.
        where: Their table in the experiment file, such as ``[data]``.

    Raises:
        ExperimentError: If a variable is not set, or an argument is a secret that was removed when the study was stored.
    """
    return {name: _resolve(value, name, where) for name, value in given.items()}


def _resolve(value: Any, name: str, where: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _resolve(inner, f"{name}.{key}", where) for key, inner in value.items()}
    if isinstance(value, list):
        return [_resolve(inner, name, where) for inner in value]
    if isinstance(value, str) and MASK in value:
        raise ExperimentError(
            f'{where}: {name} = "{value}" has {MASK} in place of a secret, which no study stores; run the experiment file again, which has it, or '
            f'write {name} = "env:NAME" there, the name of an environment variable'
        )
    variable = variable_of(value)
    return value if variable is None else _value_of(variable, name, where)


def _value_of(variable: str, name: str, where: str) -> str:
    value = os.environ.get(variable)
    if value is None:
        raise ExperimentError(f'{where}: {name} = "env:{variable}": the environment variable {variable} is not set; set it, such as by export')
    remember(value)
    return value
