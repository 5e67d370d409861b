"""Notices that a disk is full, however it shows, and says so in words that help."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from ..errors import DiskFullError, StoreUnavailableError, WorkerError

_SIGNS = (
    "No space left on device",  # the system's, and of whatever quotes it: Keras, HDF5, a worker's reason
    "Disk quota exceeded",
    "database or disk is full",  # SQLite's
    "No usable temporary directory",  # Python's, when it cannot write into any
)
_UNCLEAR = "disk I/O error"  # SQLite's, when its log finds no room, among other troubles
_NEARLY_NOTHING_BYTES = 2**20


def is_full(text: str) -> bool:
    """Say whether the text of an error says that a disk is full."""
    return any(sign in text for sign in _SIGNS)


@contextlib.contextmanager
def watched(folder: Path) -> Iterator[None]:
    """Turn the errors of a full disk into one that says what to do.

    Args:
        folder: Where most is written; it may be missing.

    Raises:
        DiskFullError: If what is done inside fails for want of space there or in the folder for temporary files.
    """
    try:
        yield
    except Exception as error:
        if not _is_from_full_disk(error, folder):
            raise
        raise DiskFullError(_say(folder)) from error


def _is_from_full_disk(error: BaseException, folder: Path) -> bool:
    if isinstance(error, StoreUnavailableError):  # a server's disk is the server's to say
        return False
    if (isinstance(error, WorkerError) or _UNCLEAR in str(error)) and _free_bytes(folder) < _NEARLY_NOTHING_BYTES:
        return True
    causes = filter(None, (error.__cause__, error.__context__))
    return is_full(str(error)) or any(_is_from_full_disk(cause, folder) for cause in causes)


def _say(folder: Path) -> str:
    fullest = min((folder, Path(os.environ.get("TMPDIR") or "/tmp")), key=_free_bytes)  # noqa: S108 - it is looked at only
    return (
        f"The disk is full: {_free_bytes(fullest) / 2**20:.1f} MiB are free in {fullest}. Remove something there, or keep fewer models "
        "(search.keep_models, search.disk_quota_bytes), and run the same command again; what is finished is kept"
    )


def _free_bytes(folder: Path) -> int:
    existing = next(path for path in (folder, *folder.parents) if path.is_dir())
    return shutil.disk_usage(existing).free
