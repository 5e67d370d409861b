"""Finds the source files of the user's own modules and compares them by content, without importing any.

A module is the user's own unless it belongs to Python, to an installed package or to this one.
"""

import ast
import contextlib
import hashlib
import importlib
import importlib.util
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from typing import Any

from . import packages
from .file import Experiment
from .objects import is_of_compile
from .references import is_reference

_PRODUCT = __name__.partition(".")[0]
_INSTALLED = ("site-packages", "dist-packages")


def referenced_modules(experiment: Experiment) -> list[str]:
    """Return the modules of all references that decide what a trial computes: builder, loader, callbacks, losses and the like; sorted."""
    references = {experiment.model, experiment.data.loader, *used_references(experiment)}
    return sorted({reference.partition(":")[0] for reference in references})


def used_references(experiment: Experiment) -> list[str]:
    """Return the references of an experiment's callbacks, losses, metrics, optimizers and of their arguments."""
    searched = [choice for entry in experiment.space.searched_training.values() for choice in entry.extremes if isinstance(choice, str)]
    return [*_used(experiment.identity), *filter(is_reference, searched)]


def _used(value: Any) -> Iterator[str]:
    """Yield every reference under a key ``use``."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "use" and isinstance(inner, str):
                yield from () if is_of_compile(inner) else (inner,)
            else:
                yield from _used(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _used(inner)


def own_files(modules: Iterable[str], folders: Sequence[str] = ()) -> dict[str, Path]:
    """Return the source files of the user's own modules that importing these modules may need.

    Imports are followed wherever they are written, also inside functions, but not those for type checkers only; so are calls of
    `importlib.import_module` with a name in quotation marks. `computed_imports` finds calls with another name, whose modules are missing here.

    Args:
        modules: Module names, such as "own_network.builder".
        folders: Folders to look into before those of ``sys.path``. Defaults to none.

    Returns:
        Files by module name, those of the parent packages included. Modules that are not the user's own are left out.
    """
    importlib.invalidate_caches()  # a file may be newer than the last listing of its folder
    specs: dict[str, ModuleSpec | None] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name in specs:
            continue
        parent = name.rpartition(".")[0]
        if parent and parent not in specs:
            waiting += [name, parent]
            continue
        found = specs[name] = _find(name, specs.get(parent), folders)
        if found is not None and (file := _file(found)):
            waiting += _imports(file, name if found.submodule_search_locations is not None else parent)
    return {name: file for name, found in sorted(specs.items()) if found is not None and (file := _file(found))}


def own_file(module: str) -> Path | None:
    """Return the source file of one of the user's own modules, whatever it imports; None if it is not the user's own or has no file."""
    found: ModuleSpec | None = None
    for number in range(module.count(".") + 1):
        found = _find(".".join(module.split(".")[: number + 1]), found, ())
    return None if found is None else _file(found)


def _find(name: str, parent: ModuleSpec | None, folders: Sequence[str]) -> ModuleSpec | None:
    """Return where one of the user's own modules is, a top-level one if it has no parent; None for any other module."""
    if "." in name:
        locations = parent.submodule_search_locations if parent else None
        return PathFinder.find_spec(name, list(locations)) if locations else None
    if name == _PRODUCT or name in sys.stdlib_module_names:
        return None
    found = PathFinder.find_spec(name, [*folders])
    if found is None and name in packages.PACKAGES:
        found = packages.find(name)
        is_installed = any(part in str(found.origin) for part in _INSTALLED)
        return None if is_installed and len(found.submodule_search_locations or ()) == 1 else found
    found = found or PathFinder.find_spec(name, packages.readable_path())
    if found is None:
        with contextlib.suppress(ImportError, ValueError, OSError):  # no specification, such as __main__'s; an unreadable folder
            found = importlib.util.find_spec(name)
    places = [] if found is None else [found.origin or "", *(found.submodule_search_locations or ())]
    return found if any(places) and not any(part in place for place in places for part in _INSTALLED) else None


def _file(spec: ModuleSpec) -> Path | None:
    """Return a module's file; None for a folder without ``__init__.py``."""
    return Path(spec.origin) if spec.origin and Path(spec.origin).is_file() else None


