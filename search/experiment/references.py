"""Imports the object that a reference string, "package.module:name", names, and checks arguments for it.

References are code: the author of an experiment file decides what is imported. Files are not loaded by path, and expressions are not
evaluated.
"""

import importlib
import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType, NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from ..errors import ExperimentError, UnknownReferenceError, nearest
from ..quiet import quiet_backend
from ..redaction import one_line, shorten
from ..secret_values import MASK, is_secret_name
from ..user_code import user_code
from . import packages
from .dropped_names import instead_of
from .toml import to_toml

_NAME = r"[A-Za-z_]\w*"
FORM = rf"^{_NAME}(\.{_NAME})*:{_NAME}(\.{_NAME})*$"
"""Regular expression of a reference, in the notation of JSON schemas."""


def is_reference(text: str) -> bool:
    """Return whether text has the form "package.module:name"."""
    return re.fullmatch(FORM, text) is not None


def correct_form(text: str) -> str | None:
    """Guess the reference that a path or a dotted name stands for.

    Args:
        text: The text that was given, such as "models/mlp.py:build_mlp" or "models.mlp.build_mlp".

    Returns:
        The reference, such as "models.mlp:build_mlp"; None if there is no good guess.
    """
    guess = re.sub(r"\.py(?=:|$)", "", text.strip().removeprefix("./")).replace("/", ".").replace("::", ":")
    if ":" not in guess and text.endswith(".py"):
        return None
    guess = guess if ":" in guess else ":".join(guess.rsplit(".", 1))
    return guess if is_reference(guess) else None


def resolve(reference: str) -> Any:
    """Import the object that a reference names.

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
    """Return the public names of an object; of a module those that it defines itself, if it defines any."""
    names = [name for name in dir(holder) if not name.startswith("_")]
    own = [name for name in names if getattr(getattr(holder, name), "__module__", None) == getattr(holder, "__name__", "")]
    return own if isinstance(holder, ModuleType) and own else names


def _import_module(module_name: str, reference: str) -> Any:
    try:
        with user_code(), quiet_backend(keeps_others=True):  # the module may import TensorFlow
            packages.join()
            return importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        missing = error.name or module_name
        if module_name == missing or module_name.startswith(f"{missing}."):
            raise UnknownReferenceError(
                f'"{reference}": there is no module "{missing}"; correct the name, or put the folder that holds it on PYTHONPATH'
            ) from None
        raise UnknownReferenceError(f'"{reference}": importing {module_name} needs the module "{missing}"; install it') from error
    except Exception as error:  # importing a user's module can raise anything
        instead = instead_of(error)
        reason = f"{shorten(one_line(str(error)), 300)}{f'; {instead}' if instead else ''}"
        raise UnknownReferenceError(f'"{reference}": importing {module_name} failed with {type(error).__name__}: {reason}') from error


def check_arguments(function: Any, given: Iterable[str], provided: Mapping[str, object], where: str) -> None:
    """Check that a function accepts these argument names.

    Args:
        function: The function that will be called.
        given: Names of the arguments that the user gave.
        provided: Arguments that this project passes if the signature has them.
        where: Start of the error message, such as ``[space.model]``.

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


def check_defaults(function: Any, names: Iterable[str], where: str) -> None:
    """Check that arguments which some trials do not have may be left out.

    Args:
        function: The function that will be called.
        names: The arguments.
        where: Start of the error message, such as ``[space.model]``.

    Raises:
        ExperimentError: If one has no default.
    """
    label, named = getattr(function, "__name__", repr(function)), _arguments(function)
    for name in sorted(names):
        if name in named and named[name].default is inspect.Parameter.empty:
            raise ExperimentError(f'{where}: {label}() needs the argument "{name}", but trials without it are possible (when); give it a default')


