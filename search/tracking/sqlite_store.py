"""The SQLite file of a local MLflow store: where it lies, and how a new one comes there."""

import contextlib
import shutil
import sqlite3
from pathlib import Path
from urllib.parse import unquote

import psutil

SQLITE = "sqlite:///"
_BESIDE = ("-wal", "-shm", "-journal")
_LOCAL_FILE_SYSTEMS = {"apfs", "bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "hfs", "ntfs", "overlay", "tmpfs", "ufs", "xfs", "zfs"}


def is_local(tracking_uri: str) -> bool:
    """Say whether a tracking URI is a SQLite file, which this process owns, rather than a server."""
    return tracking_uri.startswith(SQLITE)


def path_of(tracking_uri: str) -> Path:
    """Return the file of a local store; it may be missing."""
    return Path(unquote(tracking_uri.removeprefix(SQLITE).partition("?")[0]))


def exists(tracking_uri: str) -> bool:
    """Say whether a store is there already: a server, or a SQLite file that need not be created."""
    return not is_local(tracking_uri) or path_of(tracking_uri).is_file()


def install_template(prepared: Path, database: Path) -> None:
    """Begin a store with a file that has MLflow's tables.

    SQLite is to write ahead into a log from then on, which takes a third off the time of a trial's runs and lets others read
    meanwhile; the file remembers it. On a network drive such a log does not work, and none is kept.

    Args:
        prepared: The file; it is copied.
        database: Where the store is to be, in a folder that is there; the caller sees to it that nobody else begins it.
    """
    for ending in _BESIDE:  # of a store that was deleted: SQLite would take them for the new one's
        Path(f"{database}{ending}").unlink(missing_ok=True)
    new = database.with_name(f"{database.name}.new")
    shutil.copyfile(prepared, new)
    if _file_system(database.parent) in _LOCAL_FILE_SYSTEMS:
        with contextlib.closing(sqlite3.connect(new)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
    new.replace(database)


def _file_system(folder: Path) -> str:
    """Name the file system that a folder lies in; empty if that is not known."""
    above = {folder.resolve(), *folder.resolve().parents}
    mounted = [(len(Path(disk.mountpoint).parts), disk.fstype) for disk in psutil.disk_partitions(all=True) if Path(disk.mountpoint) in above]
    return max(mounted, default=(0, ""))[1].lower()
