"""Reads and writes Optuna's journal file, one JSON line per change, for one writer at a time.

Optuna's own file backend locks the file and calls fsync for every line. Here the ledger's lock already keeps other writers
out, and only new studies and finished trials are followed by fsync. The format of the lines is Optuna's.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import Any, BinaryIO

from optuna.storages.journal import BaseJournalBackend

from ..errors import DamagedLedgerError, LedgerError
from .journal_checksum import JournalChecksum

# Optuna's operation codes that must survive a power failure: a new study, its attributes, and a trial's final state.
_FSYNC_OPERATIONS = {0, 2, 6}
_OWNER_ONLY = 0o600


class StudyJournal(BaseJournalBackend):
    """Reads and appends lines of one journal file.

    Args:
        path: The file; it must exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_up_to = (0, 0)  # number of lines, their length in bytes
        self._checksum: JournalChecksum | None = None

    def read_logs(self, log_number_from: int) -> Iterator[dict[str, Any]]:
        """Yield the lines from an index on, without an incomplete last line: it is still being written."""
        number, offset = self._read_up_to if self._read_up_to[0] == log_number_from else (0, 0)
        with self._open_again() if self._read_up_to[0] else self._path.open("rb") as file:
            file.seek(offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                number, offset = number + 1, offset + len(line)
                self._read_up_to = (number, offset)
                if number > log_number_from:
                    yield self._parsed(line, number)

    def _parsed(self, line: bytes, number: int) -> dict[str, Any]:
        if (parsed := parse_line(line)) is None:
            raise DamagedLedgerError(f"line {number} of {self._path} is not one that was written")
        return parsed

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Append lines with one write: all of them, or none if the disk is full."""
        text = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs)
        is_important = any(log["op_code"] in _FSYNC_OPERATIONS for log in logs)
        with self._existing() as file:
            end = file.seek(0, os.SEEK_END)
            try:
                _write_all(file, text.encode())
                if is_important:
                    os.fsync(file.fileno())
            except OSError:
                file.truncate(end)  # an incomplete line would corrupt the next one
                raise
        if is_important:
            self._write_checksum()

    def _existing(self) -> FileIO:
        """Open the file; one that was removed meanwhile is not created again, since it would lack its earlier lines."""
        with _explained(self._path):
            return self._path.open("r+b", buffering=0)

    def _open_again(self) -> BinaryIO:
        """Open the file for reading, after it was read before."""
        with _explained(self._path):
            return self._path.open("rb")

    def _write_checksum(self) -> None:
        """Write the checksum of all lines, those of earlier processes too."""
        known = self._checksum or JournalChecksum.read(self._path) or JournalChecksum()
        with self._open_again() as file:
            file.seek(known.n_bytes)
            self._checksum = known.extended(file.read())
        self._checksum.write(self._path)


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Raise what keeps a journal from being opened again with what to do about it.

    Raises:
        LedgerError: If the block does not find it, or may not open it.
    """
    try:
        yield
    except FileNotFoundError:
        raise _removed(path) from None
    except PermissionError as error:
        raise LedgerError(
            f"{path}: {error.strerror}; let this user read and write it and its folder. Finished trials are kept, and the same command continues"
        ) from None


def _removed(path: Path) -> LedgerError:
    """Return the error of a journal that was removed while the study ran, alone, with the study's folder or with the whole store."""
    store = path.parents[2]
    if not store.exists():
        return LedgerError(
            f"The store {store} was removed while the study ran. Put it where it was and run the same command again; if it is gone, that "
            "command starts the study anew"
        )
    lost = path if path.parent.exists() else path.parent
    return LedgerError(
        f"{lost} was removed while the study ran. Put it where it was and run the same command again; if it is gone, "
        f"`perceptune doctor {path.parent.name} --repair` restores what MLflow has, and --fresh starts a new study"
    )


def parse_line(line: bytes) -> dict[str, Any] | None:
    """Return the content of a line; None if it is not one that was written."""
    try:
        parsed = json.loads(line)
    except ValueError:  # bytes that are no text too
        return None
    return parsed if isinstance(parsed, dict) else None


def _write_all(file: FileIO, content: bytes) -> None:
    """Write all bytes; a single call may write fewer."""
    left = memoryview(content)
    while left:
        left = left[file.write(left) or 0 :]


def _open_privately(path: str, flags: int) -> int:
    return os.open(path, flags, _OWNER_ONLY)


def has_incomplete_line(path: Path) -> bool:
    """Return whether a journal's last line lacks its end."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 1))
        return file.read() not in (b"", b"\n")


def repair(path: Path) -> None:
    """Remove an incomplete last line, which a killed process left; create the file if it is missing, for its owner only.

    Args:
        path: The journal; no other process may be writing it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+b", opener=_open_privately) as file:
        with contextlib.suppress(PermissionError):  # another user's, who lets us write to it
            os.fchmod(file.fileno(), _OWNER_ONLY)  # an earlier version's
        file.seek(0)
        content = file.read()
        file.truncate(content.rfind(b"\n") + 1)
