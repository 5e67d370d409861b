"""The length and the checksum of a journal, in a file beside it, by which a journal that was cut or changed is noticed.

The file is written after each line that must survive (`journal_file`), so the journal is never shorter than the file says.
"""

import json
import os
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

_WIDTH = 120  # of the file, which is overwritten in place by one write
_CREATE_TRIAL, _END_TRIAL = 4, 6  # Optuna's operation codes
_FINAL_STATES = {1, 2, 3}  # Optuna's COMPLETE, PRUNED, FAIL


@dataclass(frozen=True)
class JournalChecksum:
    """What a journal consisted of when its last important line was written.

    Attributes:
        n_bytes: Its length. Defaults to 0.
        crc32: The checksum of these bytes. Defaults to 0.
        n_finished: Number of trials that had finished. Defaults to 0.
    """

    n_bytes: int = 0
    crc32: int = 0
    n_finished: int = 0

    def extended(self, content: bytes) -> Self:
        """Return the checksum of the journal after further lines.

        Args:
            content: Whole lines; a line that is not JSON counts as no trial.
        """
        n_finished = self.n_finished + sum(map(_ends_trial, content.splitlines()))
        return type(self)(self.n_bytes + len(content), zlib.crc32(content, self.crc32), n_finished)

    def fits(self, content: bytes) -> bool:
        """Return whether a journal's content begins with what this is the checksum of."""
        return len(content) >= self.n_bytes and zlib.crc32(content[: self.n_bytes]) == self.crc32

    def write(self, journal: Path) -> None:
        """Write the file of a journal."""
        text = json.dumps(asdict(self)).ljust(_WIDTH) + "\n"
        file = os.open(checksum_path(journal), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(file, text.encode(), 0)
        finally:
            os.close(file)

    @classmethod
    def read(cls, journal: Path) -> Self | None:
        """Read the file of a journal; None if there is none, as for studies of earlier versions, or it was not written whole."""
        try:
            return cls(**json.loads(checksum_path(journal).read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None


def checksum_path(journal: Path) -> Path:
    """Return the path of a journal's checksum."""
    return journal.with_suffix(".checksum")


def _ends_trial(line: bytes) -> bool:
    if b'"op_code":4,' not in line and b'"op_code":6,' not in line:
        return False
    try:
        log = json.loads(line)
    except ValueError:
        return False
    return log.get("op_code") in (_CREATE_TRIAL, _END_TRIAL) and log.get("state") in _FINAL_STATES
