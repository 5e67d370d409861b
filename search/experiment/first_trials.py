"""Hyperparameters that a search should try: checks those that a user gives against the search space, and adds what follows from them."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..errors import nearest
from .parameter_options import is_on_step
from .parameters import CategoricalParameter, FloatParameter, IntParameter, Searched, Value
from .search_space import MAX_DRAWS, SearchSpace
from .toml import to_toml

N_BEST = 3
"""Trials of each earlier study that are tried first."""
Given = Mapping[str, Any]
"""Values by name; of a hyperparameter with ``repeat`` a list."""


def to_params(space: SearchSpace, given: Given) -> dict[str, Value]:
    """Return given hyperparameters as a trial has them; the sampler chooses the others.

    Args:
        space: The search space.
        given: Values by name; a list for one with ``repeat``, whose length follows.

    Raises:
        ValueError: If a name is not searched, a value is not in its range, or they exist in no trial together, or break a rule.
    """
    if not given:
        raise ValueError("no hyperparameter is given; write such as learning_rate = 0.01")
    params: dict[str, Value] = {}
    for name, value in given.items():
        for own, single in _singles(space, name, value):
            if own not in space:
                raise ValueError(f'there is no searched hyperparameter "{own}"; {nearest(own, {*space, *space.lists})}')
            params[own] = _checked(own, single, space[own])
    for name, length in _lengths(space, given).items():
        if params.setdefault(name, length) != length:
            raise ValueError(f"{name} = {params[name]}, but a list has {length} values; correct one of them")
    for name in params:
        for condition in space.conditions.get(name, ()):
            if not condition.holds(params):
                shown = "is not given" if condition.parent not in params else f"= {params[condition.parent]}"
                raise ValueError(f"{name} exists only if {condition.text}, but {condition.parent} {shown}; add or correct it")
    if broken := space.broken_rule(params):
        raise ValueError(f'these values break rules.{broken.name} = "{broken.expression}"')
    if space.rules and space.completed(params, np.random.default_rng(0)) is None:
        raise ValueError(f"none of {MAX_DRAWS:,} random combinations with them obeys {', '.join(rule.name for rule in space.rules)} of [space.rules]")
    return params


def to_asked(space: SearchSpace, given: Given) -> dict[str, Value]:
    """Return given hyperparameters of a function, which may ask for more than are known; these are checked when it asks for them.

    Args:
        space: Those that the experiment searches.
        given: Values by name.

    Raises:
        ValueError: As `to_params`, of those that are known.
    """
    known = {name: value for name, value in given.items() if name in space or name in space.lists}
    return (to_params(space, known) if known or not given else {}) | {name: value for name, value in given.items() if name not in known}


def _singles(space: SearchSpace, name: str, value: Value | list[Value]) -> list[tuple[str, Value]]:
    names = space.lists.get(name)
    if isinstance(value, list) != (names is not None):
        raise ValueError(f"{name} = {to_toml(value)}: expected {'a list' if names else 'a single value'}")
    if not isinstance(value, list) or names is None:
        return [(name, value)]  # type: ignore[list-item]
    if len(value) > len(names):
        raise ValueError(f"{name} = {to_toml(value)}: expected at most {len(names)} values")
    return list(zip(names, value, strict=False))


def _lengths(space: SearchSpace, given: Given) -> dict[str, Value]:
    """Return how many values the given lists have, by the name of the hyperparameter that says so."""
    lengths: dict[str, Value] = {}
    for name, value in given.items():
        for own in space.lists.get(name, ())[:1]:
            count = space[own].repeat
            if isinstance(value, list) and isinstance(count, str) and count in space:
                lengths[count] = _checked(count, len(value), space[count])
    return lengths


def _checked(name: str, value: Value, parameter: Searched) -> Value:
    """Return a value as the parameter has it, if it is one of its values."""
    match parameter:
        case CategoricalParameter(choices=choices):
            found = next((choice for choice in choices if choice == value and isinstance(choice, bool) == isinstance(value, bool)), None)
            if found is None:
                raise ValueError(f"{name} = {to_toml(value)} is none of the choices; {nearest(str(value), map(str, choices))}")
            return found
        case IntParameter() | FloatParameter():
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if not isinstance(value, int | float) or not is_number or (isinstance(parameter, IntParameter) and not float(value).is_integer()):
                raise ValueError(f"{name} = {to_toml(value)}: expected a {'whole ' if isinstance(parameter, IntParameter) else ''}number")
            return _in_range(name, value, parameter)


def _in_range(name: str, value: float, parameter: IntParameter | FloatParameter) -> Value:
    if not parameter.low <= value <= parameter.largest:
        raise ValueError(f"{name} = {to_toml(value)} is not in its range, {parameter.low} to {parameter.largest}; widen it, or correct the value")
    if not is_on_step(value, parameter.low, parameter.step):
        raise ValueError(f"{name} = {to_toml(value)} is on no step of {parameter.step} from {parameter.low}; correct the value")
    return int(value) if isinstance(parameter, IntParameter) else float(value)
