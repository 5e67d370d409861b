"""Keeps each ledger in a journal file in its study's folder, for one coordinator at a time."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import final

import optuna
from optuna.storages import JournalStorage

from ..errors import ReadOnlyStoreError
from ..experiment.directions import Direction
from ..store import Store
from . import journal_lock
from .base import OpenedStudy, Purpose, archive_folder, check_free, check_unclaimed, restore_folder
from .journal_damage import check_journal, is_journal_of_study, reading
from .journal_file import StudyJournal, repair
from .leases import ExclusiveLeases


@final
class JournalStore:
    """The ledgers in journal files of a store.

    Args:
        store: The local store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def study_names(self) -> list[str]:
        """Return the names of all studies."""
        folders = self._store.studies.iterdir() if self._store.studies.is_dir() else ()
        return sorted(
            folder.name for folder in folders if not folder.name.startswith(".") and is_journal_of_study(self._store.study(folder.name).journal)
        )

    def create_or_load(self, name: str, directions: Sequence[Direction], *, fresh: bool) -> OpenedStudy:
        """Open a study for running it, and lock it."""
        journal = self._store.study(name).journal
        release = self.lock(name)
        try:
            is_known = is_journal_of_study(journal)
            if not is_known:
                check_unclaimed(self._store, name)
            archived_as = archive_folder(self._store, name, set()) if fresh and is_known else None
            with reading(journal):
                check_journal(journal)
                repair(journal)
                storage = open_storage(journal)
            names = optuna.get_all_study_names(storage)  # a renamed study has its first name in its journal
            study = optuna.create_study(storage=storage, study_name=names[0] if names else name, directions=directions, load_if_exists=True)
        except BaseException:
            release()
            raise
        return OpenedStudy(study, storage, ExclusiveLeases(release), archived_as)

    def discard(self, opened: OpenedStudy, name: str, *, keep_logs: bool) -> None:
        """Delete a study's folder and restore the archived one."""
        restore_folder(self._store, name, opened.archived_as, keep_logs=keep_logs)

    def load(self, name: str, purpose: Purpose) -> OpenedStudy | None:
        """Open a study; one in a store that cannot be written is examined while its lock is held for reading only."""
        leases = ExclusiveLeases() if purpose == "read" else ExclusiveLeases(self._lock_to_examine(name) if purpose == "examine" else self.lock(name))
        journal = self._store.study(name).journal
        try:
            with reading(journal):
                check_journal(journal)
                storage = open_storage(journal)
            names = optuna.get_all_study_names(storage)  # the archived study "diabetes.1" is still named "diabetes" in its journal
            study = optuna.load_study(storage=storage, study_name=names[0], sampler=optuna.samplers.RandomSampler()) if names else None
        except BaseException:
            leases.close()
            raise
        if study is None:
            leases.close()
            return None
        return OpenedStudy(study, storage, leases)

    def delete(self, opened: OpenedStudy, name: str) -> None:
        """Delete a study's folder, its journal last: a deletion that was interrupted can be repeated."""
        folder = self._store.study(name)
        for path in folder.root.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
        shutil.rmtree(folder.root)

    def rename(self, opened: OpenedStudy, name: str, new: str) -> None:
        """Rename a study's folder; in its journal the study keeps the name that it was created with."""
        release = self.lock(new)
        try:
            check_free(self._store, new, self.study_names())
            self._store.study(name).root.rename(self._store.study(new).root)
        finally:
            release()

    def is_running(self, name: str) -> bool:
        """Return whether another process has locked a study."""
        return journal_lock.is_locked(self._lock_file(name))

    def _lock_file(self, name: str) -> Path:
        return self._store.studies / f".{name}.lock"  # outside the study's folder: it stays the same file when the folder is archived

    def lock(self, name: str) -> Callable[[], None]:
        """Lock a study; see `journal_lock.acquire`."""
        return journal_lock.acquire(self._lock_file(name))

    def _lock_to_examine(self, name: str) -> Callable[[], None]:
        try:
            return self.lock(name)
        except ReadOnlyStoreError:
            return journal_lock.acquire_to_read(self._lock_file(name))


def open_storage(journal: Path) -> JournalStorage:
    """Return Optuna's storage in a journal file."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return JournalStorage(StudyJournal(journal))
