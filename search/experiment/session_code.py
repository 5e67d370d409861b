"""Writes functions of a script, a notebook or a Python session as a module that other processes can import.

The names that a function uses are followed: modules and what they define are imported, plain values, functions and classes of the
session are written out. Anything else, such as an array or a secret, is kept as a value beside the source. No module is imported here.
"""

import ast
import importlib.util
import inspect
import sys
from collections.abc import Iterable
from importlib.machinery import PathFinder
from types import FunctionType, MethodType, ModuleType
from typing import Any

from ..errors import ExperimentError
from ..estimators import is_estimator
from ..redaction import redact
from ..secret_values import is_secret_name
from . import packages
from .session_estimators import call_of
from .session_source import has_future_annotations, is_same, literal, scope_of, source_of, used_names

_HEADER = '"""Functions of a Python session."""\n'
_FUTURE = "from __future__ import annotations\n"
_VALUES = """\
import pathlib as _pathlib
import pickle as _pickle

_file = _pathlib.Path(__file__).with_suffix(".pickle")  # {names}
if _file.is_file():  # it is there while the session runs
    globals().update(_pickle.loads(_file.read_bytes()))
"""


class SessionCode:
    """A module with objects of this session.

    Args:
        name: The module's name, for references.

    Attributes:
        name: The module's name.
        values: The values without source, by name.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.values: dict[str, Any] = {}
        self._objects: dict[str, Any] = {}
        self._imports: dict[str, None] = {}
        self._definitions: list[str] = []
        self._has_future = False

    def add(self, found: Any, name: str) -> str:
        """Return a reference to an object, which is added to the module unless other processes can import it from where it is.

        Args:
            found: A function, a class, an estimator, or any object that can be called.
            name: Its name in the module, if it has none of its own.

        Raises:
            ExperimentError: If it uses two objects of the same name.
        """
        if (reference := reference_of(found)) is not None:
            return reference
        own = getattr(found, "__name__", name)
        name = own if own.isidentifier() else name
        if callable(getattr(found, "build", None)) and not isinstance(found, type | FunctionType):  # a hypermodel
            self._add(f"_{name}", found)
            self._define(name, found, _wrapper(name, found))
        else:
            self._add(name, found)
        return f"{self.name}:{name}"

    @property
    def is_empty(self) -> bool:
        """Whether no object was added."""
        return not self._objects

    @property
    def source(self) -> str:
        """The module's text."""
        values = _VALUES.format(names=", ".join(self.values)) if self.values else ""
        parts = [_FUTURE if self._has_future else "", "".join(f"{line}\n" for line in self._imports), values, *self._definitions]
        return "\n".join([_HEADER, *filter(None, parts)])

    def _add(self, name: str, found: Any) -> None:
        """Add an object and everything that it uses."""
        if name in self._objects:
            if not is_same(self._objects[name], found):
                raise ExperimentError(f'Two different objects of this session are named "{name}"; rename one of them')
        elif isinstance(found, ModuleType):
            self._define(name, found)
            self._imports[f"import {found.__name__}" + ("" if found.__name__ == name else f" as {name}")] = None
        elif (reference := reference_of(found)) is not None and "." not in reference.partition(":")[2]:
            self._define(name, found)
            module, _, attribute = reference.partition(":")
            self._imports[f"from {module} import {attribute}" + ("" if attribute == name else f" as {name}")] = None
        elif (text := _text_of(name, found)) is not None:
            other = next((known for known, of in self._objects.items() if of is found and isinstance(found, list | dict | set)), None)
            self._define(name, found, f"{name} = {other or text}\n")
        elif (source := source_of(found, name)) is not None:
            self._add_definition(name, found, source)
        elif is_estimator(found) and (call := call_of(found)) is not None and redact(call.text) == call.text:
            self._objects[name] = found
            for of, used in call.names.items():
                self._add(of, used)
            self._definitions.append(f"{name} = {call.text}\n")
        elif source_of(type(found), type(found).__name__) is not None and (text := _object_text(name, found)) is not None:
            self._objects[name] = found
            self._add(type(found).__name__, type(found))
            self._definitions.append(text)
        else:
            self._define(name, found)
            self.values[name] = found

    def _add_definition(self, name: str, found: Any, source: str) -> None:
        """Add a function or class after what its definition needs, and before what only its calls need, which may need it too."""
        self._objects[name] = found
        needed, later = used_names(source)
        self._add_names(needed, found)
        self._import_submodules(ast.parse(source), found)
        self._has_future |= has_future_annotations(found)
        self._definitions.append(source)
        self._add_names(later, found)

    def _add_names(self, names: Iterable[str], found: Any) -> None:
        scope = scope_of(found)
        for name in names:
            if name in scope and scope[name] is not found:
                self._add(name, scope[name])

    def _define(self, name: str, found: Any, text: str = "") -> None:
        self._objects[name] = found
        if text:
            self._definitions.append(text)

    def _import_submodules(self, tree: ast.AST, found: Any) -> None:
        """Import the modules that are used as attributes of another one, such as `sklearn.linear_model`."""
        scope = scope_of(found)
        for node in ast.walk(tree):
            parts: list[str] = []
            while isinstance(node, ast.Attribute):
                parts.insert(0, node.attr)
                node = node.value
            place = scope.get(node.id) if isinstance(node, ast.Name) else None
            for part in parts:
                if not isinstance(place, ModuleType):
                    break
                inner = getattr(place, part, None)
                if not isinstance(inner, ModuleType) or inner.__name__ != f"{place.__name__}.{part}" or not _has_spec(inner.__name__):
                    break
                self._imports[f"import {inner.__name__}"] = None
                place = inner


