"""The source files and pinned requirements that are bundled with an MLflow model so that it loads anywhere.

Our own files are bundled under another package name, which has a digest of them. So a process that loads champions of several
versions never mixes these versions, and loading a champion right after packaging verifies that no file is missing.
"""

import ast
import functools
import hashlib
import importlib.util
import json
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path
from typing import Any

from .. import estimators
from ..experiment.source_code import copy_files, own_files

ROOT = Path(__file__).parents[1]
ENTRY = "champion/pyfunc.py"
REQUIREMENTS = ("mlflow", "keras", "scikit-learn", "skops", "pandas", "numpy")
"""Distributions that the bundled files import, and MLflow, which loads them."""


@functools.cache
def package() -> str:
    """Return the name under which our own files are bundled."""
    content = hashlib.sha256(b"\0".join(part for name in source_files() for part in (name.encode(), (ROOT / name).read_bytes())))
    return f"perceptune_champion_{content.hexdigest()[:8]}"


def loader() -> str:
    """Return the bundled module that MLflow imports to load a champion."""
    return f"{package()}.{ENTRY.removesuffix('.py').replace('/', '.')}"


def source_files(entry: str = ENTRY) -> list[str]:
    """Return the files of this package that a file needs, itself included, by following relative imports.

    Args:
        entry: The file, relative to the package's root.

    Returns:
        Files relative to the root, without ``__init__.py``, sorted.
    """
    found: set[str] = set()
    waiting = [entry]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += _imported(file)
    return sorted(found)


def _imported(file: str) -> list[str]:
    """Return the files that a file imports relatively, except under TYPE_CHECKING."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    skipped = {node for branch in ast.walk(tree) if _is_type_checking(branch) for node in ast.walk(branch)}
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level and node not in skipped]
    return [name for node in imports for name in _files_of(node, (ROOT / file).parents[node.level - 1])]


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _files_of(node: ast.ImportFrom, folder: Path) -> list[str]:
    """Return the files imported by ``from .module import name`` or ``from . import module``."""
    target = folder.joinpath(*(node.module or "").split("."))
    files = [target.with_suffix(".py")] if target.with_suffix(".py").is_file() else [target / f"{alias.name}.py" for alias in node.names]
    return [file.relative_to(ROOT).as_posix() for file in files]


def own_modules(model_path: Path, builder: str) -> tuple[str, ...]:
    """Return the modules to import before a model loads, because they register its custom layers or functions.

    Args:
        model_path: A ``.keras`` file, or a ``.skops`` file of an estimator.
        builder: Reference of the function that built the model, "package.module:name".

    Returns:
        Module names; empty if all objects are Keras' or scikit-learn's.
    """
    if model_path.suffix == estimators.SUFFIX:
        return estimators.own_modules(model_path)
    with zipfile.ZipFile(model_path) as archive:
        config = json.loads(archive.read("config.json"))
    config.pop("compile_config", None)  # a champion's model is loaded without its loss, metrics and optimizer
    objects = list(_objects(config))
    foreign = {found["module"] for found in objects if str(found["module"]).split(".")[0] not in ("keras", "builtins", "None")}
    is_custom = foreign or any(_is_registered(found) for found in objects)
    return tuple(sorted({*foreign, builder.partition(":")[0]})) if is_custom else ()


def _is_registered(found: dict[str, Any]) -> bool:
    """Return whether an object is registered as "package>name"; classes and functions have this under different keys."""
    names = [found.get("registered_name"), found["config"] if found["class_name"] == "function" else None]
    return any(">" in name for name in names if isinstance(name, str))


def _objects(config: Any) -> Iterator[dict[str, Any]]:
    """Yield every serialized object of a Keras configuration."""
    if isinstance(config, dict):
        if "class_name" in config and "module" in config:
            yield config
        for value in config.values():
            yield from _objects(value)
    elif isinstance(config, list):
        for value in config:
            yield from _objects(value)


def copy_code(folder: Path, modules: Iterable[str], version: Path | None = None) -> list[str]:
    """Copy the source files that prediction imports.

    Args:
        folder: The target folder.
        modules: From `own_modules`. Those that are not installed are copied, with all of the user's modules that they import.
        version: A folder with copies of the user's modules, which take precedence. Defaults to none.

    Returns:
        The copied files and packages, for MLflow's ``code_paths``.

    Raises:
        ModuleNotFoundError: If one of the modules is neither found nor installed.
    """
    target = folder / package()
    for name in source_files():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target / name)
    for part in {target, *(file.parent for file in target.rglob("*.py"))}:  # our own __init__.py files import files that are not bundled
        (part / "__init__.py").write_text('"""The part of Perceptune that predicts with a champion."""\n', encoding="utf-8")
    names = [name for name in modules if not _is_installed(name.partition(".")[0])]
    copied = copy_files(own_files(names, [str(version)] if version else []), folder)
    for name in names:
        if folder / name.partition(".")[0] not in {path.with_suffix("") for path in copied}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    return [str(target), *map(str, copied)]


def _is_installed(module: str) -> bool:
    spec = importlib.util.find_spec(module)
    return spec is not None and "site-packages" in str(spec.origin)


def requirements(backend: str, modules: Iterable[str]) -> list[str]:
    """Return the requirements of prediction, pinned to the installed versions.

    Args:
        backend: Keras' backend; empty if Keras is not needed.
        modules: From `own_modules`; installed ones are pinned too.

    Returns:
        Lines such as ``keras==3.15.1``.
    """
    installed = {module.split(".")[0] for module in modules if _is_installed(module.split(".")[0])}
    needed = [name for name in REQUIREMENTS if name != "keras" or backend]
    return [f"{name}=={version(name)}" for name in [*needed, *map(_distribution, filter(None, (backend, *sorted(installed))))]]


def _distribution(module: str) -> str:
    """Return the distribution that contains a module; TensorFlow's may be ``tensorflow-cpu``."""
    try:
        version(module)
    except PackageNotFoundError:
        return packages_distributions()[module][0]
    return module
