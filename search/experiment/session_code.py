"""Writes functions of a script, a notebook or a Python session as a module that other processes can import.

The names that a function uses are followed: modules and what they define are imported, plain values, functions and classes of the
session are written out. Anything else, such as an array or a secret, is kept as a value beside the source. No module is imported here.
"""

import __future__

import ast
import importlib.util
import inspect
import linecache
import sys
import textwrap
from collections.abc import Iterator, Mapping
from importlib.machinery import PathFinder
from symtable import SymbolTable, symtable
from types import FunctionType, ModuleType
from typing import Any

from ..errors import ExperimentError
from ..redaction import redact
from ..secret_values import is_secret_name
from . import packages

_MAX_LITERAL = 2000
"""Characters of a plain value that is written out; a longer one is kept as a value."""
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
            found: A function, a class, or any object that can be called.
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
            self._define(name, found, f"def {name}(hp):\n    return _{name}.build(hp)\n")
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
            if self._objects[name] is not found and not _is_same(self._objects[name], found):
                raise ExperimentError(f'Two different objects of this session are named "{name}"; rename one of them')
            return
        if isinstance(found, ModuleType):
            self._define(name, found)
            self._import_module(name, found)
        elif (reference := reference_of(found)) is not None and "." not in reference.partition(":")[2]:
            self._define(name, found)
            module, _, attribute = reference.partition(":")
            self._imports[f"from {module} import {attribute}" + ("" if attribute == name else f" as {name}")] = None
        elif _is_literal(found) and not is_secret_name(name) and redact(repr(found)) == repr(found):
            self._define(name, found, f"{name} = {found!r}\n")
        elif (source := _source_of(found, name)) is not None:
            self._objects[name] = found
            for used, value in _used(source, found):
                self._add(used, value)
            self._import_submodules(ast.parse(source), found)
            self._has_future |= _has_future(found)
            self._definitions.append(source)
        else:
            self._define(name, found)
            self.values[name] = found

    def _define(self, name: str, found: Any, text: str = "") -> None:
        self._objects[name] = found
        if text:
            self._definitions.append(text)

    def _import_module(self, name: str, module: ModuleType) -> None:
        path = module.__name__
        self._imports[f"import {path}" if path == name else f"import {path} as {name}"] = None

    def _import_submodules(self, tree: ast.AST, found: Any) -> None:
        """Import the modules that are used as attributes of another one, such as `sklearn.linear_model`."""
        scope = dict(_scope(found))
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


def _is_literal(found: Any) -> bool:
    text = repr(found) if isinstance(found, bool | int | float | str | bytes | tuple | list | dict | set | frozenset | None) else ""
    try:
        return 0 < len(text) <= _MAX_LITERAL and _is_same(ast.literal_eval(text), found)
    except (ValueError, SyntaxError):
        return False


def _is_same(one: Any, other: Any) -> bool:
    return (
        type(one) is type(other) and isinstance(one, bool | int | float | str | bytes | tuple | list | dict | set | None) and repr(one) == repr(other)
    )


def _source_of(found: Any, name: str) -> str | None:
    """Return the text of a function or class that is defined by this name; None if it has none, as a lambda."""
    if not isinstance(found, type | FunctionType):
        return None
    try:
        source = textwrap.dedent(_source_of_class(found) if isinstance(found, type) else inspect.getsource(found)).rstrip() + "\n"
        compile(source, "<session>", "exec")  # a nonlocal name needs the function around it
        [definition] = ast.parse(source).body
    except (OSError, TypeError, SyntaxError, ValueError):
        return None
    is_definition = isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and definition.name == name
    is_same = is_definition and (isinstance(found, type) or _has_written_defaults(definition, found))
    return source if is_same else None


def _has_written_defaults(definition: Any, function: FunctionType) -> bool:
    """Return whether a function's default values are still what their text says; a global name may have changed since, and a call is not repeated."""
    written = definition.args
    pairs = [*zip(written.defaults, function.__defaults__ or (), strict=False)]
    pairs += [(node, (function.__kwdefaults__ or {}).get(of.arg)) for of, node in zip(written.kwonlyargs, written.kw_defaults, strict=True) if node]
    scope = dict(_scope(function))
    for node, value in pairs:
        if any(isinstance(inner, ast.Call) for inner in ast.walk(node)):
            return False
        try:
            now = eval(compile(ast.Expression(node), "<session>", "eval"), scope)  # noqa: S307 - the session's own text, without calls
        except Exception:  # whatever an operator of the session's objects raises
            return False
        if now is not value and not _is_same(now, value):
            return False
    return True


def _source_of_class(found: type) -> str:
    """Return the text of a class, also of one in a cell, by the place of its methods: `inspect` wants a file of ``__main__``.

    Raises:
        OSError: If it has no text.
    """
    for method in _functions(found):
        lines = linecache.getlines(method.__code__.co_filename)
        for node in ast.walk(ast.parse("".join(lines))):
            if isinstance(node, ast.ClassDef) and node.name == found.__name__ and node.end_lineno is not None:
                first = min((decorator.lineno for decorator in node.decorator_list), default=node.lineno)
                if first <= method.__code__.co_firstlineno <= node.end_lineno:
                    return "".join(lines[first - 1 : node.end_lineno])
    return inspect.getsource(found)


def _functions(found: Any) -> list[FunctionType]:
    """Return a function, or those of a class."""
    return [found] if isinstance(found, FunctionType) else [value for value in vars(found).values() if isinstance(value, FunctionType)]


def _used(source: str, found: Any) -> Iterator[tuple[str, Any]]:
    """Yield the names of the session that a definition uses, with their objects; not its local variables of the same names."""
    scope = _scope(found)
    for name in dict.fromkeys(_global_names(symtable(source, "<session>", "exec"), is_module=True)):
        if name in scope and scope[name] is not found:
            yield name, scope[name]


def _global_names(table: SymbolTable, *, is_module: bool = False) -> Iterator[str]:
    yield from (symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced() and (is_module or symbol.is_global()))
    for inner in table.get_children():
        yield from _global_names(inner)


def _scope(found: Any) -> Mapping[str, Any]:
    """Return the names that a function or a class sees outside of its own text."""
    functions = [inspect.unwrap(function) for function in _functions(found)]
    scope = dict(vars(sys.modules[found.__module__])) if found.__module__ in sys.modules else {}
    for function in functions:
        scope |= function.__globals__
    for function in functions:
        scope |= inspect.getclosurevars(function).nonlocals
    return scope


def _has_future(found: Any) -> bool:
    """Return whether the annotations of a definition's module are not evaluated."""
    return any(function.__code__.co_flags & __future__.annotations.compiler_flag for function in _functions(found))
