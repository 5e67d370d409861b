"""Calls what makes a sampler or a pruner with the options of an experiment file, after checking them."""

import inspect
import warnings
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from optuna.exceptions import ExperimentalWarning
from pydantic import TypeAdapter, ValidationError

from ..errors import ExperimentError, InputError
from .references import accepted_arguments, check_arguments, resolve
from .validation import expectation, to_toml

_Made = TypeVar("_Made")


def construct(builder: Callable[..., _Made], options: Mapping[str, Any], provided: Mapping[str, object], where: str) -> _Made:
    """Call a builder of ours: its signature says which options there are, of which type and range.

    Args:
        builder: What to call, with an annotation on every argument.
        options: The user's arguments.
        provided: What the product passes where the signature asks for it.
        where: The options' place in the experiment file, such as ``[search.sampler_options]``.

    Raises:
        ExperimentError: If an option is unknown, missing, or of a wrong type or range.
    """
    _check_names(builder, options, provided, where)
    signature = inspect.signature(builder)
    for name, value in options.items():
        try:
            TypeAdapter(signature.parameters[name].annotation).validate_python(value, strict=True)
        except ValidationError as error:
            raise ExperimentError(f"{where}: {name} = {to_toml(value)}: {expectation(error.errors()[0])}") from None
    return _call(builder, options, accepted_arguments(builder, provided), where)


def construct_reference(reference: str, base: type, options: Mapping[str, Any], provided: Mapping[str, object], where: str) -> Any:
    """Call what a reference names: a class, or a function that returns an object of one.

    Args:
        reference: "package.module:name".
        base: What the outcome must be an instance of.
        options: The user's arguments.
        provided: What the product passes where the signature names it; ``**kwargs`` does not ask for it.
        where: The options' place in the experiment file.

    Raises:
        UnknownReferenceError: If the reference does not import.
        ExperimentError: If the options do not fit, or the outcome is something else.
    """
    builder = resolve(reference)
    if not callable(builder):
        raise ExperimentError(f'"{reference}" is a {type(builder).__name__}; expected a class derived from optuna\'s {base.__name__}')
    asked = {name: value for name, value in provided.items() if name in _names(builder)}
    _check_names(builder, options, asked, where)
    built = _call(builder, options, asked, where)
    if not isinstance(built, base):
        raise ExperimentError(f'"{reference}" makes a {type(built).__name__}; expected a class derived from optuna\'s {base.__name__}')
    return built


def _check_names(builder: Callable[..., Any], options: Mapping[str, Any], provided: Mapping[str, object], where: str) -> None:
    for name in options:
        if name in provided and name in _names(builder):
            raise ExperimentError(f'{where}: "{name}" follows from the rest of the experiment; leave it out here')
    check_arguments(builder, options, provided, where)


def _names(builder: Callable[..., Any]) -> set[str]:
    try:
        return set(inspect.signature(builder).parameters)
    except ValueError:  # written in C, without a signature
        return set()


def _call(builder: Callable[..., _Made], options: Mapping[str, Any], provided: Mapping[str, object], where: str) -> _Made:
    with warnings.catch_warnings():
        # Whoever wrote the option chose it; Optuna's deprecations are noted where this project takes a new release.
        warnings.simplefilter("ignore", ExperimentalWarning)
        warnings.simplefilter("ignore", FutureWarning)
        try:
            return builder(**options, **provided)
        except InputError:
            raise
        except (TypeError, ValueError) as error:
            raise ExperimentError(f"{where}: {getattr(builder, '__name__', builder)} refused {to_toml(options)}: {error}") from error
