"""The text of functions and classes of a Python session, and what they see: names, plain values, the order in which they are needed."""

import __future__

import ast
import inspect
import linecache
import sys
import textwrap
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from symtable import SymbolTable, symtable
from types import FunctionType
from typing import Any

_MAX_LITERAL = 2000
"""Characters of a plain value that is written out."""


def literal(value: Any) -> str | None:
    """Return a plain value as Python writes it, the same text in each process; None for any other value, and for a long one.

    Args:
        value: Numbers, text, bytes, None, and lists, tuples, dicts and sets of them are plain.
    """
    text = _literal(value)
    return text if text is not None and len(text) <= _MAX_LITERAL else None


def _literal(value: Any) -> str | None:
    if value is None or type(value) in (bool, int, str, bytes):
        return repr(value)
    if type(value) is float:
        return repr(value) if value - value == 0 else None  # infinity and NaN have no notation
    if type(value) is dict:
        entries = [f"{key}: {inner}" for key, inner in ((_literal(of), _literal(to)) for of, to in value.items()) if key and inner]
        return f"{{{', '.join(entries)}}}" if len(entries) == len(value) else None
    if type(value) in (list, tuple, set):
        known = [text for text in map(_literal, value) if text is not None]
        if len(known) < len(value) or (type(value) is set and not value):
            return None
        if type(value) is set:  # the order of a set differs between processes
            return f"{{{', '.join(sorted(known))}}}"
        return f"[{', '.join(known)}]" if type(value) is list else f"({', '.join(known)}{',' if len(known) == 1 else ''})"
    return None


def is_same(one: Any, other: Any) -> bool:
    """Return whether two values are one object, or equal plain values."""
    return one is other or (type(one) is type(other) and literal(one) is not None and literal(one) == literal(other))


def source_of(found: Any, name: str) -> str | None:
    """Return the text of a function or class that is defined by this name; None if it has none, or is not what its text says any more.

    A lambda has none, nor a function that changes a variable of the function around it. The text does not say what was set from outside,
    such as an attribute of a function, nor a default value whose global name has changed since.
    """
    if not isinstance(found, type | FunctionType) or (isinstance(found, FunctionType) and set(vars(found)) - {"__wrapped__"}):
        return None
    try:
        source = textwrap.dedent(_source_of_class(found) if isinstance(found, type) else inspect.getsource(found)).rstrip() + "\n"
        compile(source, "<session>", "exec")  # a nonlocal name needs the function around it
        [definition] = ast.parse(source).body
    except (OSError, TypeError, SyntaxError, ValueError):
        return None
    if not isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or definition.name != name:
        return None
    scope = scope_of(found)
    is_current = _is_current_class(definition, found, scope) if isinstance(found, type) else _is_current_function(definition, found, scope)
    return source if is_current else None


def _is_current_function(definition: Any, function: FunctionType, scope: Mapping[str, Any]) -> bool:
    """Return whether the default values of a function are what their text gives now."""
    written, function = definition.args, inspect.unwrap(function)
    pairs = [*zip(written.defaults, function.__defaults__ or (), strict=False)]
    pairs += [(node, (function.__kwdefaults__ or {}).get(of.arg)) for of, node in zip(written.kwonlyargs, written.kw_defaults, strict=True) if node]
    return all(_gives(node, value, scope) for node, value in pairs)


