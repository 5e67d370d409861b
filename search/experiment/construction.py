"""Builds samplers and pruners with the options of an experiment file, after checking them."""

import inspect
import warnings
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from optuna.exceptions import ExperimentalWarning
from pydantic import TypeAdapter, ValidationError

from ..errors import ExperimentError, InputError
from .arguments import resolve_arguments
from .references import accepted_arguments, check_arguments, resolve
from .toml import to_toml
from .validation import expectation

_Built = TypeVar("_Built")


def construct(builder: Callable[..., _Built], options: Mapping[str, Any], provided: Mapping[str, object], where: str) -> _Built:
    """Call a builder of this project; its signature has the names, types and ranges of the options.

    Args:
        builder: The function to call, with an annotation on every argument.
        options: The user's arguments.
        provided: Arguments that this project passes if the signature has them.
        where: The options' table in the experiment file, such as ``[search.sampler_options]``.

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
    """Call the class or function that a reference names.

    Args:
        reference: "package.module:name".
        base: The class that the returned object must be an instance of.
        options: The user's arguments.
        provided: Arguments that this project passes if the signature names them; ``**kwargs`` does not count.
        where: The options' table in the experiment file.

    Raises:
        UnknownReferenceError: If the reference does not import.
        ExperimentError: If an option is unknown or missing, or the returned object is of another class.
    """
    builder = resolve(reference)
    if not callable(builder):
        raise ExperimentError(f'"{reference}" is a {type(builder).__name__}; expected a class derived from optuna\'s {base.__name__}')
    passed = {name: value for name, value in provided.items() if name in _names(builder)}
    _check_names(builder, options, passed, where)
    built = _call(builder, options, passed, where)
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


def _call(builder: Callable[..., _Built], options: Mapping[str, Any], provided: Mapping[str, object], where: str) -> _Built:
    with warnings.catch_warnings():
        # The user chose the option; Optuna's deprecations are handled when this project moves to a new release.
        warnings.simplefilter("ignore", ExperimentalWarning)
        warnings.simplefilter("ignore", FutureWarning)
        try:
            return builder(**resolve_arguments(options, where), **provided)
        except InputError:
            raise
        except (TypeError, ValueError) as error:
            raise ExperimentError(f"{where}: {getattr(builder, '__name__', builder)} refused {to_toml(options)}: {error}") from error
