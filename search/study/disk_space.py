"""Recognizes errors that a full disk causes, and raises one error that says how to free space."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from ..errors import DiskFullError, StoreUnavailableError, WorkerError

_MESSAGES = (
    "No space left on device",  # the system's, also quoted by Keras, HDF5 and workers
    "Disk quota exceeded",
    "database or disk is full",  # SQLite's
    "No usable temporary directory",  # Python's, if it can write to none
)
_AMBIGUOUS = "disk I/O error"  # SQLite's, if its log cannot grow, among other causes
_NEARLY_FULL_BYTES = 2**20


def is_full(text: str) -> bool:
    """Return whether an error's text says that a disk is full."""
    return any(message in text for message in _MESSAGES)


@contextlib.contextmanager
def disk_full_errors(folder: Path) -> Iterator[None]:
    """Raise `DiskFullError` in place of the errors that a full disk causes during a block.

    Args:
        folder: The folder that most files are written to; it may be missing.

    Raises:
        DiskFullError: If the block fails because the disk of the folder or of temporary files is full.
    """
    try:
        yield
    except Exception as error:
        if not _is_from_full_disk(error, folder):
            raise
        raise DiskFullError(_message(folder)) from error


def _is_from_full_disk(error: BaseException, folder: Path) -> bool:
    if isinstance(error, StoreUnavailableError):  # the disk of a server is not this machine's
        return False
    if (isinstance(error, WorkerError) or _AMBIGUOUS in _text(error)) and _free_bytes(folder) < _NEARLY_FULL_BYTES:
        return True
    causes = filter(None, (error.__cause__, error.__context__))
    return is_full(_text(error)) or any(_is_from_full_disk(cause, folder) for cause in causes)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # an exception of the user's code may have no text
        return ""


def _message(folder: Path) -> str:
    fullest = min((folder, Path(os.environ.get("TMPDIR") or "/tmp")), key=_free_bytes)  # noqa: S108 - only its free space is read
    return (
        f"The disk is full: {_free_bytes(fullest) / 2**20:.1f} MiB are free in {fullest}. Remove files there, or keep fewer models "
        "(search.keep_models, search.disk_quota_bytes), and run the same command again; finished trials are kept"
    )


def _free_bytes(folder: Path) -> int:
    existing = next(path for path in (folder, *folder.parents) if path.is_dir())
    return shutil.disk_usage(existing).free