def _is_current_class(definition: Any, found: type, scope: Mapping[str, Any]) -> bool:
    """Return whether the plain attributes of a class, and the default values of its methods, are what their text gives now."""
    for node in definition.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            methods = [method for method in functions_of(found) if method.__name__ == node.name]
            if not all(_is_current_function(node, method, {**scope, **vars(found)}) for method in methods):
                return False
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and not _has_call(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [target.id for target in targets if isinstance(target, ast.Name)]
            # An enumeration makes members of them, which are not plain.
            plain = {name: vars(found)[name] for name in names if name in vars(found) and literal(vars(found)[name]) is not None}
            if not all(_gives(node.value, value, {**vars(found), **scope}) for value in plain.values()):
                return False
    return True


def _gives(node: ast.expr, value: Any, scope: Mapping[str, Any]) -> bool:
    """Return whether an expression without calls has this value now; one with calls is not computed again."""
    if _has_call(node):
        return False
    try:
        now = eval(compile(ast.Expression(node), "<session>", "eval"), dict(scope))  # noqa: S307 - the session's own text, without calls
    except Exception:  # whatever an operator of the session's objects raises
        return False
    return is_same(now, value)


def _has_call(node: ast.AST) -> bool:
    return any(isinstance(inner, ast.Call | ast.Await | ast.Yield | ast.NamedExpr) for inner in ast.walk(node))


def _source_of_class(found: type) -> str:
    """Return the text of a class, by the place of its methods, or by its name in the newest cell: `inspect` wants a file of ``__main__``.

    Raises:
        OSError: If it has no text.
    """
    for method in functions_of(found):
        first = method.__code__.co_firstlineno
        if (text := _class_in(method.__code__.co_filename, found.__name__, first)) is not None:
            return text
    cells = [file for file in linecache.cache if not Path(file).is_file()]
    texts = filter(None, map(partial(_class_in, name=found.__name__), reversed(cells)))
    return next(texts, None) or inspect.getsource(found)


def _class_in(file: str, name: str, line: int | None = None) -> str | None:
    """Return the text of a class in a file or a cell; that which has this line, if one is given."""
    lines = linecache.getlines(file)
    try:
        tree = ast.parse("".join(lines))
    except SyntaxError:  # a cell with commands of the shell
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == name and node.end_lineno is not None:
            first = min((decorator.lineno for decorator in node.decorator_list), default=node.lineno)
            if line is None or first <= line <= node.end_lineno:
                return "".join(lines[first - 1 : node.end_lineno])
    return None


def functions_of(found: Any) -> list[FunctionType]:
    """Return a function itself, or the functions that a class defines, also those of properties and of static and class methods."""
    if isinstance(found, FunctionType):
        return [found]
    plain = (getattr(value, "__func__", None) or getattr(value, "fget", None) or value for value in vars(found).values())
    return [value for value in plain if isinstance(value, FunctionType)]


def used_names(source: str) -> tuple[list[str], list[str]]:
    """Return the names from outside that a definition uses: those that its definition needs, and those that calls of it need.

    Bases, decorators, default values and the body of a class are computed when it is defined.
    """
    module = symtable(source, "<session>", "exec")
    needed = [symbol.get_name() for symbol in module.get_symbols() if symbol.is_referenced()]
    needed += [name for table in module.get_children() if table.get_type() == "class" for name in _names_of_body(table)]
    later = list(_global_names(module))
    return list(dict.fromkeys(needed)), list(dict.fromkeys(later))


def _names_of_body(table: SymbolTable) -> Iterator[str]:
    """Yield the names that the body of a class reads; one that it binds too may be read before."""
    yield from (symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced())
    for inner in table.get_children():
        if inner.get_type() == "class":
            yield from _names_of_body(inner)


def _global_names(table: SymbolTable) -> Iterator[str]:
    for inner in table.get_children():
        yield from (symbol.get_name() for symbol in inner.get_symbols() if symbol.is_referenced() and symbol.is_global())
        yield from _global_names(inner)


def scope_of(found: Any) -> dict[str, Any]:
    """Return the names that a function or a class sees outside of its own text."""
    functions = [inspect.unwrap(function) for function in functions_of(found)]
    scope = dict(vars(sys.modules[found.__module__])) if found.__module__ in sys.modules else {}
    for function in functions:
        scope |= function.__globals__
    for function in functions:
        scope |= inspect.getclosurevars(function).nonlocals
    return scope


def has_future_annotations(found: Any) -> bool:
    """Return whether the annotations of a definition's module are not evaluated."""
    return any(function.__code__.co_flags & __future__.annotations.compiler_flag for function in functions_of(found))
