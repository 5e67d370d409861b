"""Checks the files that a user wants to have written, and says in one line why one cannot be."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from .errors import DataError


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


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Check a file, and raise what keeps the block from writing it.

    Args:
        path: The file.

    Raises:
        DataError: As `check_output`, or if the file cannot be written, such as on a full disk; what was written of a new file is removed.
    """
    check_output(path)
    is_new = not path.exists()
    try:
        yield
    except OSError as error:
        if is_new:
            with contextlib.suppress(OSError):
                path.unlink()
        raise DataError(f'"{path}" cannot be written: {error.strerror or error}; give another file, or free space') from error
