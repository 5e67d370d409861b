"""The SQLite file of a local MLflow store: its path, its creation from a template, and a copy of one that may not be written."""

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path
from urllib.parse import unquote

import psutil

from ..atomic_file import replacing
from ..errors import ReadOnlyStoreError

SQLITE = "sqlite:///"
_SIDE_FILES = ("-wal", "-shm", "-journal")
_LOCAL_FILE_SYSTEMS = {"apfs", "bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "hfs", "ntfs", "overlay", "tmpfs", "ufs", "xfs", "zfs"}


def is_local(tracking_uri: str) -> bool:
    """Return whether a tracking URI is a SQLite file, which this process owns, and not a server."""
    return tracking_uri.startswith(SQLITE)


def path_of(tracking_uri: str) -> Path:
    """Return the file of a local store, which need not exist."""
    return Path(unquote(tracking_uri.removeprefix(SQLITE).partition("?")[0]))


def exists(tracking_uri: str) -> bool:
    """Return whether a store exists already; a server counts as existing."""
    return not is_local(tracking_uri) or path_of(tracking_uri).is_file()


def has_run(tracking_uri: str, run_id: str | None) -> bool:
    """Return whether a local store has a run, deleted runs included; a server counts as having it.

    Args:
        tracking_uri: Where MLflow keeps runs.
        run_id: The run's id; None is no run.
    """
    if not is_local(tracking_uri):
        return True
    path = path_of(tracking_uri)
    if run_id is None or not path.is_file():
        return False
    try:
        with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT 1 FROM runs WHERE run_uuid = ?", (run_id,)).fetchone() is not None
    except sqlite3.DatabaseError as error:
        return "no such table" not in str(error)  # one that is locked or damaged, for example, is another matter


def is_writable(database: Path) -> bool:
    """Return whether this user may write a store, whose side files are created beside it; a missing one counts as such."""
    effective = os.access in os.supports_effective_ids
    return not database.exists() or all(os.access(path, os.W_OK, effective_ids=effective) for path in (database, database.parent))


def check_writable(tracking_uri: str) -> None:
    """Check that this user may write a store, if it is local.

    Raises:
        ReadOnlyStoreError: If not.
    """
    if is_local(tracking_uri) and not is_writable(database := path_of(tracking_uri)):
        raise ReadOnlyStoreError(f"{database} cannot be written: Permission denied; let this user write it and its folder")


def copy_store(database: Path, target: Path) -> None:
    """Copy a store that may not be written, whole, whatever other processes write meanwhile.

    Args:
        database: The store.
        target: The new file.
    """
    if Path(f"{database}-shm").exists():  # another process has it open, or was killed
        address = f"{database.absolute().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True)) as source, contextlib.closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
        return
    for ending in ("", "-wal"):
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(f"{database}{ending}", f"{target}{ending}")


def install_template(prepared: Path, database: Path) -> None:
    """Create a store by copying a file that has MLflow's tables.

    The new file uses SQLite's write-ahead log, which makes logging a trial a third faster and lets other processes read
    meanwhile. On a network drive such a log does not work, so the mode is left as it is.

    Args:
        prepared: The template, which is copied.
        database: The new store, in an existing folder; the caller holds a lock so that no other process creates it.
    """
    for ending in _SIDE_FILES:  # left over from a deleted store: SQLite would use them for the new one
        Path(f"{database}{ending}").unlink(missing_ok=True)
    with replacing(database) as new:
        shutil.copyfile(prepared, new)
        if _file_system(database.parent) in _LOCAL_FILE_SYSTEMS:
            with contextlib.closing(sqlite3.connect(new)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")


def _file_system(folder: Path) -> str:
    """Return the type of the file system that holds a folder; empty if unknown."""
    above = {folder.resolve(), *folder.resolve().parents}
    mounted = [(len(Path(disk.mountpoint).parts), disk.fstype) for disk in psutil.disk_partitions(all=True) if Path(disk.mountpoint) in above]
    return max(mounted, default=(0, ""))[1].lower()
