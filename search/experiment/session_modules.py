"""The modules of a Python session, in folders of this process, so that workers import them as they import a user's files.

A folder is this user's only and is removed at the latest when the process ends; a study keeps the modules' text, as that of any code, and no values.
"""

import importlib
import os
import pickle
import shutil
import sys
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from ..errors import ExperimentError
from ..redaction import one_line, shorten
from ..temporary_files import temporary_prefix
from . import packages

SUFFIX = "_session"
"""The end of the name of a session's module; that of its data has "_data" after it."""


@dataclass(frozen=True)
class SessionModule:
    """A module that exists in this process only.

    Attributes:
        name: Its name, such as "diabetes_session".
        source: Its text.
        values: What its text loads from the file beside it, by name. Defaults to none.
        content: What another function loads from the file beside it, such as data; in place of values. Defaults to None.
    """

    name: str
    source: str
    values: Mapping[str, Any] = field(default_factory=dict)
    content: Any = None


class SessionModules:
    """Modules in a folder of their own, which is written when they are first installed, and removed with this object.

    Args:
        modules: The modules.
    """

    def __init__(self, modules: Sequence[SessionModule]) -> None:
        self._modules = modules
        self._folder: Path | None = None

    def install(self) -> None:
        """Let this process, and those that get its ``sys.path``, import the modules, in place of other sessions' of the same names.

        Raises:
            ExperimentError: If a value or the data cannot be sent to another process, or a file of the user has the name of a module.
        """
        for module in self._modules:
            _check_free(module.name)
        if self._folder is None:
            folder = Path(tempfile.mkdtemp(prefix=temporary_prefix()))
            weakref.finalize(self, _remove, str(folder), os.getpid())
            for module in self._modules:
                _write(module, folder)
            self._folder = folder  # complete
        for module in self._modules:
            _forget(module.name)
            _INSTALLED[module.name] = str(self._folder)
        if self._modules:
            sys.path.insert(0, str(self._folder))
        importlib.invalidate_caches()


_INSTALLED: dict[str, str] = {}
"""The folder of each module that this process imports now."""


def _check_free(name: str) -> None:
    """Check that no file of the user's has a module's name."""
    own = [entry for entry in packages.readable_path() if entry not in _INSTALLED.values()]
    found = PathFinder.find_spec(name, own)
    if found is not None:
        raise ExperimentError(
            f'"{name}" is the name of {found.origin}, and of the module that this session\'s functions become; give Study another name'
        )


def _forget(name: str) -> None:
    folder = _INSTALLED.pop(name, None)
    sys.path[:] = [entry for entry in sys.path if entry != folder]
    sys.modules.pop(name, None)


def _remove(folder: str, process: int) -> None:
    """Remove a folder, unless this process was forked from the one that has made it."""
    if os.getpid() != process:
        return
    for name in [name for name, of in _INSTALLED.items() if of == folder]:
        _forget(name)
    shutil.rmtree(folder, ignore_errors=True)


def _write(module: SessionModule, folder: Path) -> None:
    (folder / f"{module.name}.py").write_text(module.source, encoding="utf-8")
    path = folder / f"{module.name}.pickle"
    if module.content is None:
        if module.values:
            path.write_bytes(_pickled(module.values))
        return
    try:
        with path.open("wb") as file:  # not into memory first: the data may be large
            pickle.dump(module.content, file, protocol=5)
    except Exception as error:  # an object's own pickling can raise anything
        raise _not_sent("data", module.content, error, "give arrays, tables, or a function that loads the data") from None


def _pickled(values: Mapping[str, Any]) -> bytes:
    """Return values as bytes, with the functions and classes of this session in them."""
    import cloudpickle

    for name, value in values.items():
        try:
            cloudpickle.dumps(value)
        except Exception as error:  # an object's own pickling can raise anything
            raise _not_sent(name, value, error, "make it inside the function that uses it") from None
    content: bytes = cloudpickle.dumps(dict(values))
    return content


def _not_sent(name: str, value: Any, error: Exception, advice: str) -> ExperimentError:
    reason = shorten(one_line(f"{type(error).__name__}: {error}"), 200)
    return ExperimentError(f"{name}, a {type(value).__name__}, cannot be sent to the processes that train ({reason}); {advice}")
