"""Notices journals that were cut, changed or removed, and says how they are restored."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from ..errors import DamagedLedgerError, InputError, PerceptuneError
from ..redaction import one_line, shorten
from .journal_checksum import JournalChecksum, checksum_path
from .journal_file import parse_line

_UNTRACKED = {"logs"}
"""What a study's folder may have without a ledger: the output of workers that never started."""


def is_journal_of_study(journal: Path) -> bool:
    """Return whether a study was created with this journal, even if the file was emptied or removed since."""
    if checksum_path(journal).exists():
        return True
    if not journal.exists():
        return False
    return journal.is_dir() or journal.stat().st_size > 0 or any(path.name not in {*_UNTRACKED, journal.name} for path in journal.parent.iterdir())


def check_journal(journal: Path) -> None:
    """Check that a journal still has all that was written into it.

    Raises:
        DamagedLedgerError: If it is missing, was cut or was changed; without a checksum, if it is empty though the study has files.
    """
    checksum = JournalChecksum.read(journal)  # before the journal, which another process may lengthen
    content = journal.read_bytes() if journal.exists() else None
    if checksum is None:
        if content == b"" and is_journal_of_study(journal):
            raise DamagedLedgerError(f"{journal} is empty, though its folder has the files of a study")
        return
    if content is None:
        raise DamagedLedgerError(f"{journal} is missing; it had {checksum.n_finished} finished trials")
    if checksum.fits(content):
        return
    if len(content) < checksum.n_bytes:
        left = JournalChecksum().extended(content).n_finished
        raise DamagedLedgerError(
            f"{journal} was cut: {len(content)} of {checksum.n_bytes} bytes and {left} of {checksum.n_finished} finished trials are left"
        )
    raise DamagedLedgerError(f"{journal} was changed by something else than perceptune: {_first_bad_line(content)}")


@contextlib.contextmanager
def reading(journal: Path) -> Iterator[None]:
    """Raise errors of a damaged or unreadable journal with what to do about it.

    Raises:
        DamagedLedgerError: If the block finds damage, or Optuna cannot read the lines.
        InputError: If the file cannot be opened.
    """
    name = journal.parent.name
    advice = f"`perceptune doctor {name} --repair` restores it from what is left and from MLflow; --fresh starts a new study"
    try:
        yield
    except DamagedLedgerError as error:
        raise DamagedLedgerError(f'The ledger of study "{name}" is damaged: {error}; {advice}') from None
    except PerceptuneError:
        raise
    except OSError as error:
        raise InputError(
            f'The ledger of study "{name}" cannot be opened: {journal}: {error.strerror}; let this user read and write the folder {journal.parent}'
        ) from None
    except Exception as error:  # whatever Optuna raises for lines that it has not written
        reason = shorten(one_line(f"{type(error).__name__}: {error}"), 100)
        raise DamagedLedgerError(f'The ledger of study "{name}" is damaged: {journal} cannot be read ({reason}); {advice}') from None


def _first_bad_line(content: bytes) -> str:
    bad = next((number for number, line in enumerate(content.splitlines(), start=1) if parse_line(line) is None), None)
    return f"line {bad} is not one that was written" if bad else "its checksum differs"
