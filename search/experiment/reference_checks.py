"""Checks references before anything starts, by reading source files: no module is imported.

Only modules of the user and of this project are read. What a module defines in ways that its text does not show is left to the import.
"""

import ast
import importlib
import importlib.util
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

from ..errors import UnknownReferenceError, nearest
from . import packages
from .file import Experiment
from .references import is_reference
from .session_modules import SUFFIX
from .source_code import imported_names, own_files, used_references

_PRODUCT = __name__.partition(".")[0]
_DYNAMIC = {"globals", "vars", "locals", "setattr", "exec", "eval"}


def check_references(experiment: Experiment) -> None:
    """Check that the modules of an experiment's references exist, define the names, and are not hidden by one of the same name.

    Args:
        experiment: The experiment.

    Raises:
        UnknownReferenceError: With the first reference that cannot be resolved.
    """
    importlib.invalidate_caches()  # a file may be newer than the last listing of its folder
    options = [name for name in (experiment.search.sampler, experiment.search.pruner) if is_reference(name)]
    for reference in dict.fromkeys([experiment.model, experiment.data.loader, *used_references(experiment), *options]):
        _check(reference)


def _check(reference: str) -> None:
    module, _, attribute = reference.partition(":")
    _check_not_hidden(reference, module, attribute.partition(".")[0])
    spec = _find(module, reference)
    if spec is None:
        return
    names = _names(Path(str(spec.origin)), reference)
    name = attribute.partition(".")[0]
    if names is not None and name not in names and not _submodule(spec, name):
        public = [known for known in names if not known.startswith("_")]
        public = [known for known in public if names[known]] or public  # a package's file may only import
        raise UnknownReferenceError(f'"{reference}": {module} has no "{attribute}"; {nearest(name, public) if public else "it defines nothing"}')
    folders = packages.folders_of_user()
    for file in own_files([module]).values():
        if any(file.is_relative_to(folder) for folder in folders):
            _check_imports(reference, file, folders)


def _find(module: str, reference: str) -> ModuleSpec | None:
    """Return where a module is; None if it is neither the user's nor this project's, or has no source file.

    Raises:
        UnknownReferenceError: If there is no such module.
    """
    top, *_ = parts = module.split(".")
    if top in sys.stdlib_module_names or top == "__main__":
        return None
    spec = packages.find(top) if top in packages.PACKAGES else importlib.util.find_spec(top) if top == _PRODUCT else _find_top(top)
    if spec is None and top.removesuffix("_data").endswith(SUFFIX):
        raise UnknownReferenceError(
            f'"{reference}" was of a Python session that has ended; run the script or the cells again, with the same Study(...)'
        )
    if spec is None:
        raise UnknownReferenceError(
            f'"{reference}": there is no module "{top}"; {_close(top, packages.folders_of_user())}'
            "correct the name, or put the folder that holds it on PYTHONPATH"
        )
    if top not in (*packages.PACKAGES, _PRODUCT) and not _is_of_user(spec):
        return None
    for number in range(1, len(parts)):
        name, places = ".".join(parts[: number + 1]), spec.submodule_search_locations
        found = PathFinder.find_spec(name, list(places)) if places else None
        if found is None:
            close = _close(parts[number], [Path(place) for place in places or ()])
            raise UnknownReferenceError(f'"{reference}": there is no module "{name}"; {close}correct the name')
        spec = found
    return spec if str(spec.origin).endswith(".py") else None


def _find_top(name: str) -> ModuleSpec | None:
    found = PathFinder.find_spec(name, packages.readable_path())
    return found or importlib.util.find_spec(name)


def _is_of_user(spec: ModuleSpec) -> bool:
    places = [Path(place) for place in (*filter(None, [spec.origin]), *(spec.submodule_search_locations or ()))]
    return any(place.is_relative_to(folder) for place in places for folder in packages.folders_of_user())


def _close(name: str, folders: list[Path]) -> str:
    """Return a question with the module of these folders that is most similar to a name; empty if none is."""
    names = {path.stem for folder in folders for path in folder.glob("*") if path.suffix == ".py" or (path / "__init__.py").is_file()}
    question, separator, _ = nearest(name, names - {"__init__"}).partition("? Valid:")
    return f"{question}? Or " if separator else ""


def _names(file: Path, reference: str) -> dict[str, bool] | None:
    """Return the names that a source file binds, with whether it defines them itself; None if its text does not show all.

    Raises:
        UnknownReferenceError: If it is not Python.
    """
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError) as error:
        line = f" line {error.lineno}" if isinstance(error, SyntaxError) else ""
        raise UnknownReferenceError(f'"{reference}": {file}{line} is not Python: {getattr(error, "msg", error)}') from None
    names = {name: True for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names}
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names[node.name] = True
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.partition(".")[0]: False for alias in node.names}
        elif isinstance(node, ast.Name) and (isinstance(node.ctx, ast.Store) or node.id in _DYNAMIC):
            names[node.id] = True
        waiting += ast.iter_child_nodes(node)
    is_dynamic = names.keys() & {"*", "__getattr__", *_DYNAMIC} or any(
        isinstance(node, ast.Attribute) and node.attr == "modules" for node in ast.walk(tree)
    )
    return None if is_dynamic else names


def _submodule(spec: ModuleSpec, name: str) -> bool:
    places = list(spec.submodule_search_locations or ())
    return bool(places) and PathFinder.find_spec(f"{spec.name}.{name}", places) is not None


def _check_not_hidden(reference: str, module: str, name: str, importer: Path | None = None) -> None:
    """Check that a user's file does not have the name of one of this project's modules and is meant.

    Args:
        reference: The reference, for the message.
        module: The module that is imported.
        name: The name that is used of it.
        importer: The user's file that imports it. Defaults to none: the reference names it.

    Raises:
        UnknownReferenceError: If it does.
    """
    if module.partition(".")[0] not in (*packages.PACKAGES, _PRODUCT):
        return
    own = next(_files(packages.ROOT, module), None)
    theirs = next((file for folder in packages.folders_of_user() for file in _files(folder, module)), None)
    if theirs is None or (own is None and module.partition(".")[0] != _PRODUCT):
        return
    names = _names(theirs, reference)
    if names is None or name in names:
        advice = "name a module in its folder instead" if theirs.name == "__init__.py" else "rename the file"
        where = f"{importer} imports {module}, which" if importer else f"{module}"
        raise UnknownReferenceError(f'"{reference}": {where} is a module of this project, which hides your file {theirs}; {advice}')


def _files(folder: Path, module: str) -> Iterator[Path]:
    """Yield the source file of a module in a folder, if there is one."""
    stem = folder.joinpath(*module.split("."))
    yield from (path for path in (stem / "__init__.py", stem.with_suffix(".py")) if path.is_file())


def _check_imports(reference: str, file: Path, folders: list[Path]) -> None:
    """Check that a user's file imports no module that one of this project hides."""
    folder = max((folder for folder in folders if file.is_relative_to(folder)), key=lambda path: len(path.parts))
    for module, name in imported_names(file, ".".join(file.relative_to(folder).parent.parts)):
        if name:
            _check_not_hidden(reference, module, name, file)
