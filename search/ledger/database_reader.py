"""Reads all studies of a store's database again and again, with one set of connections. It takes no lease."""

from typing import TYPE_CHECKING, final

from optuna.storages import get_storage

from ..store import Store
from .base import ReadableStudy
from .database import Database

if TYPE_CHECKING:
    from optuna.storages import BaseStorage

_RETRY_SECONDS = 5.0
"""How long a page waits for a server that was lost."""


@final
class DatabaseReader:
    """The studies in a store's database.

    Args:
        store: The local store, with the database's URL.
    """

    def __init__(self, store: Store) -> None:
        self._database = Database(store.ledger, _RETRY_SECONDS)
        self._storage: BaseStorage | None = None
        self._studies: dict[str, ReadableStudy] = {}

    def names(self) -> list[str]:
        """Return the names of all studies."""
        if not self._database.exists:
            return []
        if self._storage is None:
            self._storage = get_storage(self._database.storage)  # caches finished trials
        known = {study.study_id: study for study in self._studies.values()}
        found = {study.study_name: study._study_id for study in self._storage.get_all_studies()}
        self._studies = {name: known.get(study_id) or ReadableStudy(self._storage, study_id) for name, study_id in found.items()}
        return sorted(found)

    def open(self, name: str) -> ReadableStudy | None:
        """Return a study that `names` has found."""
        return self._studies.get(name)

    def close(self) -> None:
        """Close all connections."""
        self._database.close()
