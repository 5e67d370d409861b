"""Turns a reference string, "package.module:name", into the object it names.

References are code: whoever writes an experiment file decides what is imported. It does not load
files by path and does not evaluate expressions.
"""

import importlib
import inspect
import re
from collections.abc import Iterable, Mapping
from types import ModuleType, NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from ..errors import ExperimentError, UnknownReferenceError, nearest

_NAME = r"[A-Za-z_]\w*"
FORM = rf"^{_NAME}(\.{_NAME})*:{_NAME}(\.{_NAME})*$"
"""Regular expression of a reference, as a JSON schema writes it."""


def is_reference(text: str) -> bool:
    """Say whether text has the form "package.module:name"."""
    return re.fullmatch(FORM, text) is not None


def correct_form(text: str) -> str | None:
    """Guess the reference behind a path or a dotted name.

    Args:
        text: What was written, such as "models/mlp.py:build_mlp" or "models.mlp.build_mlp".

    Returns:
        The reference, such as "models.mlp:build_mlp"; None if there is no good guess.
    """
    guess = re.sub(r"\.py(?=:|$)", "", text.strip().removeprefix("./")).replace("/", ".").replace("::", ":")
    if ":" not in guess and text.endswith(".py"):
        return None
    guess = guess if ":" in guess else ":".join(guess.rsplit(".", 1))
    return guess if is_reference(guess) else None


def resolve(reference: str) -> Any:
    """Import what a reference names.

    Args:
        reference: "package.module:name"; the name may have dots.

    Returns:
        The object.

    Raises:
        UnknownReferenceError: If it is not of that form, the module does not import or has no such name.
    """
    if not is_reference(reference):
        suggestion = correct_form(reference)
        meant = f'; did you mean "{suggestion}"?' if suggestion else '; write "package.module:name", such as "models.mlp:build_mlp"'
        raise UnknownReferenceError(f'"{reference}" is not a reference{meant}')
    module_name, _, attribute = reference.partition(":")
    found: Any = _import_module(module_name, reference)
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise UnknownReferenceError(f'"{reference}": {module_name} has no "{attribute}"; {nearest(part, _public_names(found))}')
        found = getattr(found, part)
    return found


def _public_names(holder: Any) -> list[str]:
    """Return the public names an object defines, without what a module merely imported where that leaves any."""
    names = [name for name in dir(holder) if not name.startswith("_")]
    own = [name for name in names if getattr(getattr(holder, name), "__module__", None) == getattr(holder, "__name__", "")]
    return own if isinstance(holder, ModuleType) and own else names


def _import_module(module_name: str, reference: str) -> Any:
    try:
        return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        missing = error.name or module_name
        if module_name == missing or module_name.startswith(f"{missing}."):
            raise UnknownReferenceError(
                f'"{reference}": there is no module "{missing}"; correct the name, or put the folder that holds it on PYTHONPATH'
            ) from None
        raise UnknownReferenceError(f'"{reference}": importing {module_name} needs the module "{missing}"; install it') from error
    except Exception as error:  # whatever the user's module raises while it is imported
        reason = " ".join(str(error).split())
        raise UnknownReferenceError(f'"{reference}": importing {module_name} failed with {type(error).__name__}: {reason}') from error


def check_arguments(function: Any, given: Iterable[str], provided: Mapping[str, object], where: str) -> None:
    """Check that a function can be called with these names before it is called.

    Args:
        function: What will be called.
        given: The names the user wrote.
        provided: What the product passes by itself where the signature asks for it.
        where: Words for the message, such as ``[space.model]``.

    Raises:
        ExperimentError: If it is not a function, a name is not an argument of it, or an argument without a default is
            not given.
    """
    label = getattr(function, "__name__", repr(function))
    if not callable(function):
        raise ExperimentError(f"{where}: {label} is {type(function).__name__}, not a function; name a function")
    names, named = set(given), _arguments(function)
    for name in sorted(names - named.keys()):
        if not _takes_any(function):
            raise ExperimentError(f'{where}: {label}() has no argument "{name}"; {nearest(name, named.keys() - provided.keys())}')
    for name in sorted(named.keys() - names - provided.keys()):
        if named[name].default is inspect.Parameter.empty:
            raise ExperimentError(f'{where}: {label}() needs the argument "{name}"; add it to {where}')


