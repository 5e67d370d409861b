"""Imports the user's modules that are bundled with a champion, apart from the process' own modules of the same names.

So a champion computes with the code that it was trained with, whatever the user has edited since, and champions with different
versions of a module work in one process. It is bundled with the MLflow model, so it imports the standard library only.
"""

import builtins
import contextlib
import hashlib
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

_STORE = "_champion"
_OWN_PACKAGE = __name__.partition(".")[0]


class BundledModules:
    """The modules in the folder ``code`` of one champion.

    Outside of `active` they are in ``sys.modules`` under names such as ``_champion_1a2b3c4d.noisy``. Champions with equal files
    share them.

    Args:
        folder: The folder; a missing one has no modules.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        files = sorted(folder.rglob("*.py")) if folder.is_dir() else []
        paths = {file: file.relative_to(folder) for file in files if not _is_product(file.relative_to(folder).parts[0])}
        self._names = frozenset(path.parts[0].removesuffix(".py") for path in paths.values())
        content = hashlib.sha256(b"\0".join(part for file, path in paths.items() for part in (path.as_posix().encode(), file.read_bytes())))
        self._shared = _shared(f"{_STORE}_{content.hexdigest()[:16]}")

    @contextlib.contextmanager
    def active(self) -> Iterator[None]:
        """Let the bundled modules and their custom objects take precedence during a block, in the whole process.

        Afterwards ``sys.modules``, ``sys.path`` and Keras' registry of custom objects are what they were before.
        """
        with _lock():
            if not self._names or self._shared.is_active:
                yield
                return
            self._shared.is_active = True
            with _custom_objects(self._shared.custom_objects, self._names), self._modules():
                try:
                    yield
                finally:
                    self._shared.is_active = False

    @contextlib.contextmanager
    def _modules(self) -> Iterator[None]:
        own, path, finder = self._remove_modules(), list(sys.path), _Finder(self)
        sys.modules.update(self._shared.modules)
        sys.meta_path.insert(0, finder)
        sys.path.insert(0, str(self._folder))  # for those who look for a module without importing it
        try:
            yield
        finally:
            sys.path[:] = path
            sys.meta_path.remove(finder)
            self._shared.modules = self._remove_modules()
            sys.modules.update({f"{self._shared.__name__}.{name}": module for name, module in self._shared.modules.items()})
            sys.modules.update(own)

    def _remove_modules(self) -> dict[str, ModuleType]:
        """Remove the modules of these names from the process, and return them."""
        return {name: sys.modules.pop(name) for name in list(sys.modules) if self.contains(name)}

    def contains(self, module: str) -> bool:
        """Return whether a module, or the top-level package that it is in, is bundled."""
        return module.partition(".")[0] in self._names

    def find(self, name: str, path: Sequence[str] | None) -> ModuleSpec | None:
        """Find a bundled module as `importlib` does; its code will import bundled modules too, also when a function of it runs later."""
        spec = PathFinder.find_spec(name, [str(self._folder)] if path is None else path)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(name, str(spec.origin), {**vars(builtins), "__import__": self._import})
        return spec

    def _import(
        self, name: str, globals: Mapping[str, Any] | None = None, locals: Mapping[str, Any] | None = None, fromlist: Any = (), level: int = 0
    ) -> ModuleType:
        """Import for the code of a bundled module; called instead of the built-in `__import__`."""
        package = str((globals or {}).get("__package__") or (globals or {}).get("__name__", "")) if level else name
        with self.active() if self.contains(package) else contextlib.nullcontext():
            return builtins.__import__(name, globals, locals, fromlist, level)


class _Finder:
    """Finds bundled modules before any other finder; an entry of ``sys.meta_path``."""

    def __init__(self, modules: BundledModules) -> None:
        self._modules = modules

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        return self._modules.find(name, path) if self._modules.contains(name) else None


class _Loader(SourceFileLoader):
    """Loads a bundled module with built-in functions of its own, and writes no bytecode beside a registered model."""

    def __init__(self, name: str, path: str, own_builtins: dict[str, Any]) -> None:
        super().__init__(name, path)
        self._own_builtins = own_builtins

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__builtins__"] = self._own_builtins
        super().exec_module(module)

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)


class _Shared(ModuleType):
    """What champions with equal modules share; it is in ``sys.modules``, since a process may have several copies of this file.

    Attributes:
        modules: The imported modules by their own names.
        custom_objects: The objects that they have registered with Keras.
        is_active: Whether they take precedence now.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.modules: dict[str, ModuleType] = {}
        self.custom_objects: dict[str, Any] = {}
        self.is_active = False


def _shared(name: str) -> Any:
    return sys.modules.setdefault(name, _Shared(name))


def _lock() -> Any:
    """Return the lock of all copies of this file."""
    return vars(sys.modules.setdefault(_STORE, ModuleType(_STORE))).setdefault("lock", threading.RLock())


def _is_product(name: str) -> bool:
    """Return whether a bundled package is a copy of this one, which MLflow imports, or is this one."""
    return name == _OWN_PACKAGE or name.startswith("perceptune_champion")


@contextlib.contextmanager
def _custom_objects(objects: dict[str, Any], names: frozenset[str]) -> Iterator[None]:
    """Register custom objects with Keras during a block, and add those to them that modules of these names register in it."""
    keras = sys.modules.get("keras")
    registry: dict[str, Any] = keras.saving.get_custom_objects() if keras else {}
    before = dict(registry)
    registry.update(objects)
    try:
        yield
    finally:
        registered = {name: found for name, found in registry.items() if before.get(name) is not found}
        objects |= {name: found for name, found in registered.items() if str(getattr(found, "__module__", "")).partition(".")[0] in names}
        for name in objects:
            registry.pop(name, None)
        registry.update({name: before[name] for name in objects if name in before})
