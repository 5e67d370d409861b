"""Turns a reference string, "package.module:name", into the object it names.

References are code: whoever writes an experiment file decides what is imported. It does not load
files by path and does not evaluate expressions.
"""

import importlib
import importlib.util
import inspect
from collections.abc import Iterable, Mapping
from typing import Any

from .errors import ExperimentError, UnknownReferenceError, nearest


def resolve(reference: str) -> Any:
    """Import what a reference names.

    Args:
        reference: "package.module:name"; the name may have dots.

    Returns:
        The object.

    Raises:
        UnknownReferenceError: If it is not of that form, the module does not import or has no such name.
    """
    module_name, separator, attribute = reference.partition(":")
    if not (module_name and separator and attribute):
        raise UnknownReferenceError(f'"{reference}" is not a reference; write "package.module:name", such as "models.mlp:build_mlp"')
    module = _import_module(module_name, reference)
    found: Any = module
    for part in attribute.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            public = [name for name in vars(found) if not name.startswith("_")]
            raise UnknownReferenceError(f'"{reference}": {module_name} has no "{attribute}"; {nearest(part, public)}') from None
    return found


def _import_module(module_name: str, reference: str) -> Any:
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        missing = error.name or module_name
        if module_name == missing or module_name.startswith(f"{missing}."):
            raise UnknownReferenceError(
                f'"{reference}": there is no module "{missing}"; run from the folder that holds it or put that folder on PYTHONPATH'
            ) from None
        raise UnknownReferenceError(f'"{reference}": importing {module_name} needs the module "{missing}", which is not installed') from error
    except Exception as error:  # whatever the user's module raises while it is imported
        raise UnknownReferenceError(f'"{reference}": importing {module_name} failed with {type(error).__name__}: {error}') from error


def check_arguments(function: Any, given: Iterable[str], provided: Mapping[str, object], where: str) -> None:
    """Check that a function can be called with these names before it is called.

    Args:
        function: What will be called.
        given: The names the user wrote.
        provided: What the product passes by itself where the signature asks for it.
        where: Words for the message, such as ``[space.model]``.

    Raises:
        ExperimentError: If a name is not an argument of the function, or an argument without a default is not given.
    """
    parameters = inspect.signature(function).parameters
    names = set(given)
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    named = {n for n, p in parameters.items() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    label = getattr(function, "__name__", repr(function))
    for name in sorted(names):
        if name not in named and not takes_any:
            raise ExperimentError(f'{where}: {label}() has no argument "{name}"; {nearest(name, named - provided.keys())}')
    for name in sorted(named):
        if parameters[name].default is inspect.Parameter.empty and name not in names and name not in provided:
            raise ExperimentError(f'{where}: {label}() needs the argument "{name}"; add it to {where}')


def accepted(function: Any, provided: Mapping[str, object]) -> dict[str, object]:
    """Return those of the provided arguments that a function's signature names (or all, for ``**kwargs``).

    Args:
        function: What will be called.
        provided: Arguments by name.

    Returns:
        The part of ``provided`` to pass.
    """
    parameters = inspect.signature(function).parameters
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return dict(provided)
    return {name: value for name, value in provided.items() if name in parameters}
