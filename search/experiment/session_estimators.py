"""Writes an estimator of scikit-learn, such as a pipeline, as the calls that make it again, from its parameters."""

import inspect
from collections.abc import Mapping
from types import BuiltinFunctionType, FunctionType
from typing import Any, NamedTuple

import numpy as np

from ..secret_values import is_secret_name
from .session_source import is_same, literal


class Call(NamedTuple):
    """A call that makes an object.

    Attributes:
        text: The call, such as "SVC(C=2)".
        names: The classes and functions that its text names.
    """

    text: str
    names: Mapping[str, Any]


def call_of(estimator: Any) -> Call | None:
    """Return the call that makes an unfitted estimator of the same parameters; None if a parameter has no text, such as an array.

    Args:
        estimator: An object with scikit-learn's ``get_params()``, whose parameters may be others, and lists of them.
    """
    names: dict[str, Any] = {}
    text = _text_of(estimator, names) if hasattr(estimator, "get_params") else None
    return None if text is None else Call(text, names)


def _text_of(value: Any, names: dict[str, Any]) -> str | None:
    """Return a value as text, and add the classes and functions in it to the names."""
    value = value.item() if isinstance(value, np.generic) else value
    if (plain := literal(value)) is not None:
        return plain
    if type(value) in (list, tuple):
        parts = [_text_of(part, names) for part in value]
        known = [part for part in parts if part is not None]
        opened, closed = "[]" if isinstance(value, list) else ("(", ",)" if len(parts) == 1 else ")")
        return f"{opened}{', '.join(known)}{closed}" if len(known) == len(parts) else None
    if isinstance(value, type | FunctionType | BuiltinFunctionType | np.ufunc):
        return _named(value, names)
    return _call_text(value, names) if hasattr(value, "get_params") else None


def _call_text(estimator: Any, names: dict[str, Any]) -> str | None:
    """Return the call of an estimator's class with the parameters that are not its defaults."""
    defaults = inspect.signature(type(estimator)).parameters
    found = estimator.get_params(deep=False)
    if type(estimator).__name__ == "FrozenEstimator" or not found.keys() <= defaults.keys():
        return None  # it is fitted, or takes parameters that its signature does not name
    given = {name: value for name, value in found.items() if not is_same(value, defaults[name].default)}
    texts = {name: _text_of(value, names) for name, value in given.items()}
    name = _named(type(estimator), names)
    if name is None or None in texts.values() or any(is_secret_name(of) for of in given):
        return None
    return f"{name}({', '.join(f'{of}={text}' for of, text in texts.items())})"


def _named(found: Any, names: dict[str, Any]) -> str | None:
    """Return the name of a class or function; None if it has none, or another one has it."""
    name = str(found.__name__)
    is_free = name.isidentifier() and getattr(found, "__qualname__", name) == name and names.setdefault(name, found) is found
    return name if is_free else None
