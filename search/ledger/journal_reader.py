"""Reads all journal files of a store again and again, as other processes lengthen, archive, rename and delete them. It locks none."""

from dataclasses import dataclass
from typing import final

from ..store import Store
from .base import ReadableStudy
from .journal_store import JournalStore


@dataclass(frozen=True)
class _Opened:
    first_line: bytes
    study: ReadableStudy


@final
class JournalReader:
    """The studies in journal files of a store.

    Args:
        store: The local store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._journals = JournalStore(store)
        self._opened: dict[str, _Opened] = {}

    def names(self) -> list[str]:
        """Return the names of all studies."""
        names = self._journals.study_names()
        self._opened = {name: opened for name, opened in self._opened.items() if name in names}
        return names

    def open(self, name: str) -> ReadableStudy | None:
        """Open a study, or return it as it was opened before unless the file is another study's now."""
        first_line = self._first_line(name)
        known = self._opened.get(name)
        if known is not None and first_line and known.first_line == first_line:
            return known.study
        self._opened.pop(name, None)
        opened = self._journals.load(name, "read")
        if opened is None:
            return None
        study = ReadableStudy(opened.storage, opened.study_id)
        self._opened[name] = _Opened(first_line, study)
        return study

    def close(self) -> None:
        """Forget the studies; their files are open during a read only."""
        self._opened = {}

    def _first_line(self, name: str) -> bytes:
        """Return the line that created a study, which has a number of its own; empty if it cannot be read."""
        try:
            with self._store.study(name).journal.open("rb") as file:
                return file.readline()
        except OSError:
            return b""  # opening it tells why
