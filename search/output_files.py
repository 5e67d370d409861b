"""Checks the files that a user wants to have written, and says in one line why one cannot be."""

import contextlib
import errno
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .atomic_file import replacing
from .errors import DataError, ReadOnlyStoreError

NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)
"""The numbers of the system's errors where a user may not write; others are faults of a disk."""


def check_output(path: Path) -> None:
    """Check a file before anything is computed for it.

    Args:
        path: The file; an existing one will be replaced.

    Raises:
        DataError: If its folder does not exist, or it is a folder itself.
    """
    if path.is_dir():
        raise DataError(f'"{path}" is a folder; give the path of a file')
    if not path.absolute().parent.is_dir():
        raise DataError(f'The folder of "{path}" does not exist; create it first')


def check_writable(folder: Path) -> None:
    """Check, before anything is computed for it, that files can be written into a folder of the store; it is created.

    Args:
        folder: The folder.

    Raises:
        ReadOnlyStoreError: If this user may not.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        if error.errno not in NOT_ALLOWED:
            raise
        raise ReadOnlyStoreError(
            f"{folder} cannot be written: {error.strerror or error}; let this user write it, or copy the store and work in the copy"
        ) from error


@contextlib.contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Check a file, and raise what keeps the block from writing it.

    Args:
        path: The file.

    Yields:
        The path to write: a temporary one, which replaces the file at the end of the block, or a device or a pipe itself.

    Raises:
        DataError: As `check_output`, or if the file cannot be written, such as on a full disk; an earlier file is left as it was.
    """
    check_output(path)
    target = path.resolve()
    try:
        with contextlib.nullcontext(path) if target.exists() and not target.is_file() else replacing(target) as written:
            yield written
    except OSError as error:
        raise DataError(f'"{path}" cannot be written: {error.strerror or error}; give another file, or free space') from error
