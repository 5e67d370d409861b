"""Keeps a copy of each version of the user's modules that a study's trials were trained with."""

import contextlib
import hashlib
import importlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from .source_code import copy_files

_UNFINISHED = ".unfinished"


def keep(files: Mapping[str, Path], folder: Path) -> None:
    """Copy the files of modules into a folder of their version, which becomes the newest one.

    Args:
        files: Files by module name, from `own_files`.
        folder: The folder of all versions, which is created.
    """
    content = hashlib.sha256(b"\0".join(part for name, file in files.items() for part in (name.encode(), file.read_bytes())))
    version = folder / content.hexdigest()[:16]
    if version.is_dir():
        os.utime(version)
        return
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f"{version.name}.", suffix=_UNFINISHED, dir=folder))
    try:
        copy_files(files, unfinished)
        unfinished.rename(version)
    except OSError:
        if not version.is_dir():  # another process of the study has kept it
            raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def versions(folder: Path) -> tuple[Path, ...]:
    """Return the folders of all versions, the newest first."""
    found = folder.iterdir() if folder.is_dir() else ()
    return tuple(sorted((path for path in found if path.suffix != _UNFINISHED), key=lambda path: path.stat().st_mtime_ns, reverse=True))


@contextlib.contextmanager
def findable(folder: Path) -> Iterator[None]:
    """Let modules be imported from the newest version, inside the ``with`` block, if they are found nowhere else.

    Args:
        folder: The folder of all versions.
    """
    added = [str(version) for version in versions(folder)[:1]]
    sys.path.extend(added)
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path[:] = [entry for entry in sys.path if entry not in added]