def _imports(file: Path, package: str) -> Iterator[str]:
    """Yield the modules that a file imports, and names that may be modules.

    Args:
        file: The file.
        package: The package that its relative imports start from; empty for a top-level module.
    """
    for module, name in imported_names(file, package):
        yield f"{module}.{name}" if name not in ("", "*") else module
        yield module


def imported_names(file: Path, package: str) -> Iterator[tuple[str, str]]:
    """Yield each import of a file: the module, and the name that is imported from it; empty if it is the module itself.

    Args:
        file: The file.
        package: The package that its relative imports start from; empty for a top-level module.
    """
    tree = parse(file) if file.suffix == ".py" else None
    for node in _runtime_nodes(tree) if tree else ():
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join(filter(None, [*base, node.module]))
            yield from ((module, alias.name) for alias in node.names if module)
        elif isinstance(node, ast.Call) and (named := _name_of_call(node)):
            level = len(named) - len(named.lstrip("."))
            base = package.split(".")[: len(package.split(".")) - level + 1] if level else []
            yield ".".join(filter(None, [*base, named[level:]])), ""


def computed_imports(file: Path) -> list[int]:
    """Return the lines of a file that import a module by a name that is not written there, in order."""
    tree = parse(file) if file.suffix == ".py" else None
    calls = [node for node in _runtime_nodes(tree) if isinstance(node, ast.Call)] if tree else []
    return sorted(node.lineno for node in calls if _name_of_call(node) == "")


def _name_of_call(node: ast.Call) -> str | None:
    """Return the module that a call of `importlib.import_module` or `__import__` names; empty if it is computed, None for other calls."""
    function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if function not in ("import_module", "__import__"):
        return None
    given = dict(zip(("name", "package"), node.args, strict=False)) | {keyword.arg: keyword.value for keyword in node.keywords}
    name, package = (getattr(given.get(argument), "value", None) for argument in ("name", "package"))
    if not isinstance(name, str):
        return ""
    if not name.startswith(".") or getattr(given.get("package"), "id", None) == "__package__":
        return name
    return importlib.util.resolve_name(name, package) if isinstance(package, str) else ""


def _runtime_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes but those under TYPE_CHECKING."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.If) and getattr(node.test, "id", getattr(node.test, "attr", "")) == "TYPE_CHECKING":
            waiting += node.orelse
        else:
            waiting += ast.iter_child_nodes(node)


def copy_files(files: Mapping[str, Path], folder: Path) -> list[Path]:
    """Copy the files of modules so that the modules can be imported from a folder.

    Args:
        files: Files by module name, from `own_files`.
        folder: The folder, which is created.

    Returns:
        The file or folder of each top-level module, sorted.
    """
    tops = set()
    for name, file in files.items():
        is_package = file.name.partition(".")[0] == "__init__"
        target = folder.joinpath(*name.split(".")[: None if is_package else -1], file.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        tops.add(folder / target.relative_to(folder).parts[0])
    return sorted(tops)


def parse(file: Path) -> ast.Module | None:
    """Parse a Python file; None if it has a syntax error, which importing it will report."""
    try:
        return ast.parse(file.read_bytes())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def digest(file: Path) -> str:
    """Return a digest of what a source file does: comments, docstrings and layout do not change it.

    Args:
        file: A Python file; of any other the bytes count.

    Returns:
        The start of a SHA-256, 16 hexadecimal digits. All supported versions of Python give the same.
    """
    tree = parse(file) if file.suffix == ".py" else None
    content = file.read_bytes() if tree is None else repr(_essence(tree)).encode()
    return hashlib.sha256(content).hexdigest()[:16]


def _essence(value: Any) -> Any:
    """Return a syntax tree as tuples without positions, statements that do nothing, and empty fields, which differ between versions."""
    if isinstance(value, list):
        return [_essence(item) for item in value if not _does_nothing(item)]
    if not isinstance(value, ast.AST):
        return value
    fields = ((name, _essence(field)) for name, field in ast.iter_fields(value) if name not in ("kind", "type_comment"))
    return (type(value).__name__, *((name, field) for name, field in fields if field not in (None, [])))


def _does_nothing(node: Any) -> bool:
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