def check_values(function: Any, values: Mapping[str, Iterable[object]], where: str) -> None:
    """Check values against the annotations of the function that receives them.

    A ``Literal`` accepts its own values, ``int`` no fractions, and numbers, text and booleans are distinguished; ``list[...]`` and
    ``Sequence[...]`` accept lists of such values. An argument with another annotation, or none, accepts anything.

    Args:
        function: The function that will be called.
        values: Possible values by argument name.
        where: Start of the error message, such as ``[space.model]``.

    Raises:
        ExperimentError: With the first value that an argument does not accept, and the values that it accepts.
    """
    label = getattr(function, "__name__", repr(function))
    for name, annotation in _annotations(function).items():
        for value in values.get(name, ()):
            if not any(_fits(value, alternative) for alternative in _alternatives(annotation)):
                given = MASK if is_secret_name(name) else to_toml(value)
                raise ExperimentError(f"{where}: {name} = {given} is not accepted by {label}(); {_expected(name, given, value, annotation)}")


def accepted_arguments(function: Any, provided: Mapping[str, object]) -> dict[str, object]:
    """Return the provided arguments that a function's signature has, or all of them if it has ``**kwargs``.

    Args:
        function: The function that will be called.
        provided: Arguments by name.

    Returns:
        The arguments to pass.
    """
    return dict(provided) if _takes_any(function) else named_arguments(function, provided)


def named_arguments(function: Any, provided: Mapping[str, object]) -> dict[str, object]:
    """Return the provided arguments that a function's signature names, even if it also has ``**kwargs``."""
    named = _arguments(function)
    return {name: value for name, value in provided.items() if name in named}


def _parameters(function: Any) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(function).parameters.values())
    except ValueError:  # written in C, without a signature: any argument may be right
        return [inspect.Parameter("arguments", inspect.Parameter.VAR_KEYWORD)]


def _arguments(function: Any) -> dict[str, inspect.Parameter]:
    """Return the parameters that can be passed by name."""
    return {p.name: p for p in _parameters(function) if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}


def _takes_any(function: Any) -> bool:
    return any(p.kind is p.VAR_KEYWORD for p in _parameters(function))


def _annotations(function: Any) -> dict[str, Any]:
    """Return the annotations by parameter name; none if they cannot be evaluated."""
    try:
        parameters = inspect.signature(function, eval_str=True).parameters.values()
    except Exception:  # an annotation that is imported for type checkers only, or no signature
        return {}
    return {p.name: p.annotation for p in parameters if p.annotation is not inspect.Parameter.empty}


def _alternatives(annotation: Any) -> list[Any]:
    """Return the members of a union, or any other annotation alone."""
    if get_origin(annotation) is Annotated:
        return _alternatives(annotation.__origin__)
    if get_origin(annotation) in (Union, UnionType):
        return [part for argument in get_args(annotation) for part in _alternatives(argument)]
    return [annotation]


def _fits(value: object, annotation: Any) -> bool:
    if get_origin(annotation) is Literal:
        return any(value == choice and type(value) is type(choice) for choice in get_args(annotation))
    if get_origin(annotation) in (list, Sequence):
        alternatives = [alternative for of in get_args(annotation) for alternative in _alternatives(of)] or [Any]  # none of a bare typing.List
        return isinstance(value, list) and all(any(_fits(entry, alternative) for alternative in alternatives) for entry in value)
    if annotation in (bool, str, NoneType):
        return isinstance(value, annotation)
    if annotation in (int, float):  # a whole number is a valid float; true is not a number
        return isinstance(value, int if annotation is int else int | float) and not isinstance(value, bool)
    return True


def _expected(name: str, shown: str, value: object, annotation: Any) -> str:
    alternatives = _alternatives(annotation)
    valid = [choice for part in alternatives if get_origin(part) is Literal for choice in get_args(part)]
    lists = [next(iter(get_args(part)), Any) for part in alternatives if get_origin(part) in (list, Sequence)]
    if lists and any(_fits([value], part) for part in alternatives):
        return f"write {name} = [{shown}]"
    type_names = [_TYPE_NAMES[part] for part in alternatives if part in _TYPE_NAMES] + ["a list of " + _names_of_entries(part) for part in lists]
    if type_names:
        return f"expected {' or '.join([*type_names, *(str(choice) for choice in valid)])}"
    return nearest(str(value), map(str, valid))


def _names_of_entries(annotation: Any) -> str:
    return " or ".join(_TYPE_NAMES.get(part, "values") for part in _alternatives(annotation))


_TYPE_NAMES = {int: "a whole number", float: "a number", bool: "true or false", str: "text in quotation marks"}