def _text_of(name: str, found: Any) -> str | None:
    """Return a plain value as text, unless it is a secret."""
    text = literal(found)
    return None if text is None or is_secret_name(name) or redact(text) != text else text


def _object_text(name: str, found: Any) -> str | None:
    """Return the text that makes an object of a class of the session again, from its attributes; None if one is not plain.

    A method of the object among its attributes, as Keras Tuner's hypermodels have, is bound again.
    """
    of, kind = type(found).__name__, type(found)
    # A dict or a list of a class of its own has items besides its attributes.
    is_plain = all(getattr(kind, method) is getattr(object, method) for method in ("__new__", "__reduce__", "__reduce_ex__"))
    if not is_plain or hasattr(kind, "__slots__") or not hasattr(found, "__dict__"):
        return None
    lines = [f"{name} = object.__new__({of})"]
    for attribute, value in vars(found).items():
        text = _text_of(attribute, value)
        if isinstance(value, MethodType) and value.__self__ is found and hasattr(kind, value.__func__.__name__):
            text = f"{of}.{value.__func__.__name__}.__get__({name})"
        if text is None:
            return None
        lines.append(f"vars({name})[{attribute!r}] = {text}")
    return "\n".join(lines) + "\n"


def _wrapper(name: str, hypermodel: Any) -> str:
    """Return the text of a function that calls the method ``build`` of an object, with the method's own arguments; of a class if it has a ``fit``."""
    _, *parameters = inspect.signature(type(hypermodel).build).parameters.values()  # Keras Tuner hides those of the bound method
    named = [of for of in parameters if of.kind in (of.POSITIONAL_OR_KEYWORD, of.KEYWORD_ONLY)]
    asked = [of.name for of in named if of.default is of.empty]
    call = f"return _{name}.build({', '.join(f'{of}={of}' for of in asked)})\n"
    if not _has_own_fit(hypermodel):
        return f"def {name}({', '.join(asked)}):\n    {call}"
    return (
        f"class {name}:\n    tunable = getattr(_{name}, 'tunable', True)\n\n    def build({', '.join(['self', *asked])}):\n        {call}\n"
        f"    def fit(self, hp, model, *args, **kwargs):\n        return _{name}.fit(hp, model, *args, **kwargs)\n"
    )


def _has_own_fit(hypermodel: Any) -> bool:
    """Return whether a hypermodel trains its models itself, and does not only inherit the ``fit`` of Keras Tuner."""
    fit = getattr(type(hypermodel), "fit", None)
    return callable(fit) and str(fit.__module__).partition(".")[0] != "keras_tuner"


def reference_of(found: Any) -> str | None:
    """Return the reference of a function or class that other processes can import; None if they cannot.

    Args:
        found: Any object.
    """
    module, name = getattr(found, "__module__", None), getattr(found, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str) or module == "__main__" or "<" in name:
        return None
    place: Any = sys.modules.get(module)
    for part in name.split("."):
        place = getattr(place, part, None)
    is_there = place is found and (module.partition(".")[0] in sys.builtin_module_names or _has_file(module))
    return f"{module}:{name}" if is_there else None


def _has_file(module: str) -> bool:
    """Return whether a module is found by its name, not only because this process has imported it."""
    top = module.partition(".")[0]
    return (top in packages.PACKAGES or PathFinder.find_spec(top, packages.readable_path()) is not None) and _has_spec(module)


def _has_spec(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError, AttributeError):
        return False
