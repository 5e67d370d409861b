"""Imports the user's modules as they were when a search started, whatever was edited since: all its trials run the same code.

A module keeps the path of its own file, so that files beside it are found as ever.
"""

import linecache
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType


@dataclass(frozen=True)
class KeptModule:
    """A module's source.

    Attributes:
        name: Its name, such as "own_network.builder".
        file: Its file.
        source: The file's content.
    """

    name: str
    file: str
    source: bytes


def read_modules(files: Mapping[str, Path]) -> tuple[KeptModule, ...]:
    """Read the source of modules.

    Args:
        files: Files by module name, from `source_code.own_files`; modules that are not written in Python are left out.
    """
    return tuple(KeptModule(name, str(file.absolute()), file.read_bytes()) for name, file in files.items() if file.suffix == ".py")


def import_kept(modules: Iterable[KeptModule]) -> None:
    """Let this process import these modules, from now on, from their kept sources.

    Args:
        modules: From `read_modules`; none of them is imported yet.
    """
    sys.meta_path.insert(0, _Finder(modules))


class _Finder:
    """An entry of ``sys.meta_path``, before all others."""

    def __init__(self, modules: Iterable[KeptModule]) -> None:
        self._modules = {module.name: module for module in modules}

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Find a module as `importlib` does."""
        kept = self._modules.get(name)
        if kept is None:
            return None
        places = [str(Path(kept.file).parent)] if Path(kept.file).name == "__init__.py" else None
        return spec_from_file_location(name, kept.file, loader=_Loader(kept), submodule_search_locations=places)


class _Loader(SourceFileLoader):
    """Loads a kept source, without bytecode, which might be that of the edited file."""

    def __init__(self, kept: KeptModule) -> None:
        super().__init__(kept.name, kept.file)
        self._kept = kept

    def get_data(self, path: str) -> bytes:
        """Return the kept source; of another path the file's content."""
        return self._kept.source if str(path) == self._kept.file else super().get_data(path)

    def get_code(self, fullname: str) -> CodeType:
        """Compile the kept source, and show its lines in tracebacks and to `inspect`, which TensorFlow's AutoGraph asks."""
        lines = (self.get_source(fullname) or "").splitlines(keepends=True)
        linecache.cache[self._kept.file] = (len(self._kept.source), None, lines, self._kept.file)
        return self.source_to_code(self._kept.source, self._kept.file)
