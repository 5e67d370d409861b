"""The file behind a ledger: Optuna's journal, one JSON line per change, for one writer at a time.

Optuna's own file backend takes a lock file and forces the disk at every line; here the ledger's lock already keeps
other writers out, and only a finished trial is forced to disk. The format of the lines is Optuna's.
"""

import json
import os
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import Any

from optuna.storages.journal import BaseJournalBackend

# Optuna's operation codes that must survive a power cut: a new study, and a trial's final state.
_FORCED_TO_DISK = {0, 6}


class StudyJournal(BaseJournalBackend):
    """Reads and appends the lines of one file.

    Args:
        path: The file; it must exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_up_to = (0, 0)  # number of lines, their length in bytes

    def read_logs(self, log_number_from: int) -> Iterator[dict[str, Any]]:
        """Yield the lines from a number on; a last line without its end is still being written and is left out."""
        number, offset = self._read_up_to if self._read_up_to[0] == log_number_from else (0, 0)
        with self._path.open("rb") as file:
            file.seek(offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                number, offset = number + 1, offset + len(line)
                self._read_up_to = (number, offset)
                if number > log_number_from:
                    yield json.loads(line)

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Append lines with one write; all of them or, where the disk is full, none."""
        text = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs)
        with self._path.open("ab", buffering=0) as file:
            end = file.seek(0, os.SEEK_END)
            try:
                _write_all(file, text.encode())
                if any(log["op_code"] in _FORCED_TO_DISK for log in logs):
                    os.fsync(file.fileno())
            except OSError:
                file.truncate(end)  # half a line would spoil the next one
                raise


def _write_all(file: FileIO, content: bytes) -> None:
    """Write all bytes: one call may write fewer."""
    left = memoryview(content)
    while left:
        left = left[file.write(left) or 0 :]


def is_cut_off(path: Path) -> bool:
    """Say whether a journal ends in a line that was not written to its end."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 1))
        return file.read() not in (b"", b"\n")


def repair(path: Path) -> None:
    """Cut off a last line that a killed process left unfinished; the file may be missing.

    Args:
        path: The journal, with no other writer.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        file.seek(0)
        content = file.read()
        file.truncate(content.rfind(b"\n") + 1)
