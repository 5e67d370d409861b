"""The modules of a Python session, in a folder of this process, so that workers import them as they import a user's files.

The folder is this user's only and is removed when the process ends; a study keeps the modules' text, as that of any code, and no values.
"""

import atexit
import importlib
import pickle
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ExperimentError
from ..redaction import one_line, shorten
from ..temporary_files import temporary_prefix

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


def install(modules: list[SessionModule]) -> None:
    """Let this process, and those that get its ``sys.path``, import modules, in place of earlier ones of the same names.

    Raises:
        ExperimentError: If a value cannot be sent to another process.
    """
    for module in modules:
        folder = _new_folder(module.name)
        (folder / f"{module.name}.py").write_text(module.source, encoding="utf-8")
        if module.content is not None:
            with (folder / f"{module.name}.pickle").open("wb") as file:
                pickle.dump(module.content, file, protocol=5)
        elif module.values:
            (folder / f"{module.name}.pickle").write_bytes(_pickled(module.values))
        sys.modules.pop(module.name, None)
        sys.path.append(str(folder))
    importlib.invalidate_caches()


def remove(names: list[str]) -> None:
    """Remove modules that `install` has made."""
    for name in names:
        for folder in _FOLDERS.pop(name, []):
            sys.path[:] = [entry for entry in sys.path if entry != str(folder)]
            shutil.rmtree(folder, ignore_errors=True)
        sys.modules.pop(name, None)


_FOLDERS: dict[str, list[Path]] = {}


def _new_folder(name: str) -> Path:
    remove([name])
    if not _FOLDERS:
        atexit.register(lambda: remove(list(_FOLDERS)))
    folder = Path(tempfile.mkdtemp(prefix=temporary_prefix()))
    _FOLDERS.setdefault(name, []).append(folder)
    return folder


def _pickled(values: Mapping[str, Any]) -> bytes:
    """Return values as bytes, with the functions and classes of this session in them."""
    import cloudpickle

    for name, value in values.items():
        try:
            cloudpickle.dumps(value)
        except Exception as error:  # an object's own pickling can raise anything
            reason = shorten(one_line(f"{type(error).__name__}: {error}"), 200)
            raise ExperimentError(
                f"{name}, a {type(value).__name__}, cannot be sent to the processes that train ({reason}); make it inside the function that uses it"
            ) from None
    content: bytes = cloudpickle.dumps(dict(values))
    return content
