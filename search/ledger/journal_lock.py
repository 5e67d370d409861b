"""Locks the study of a journal file against other processes of this machine; in a store that cannot be written, for reading only."""

import fcntl
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from ..errors import InputError, ReadOnlyStoreError, StudyBusyError
from ..output_files import NOT_ALLOWED

_LOCK_SECONDS = 0.5
"""How long to wait for a lock; `is_locked` holds it for a moment."""


def acquire(path: Path) -> Callable[[], None]:
    """Lock a study, against other processes that run, repair or examine it.

    Args:
        path: The lock's file, ``.<study>.lock`` in the folder of all studies; it and its folder are created.

    Returns:
        A function that releases the lock.

    Raises:
        StudyBusyError: If another process has locked it.
        ReadOnlyStoreError: If this user may not write the store.
        InputError: If it cannot be written for another reason, such as a full disk.
    """
    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=_LOCK_SECONDS, poll_interval=_LOCK_SECONDS / 10)
    except Timeout:
        raise _busy(path) from None
    except OSError as error:
        kind, advice = (ReadOnlyStoreError, "fix its permissions") if error.errno in NOT_ALLOWED else (InputError, "see to its disk")
        raise kind(f"The store {path.parents[1]} cannot be written: {error.strerror}; run in another folder or {advice}") from None
    return lock.release


def acquire_to_read(path: Path) -> Callable[[], None]:
    """Lock a study as `acquire`, but without writing anything; other processes may lock it so at the same time.

    Args:
        path: The lock's file; if there is none, no process of this machine runs the study.

    Returns:
        A function that releases the lock.

    Raises:
        StudyBusyError: If another process has locked it.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return lambda: None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise _busy(path) from None
    except OSError:  # a file system without locks
        pass
    return partial(os.close, descriptor)


def is_locked(path: Path) -> bool:
    """Return whether another process has locked a study."""
    try:
        acquire_to_read(path)()
    except StudyBusyError:
        return True
    return False


def _busy(path: Path) -> StudyBusyError:
    return StudyBusyError(
        f'Study "{path.stem.removeprefix(".")}" is being run by another process; wait for it, choose another name with --study, '
        "or share one with --ledger and a database"
    )