def check_values(function: Any, values: Mapping[str, Iterable[object]], where: str) -> None:
    """Check values against the annotations of the function that will get them.

    A ``Literal`` takes its own values, ``int`` no fractions, and numbers, text and true or false are told apart. An argument
    that is annotated otherwise, or not at all, takes anything.

    Args:
        function: What will be called.
        values: For each argument's name, the values that it may get.
        where: Words for the message, such as ``[space.model]``.

    Raises:
        ExperimentError: With the first value that an argument does not take, and what it takes.
    """
    label = getattr(function, "__name__", repr(function))
    for name, annotation in _annotations(function).items():
        for value in values.get(name, ()):
            if not any(_fits(value, alternative) for alternative in _alternatives(annotation)):
                given = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
                raise ExperimentError(f"{where}: {name} = {given} is nothing that {label}() takes; {_expected(value, annotation)}")


def accepted_arguments(function: Any, provided: Mapping[str, object]) -> dict[str, object]:
    """Return those of the provided arguments that a function's signature names (or all, for ``**kwargs``).

    Args:
        function: What will be called.
        provided: Arguments by name.

    Returns:
        The part of ``provided`` to pass.
    """
    return dict(provided) if _takes_any(function) else named_arguments(function, provided)


def named_arguments(function: Any, provided: Mapping[str, object]) -> dict[str, object]:
    """Return those of the provided arguments that a function's signature names, whether it takes others or not."""
    named = _arguments(function)
    return {name: value for name, value in provided.items() if name in named}


def _parameters(function: Any) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function).parameters.values())
    except ValueError:  # written in C, without a signature: it takes what it takes
        return [inspect.Parameter("arguments", inspect.Parameter.VAR_KEYWORD)]


def _arguments(function: Any) -> dict[str, inspect.Parameter]:
    """Return what can be passed by name."""
    return {p.name: p for p in _parameters(function) if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}


def _takes_any(function: Any) -> bool:
    return any(p.kind is p.VAR_KEYWORD for p in _parameters(function))


def _annotations(function: Any) -> dict[str, Any]:
    """Return the annotations of what can be passed by name; none where they cannot be evaluated."""
    try:
        parameters = inspect.signature(function, eval_str=True).parameters.values()
    except Exception:  # a name that is imported for type checkers only, or no signature at all
        return {}
    return {p.name: p.annotation for p in parameters if p.annotation is not inspect.Parameter.empty}


def _alternatives(annotation: Any) -> list[Any]:
    """Return what a union is made of, and any other annotation as the only one."""
    if get_origin(annotation) is Annotated:
        return _alternatives(annotation.__origin__)
    if get_origin(annotation) in (Union, UnionType):
        return [part for argument in get_args(annotation) for part in _alternatives(argument)]
    return [annotation]


def _fits(value: object, annotation: Any) -> bool:
    if get_origin(annotation) is Literal:
        return any(value == choice and type(value) is type(choice) for choice in get_args(annotation))
    if annotation in (bool, str, NoneType):
        return isinstance(value, annotation)
    if annotation in (int, float):  # a whole number is a fine float, and true is no number
        return isinstance(value, int if annotation is int else int | float) and not isinstance(value, bool)
    return True


def _expected(value: object, annotation: Any) -> str:
    alternatives = _alternatives(annotation)
    valid = [choice for part in alternatives if get_origin(part) is Literal for choice in get_args(part)]
    kinds = [_KINDS[part] for part in alternatives if part in _KINDS]
    if kinds:
        return f"expected {' or '.join([*kinds, *(str(choice) for choice in valid)])}"
    return nearest(str(value), map(str, valid))


_KINDS = {int: "a whole number", float: "a number", bool: "true or false", str: "text in quotation marks"}
