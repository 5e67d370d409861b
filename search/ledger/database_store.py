"""Keeps all ledgers in one database, so that several coordinators, on one or more machines, can run one study.

A study's files stay in the local store, which all its coordinators must share.
"""

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from typing import final

import optuna
import sqlalchemy
from optuna.storages import get_storage

from ..errors import InputError, StudyBusyError
from ..experiment.directions import Direction
from ..store import Store
from .base import OpenedStudy, Purpose, archive_folder, check_free, check_unclaimed, restore_folder
from .database import WHOLE_DATABASE, Database, check_url
from .lease_table import DatabaseLeases, LeaseTimes
from .leases import ExclusiveLeases


@final
class DatabaseStore:
    """The ledgers in a store's database.

    Args:
        store: The local store, with the database's URL.
        times: Durations of the leases. Defaults to 30 seconds, renewed every 10.
    """

    def __init__(self, store: Store, times: LeaseTimes | None = None) -> None:
        self._store = store
        self._times = times
        self._url = store.ledger

    def study_names(self) -> list[str]:
        """Return the names of all studies."""
        database = Database(self._url)
        try:
            return sorted(optuna.get_all_study_names(database.storage)) if database.exists else []
        finally:
            database.close()

    def create_or_load(self, name: str, directions: Sequence[Direction], *, fresh: bool) -> OpenedStudy:
        """Open a study, joining its other coordinators."""
        check_url(self._url)
        _check_separate_databases(self._url, self._store.tracking_uri)
        self._check_not_in_journal(name, fresh=fresh)
        with self._connected() as database, database.exclusive(WHOLE_DATABASE):  # no other process may delete or rename the study now
            storage = get_storage(database.storage)  # caches finished trials
            if not self._store.study(name).journal.exists() and name not in optuna.get_all_study_names(storage):
                check_unclaimed(self._store, name)
            archived_as = self._archive(database, name) if fresh else None
            study = optuna.create_study(storage=storage, study_name=name, directions=directions, load_if_exists=True)
            leases = DatabaseLeases(database, storage.get_study_id_from_name(name), self._times)
            leases.acquire(f"coordinator {leases.owner}")  # keeps other processes from deleting the study
        return OpenedStudy(study, storage, leases, archived_as)

    def discard(self, opened: OpenedStudy, name: str, *, keep_logs: bool) -> None:
        """Delete a study unless another coordinator runs it, and restore the archived one."""
        with self._connected() as database, database.exclusive(WHOLE_DATABASE):
            if not opened.leases.held_by_others():
                self._remove(database, opened, name)
                restore_folder(self._store, name, opened.archived_as, keep_logs=keep_logs)
        database.close()

    def _remove(self, database: Database, opened: OpenedStudy, name: str) -> None:
        storage = database.storage
        storage.delete_study(opened.study_id)
        if opened.archived_as in optuna.get_all_study_names(storage):
            database.rename(storage.get_study_id_from_name(opened.archived_as), name)

    def delete(self, opened: OpenedStudy, name: str) -> None:
        """Delete a study and its folder, the folder first: a deletion that was interrupted can be repeated."""
        if self._store.study(name).root.exists():
            shutil.rmtree(self._store.study(name).root)
        with self._connected() as database, database.exclusive(WHOLE_DATABASE):
            database.storage.delete_study(opened.study_id)
        database.close()

    def rename(self, opened: OpenedStudy, name: str, new: str) -> None:
        """Rename a study and its folder."""
        with self._connected() as database, database.exclusive(WHOLE_DATABASE):
            check_free(self._store, new, optuna.get_all_study_names(database.storage))
            database.rename(opened.study_id, new)
            try:
                if self._store.study(name).root.exists():
                    self._store.study(name).root.rename(self._store.study(new).root)
            except OSError:
                database.rename(opened.study_id, name)
                raise
        database.close()

    def is_running(self, name: str) -> bool:
        """Return whether a coordinator runs a study."""
        with self._connected() as database:
            try:
                study_id = database.storage.get_study_id_from_name(name)
            except KeyError:  # it was deleted meanwhile
                return False
            is_running = bool(DatabaseLeases(database, study_id).held_by_others())
        database.close()
        return is_running

    def load(self, name: str, purpose: Purpose) -> OpenedStudy | None:
        """Open a study."""
        with self._connected() as database:
            storage = get_storage(database.storage)
            study = optuna.load_study(storage=storage, study_name=name, sampler=optuna.samplers.RandomSampler())
            return OpenedStudy(study, storage, ExclusiveLeases(database.close) if purpose == "read" else self._exclusive_leases(database, name))

    def _exclusive_leases(self, database: Database, name: str) -> DatabaseLeases:
        leases = DatabaseLeases(database, database.storage.get_study_id_from_name(name), self._times)
        with database.exclusive(WHOLE_DATABASE):
            if leases.held_by_others():
                raise StudyBusyError(f'Study "{name}" is being run by another process; repair it after its end')
            leases.acquire(f"coordinator {leases.owner}")
        return leases

    @contextlib.contextmanager
    def _connected(self) -> Iterator[Database]:
        """Yield the connected database, which stays connected unless the block fails."""
        database = Database(self._url)
        try:
            _ = database.storage
            yield database
        except BaseException:
            database.close()
            raise

    def _check_not_in_journal(self, name: str, *, fresh: bool) -> None:
        if self._store.study(name).journal.exists() and not fresh:
            raise InputError(
                f'Study "{name}" is kept in the file {self._store.study(name).journal}; continue it without --ledger, '
                "start another with --fresh, or choose another name with --study"
            )

    def _archive(self, database: Database, name: str) -> str | None:
        """Archive the study of this name, or its folder if only that exists, and return the new name; None if neither exists."""
        names = set(optuna.get_all_study_names(database.storage))
        if name not in names:
            return archive_folder(self._store, name, names) if self._store.study(name).root.exists() else None
        study_id = database.storage.get_study_id_from_name(name)
        if DatabaseLeases(database, study_id).held_by_others():
            raise StudyBusyError(f'Study "{name}" is being run; join it without --fresh, or choose another name with --study')
        earlier = archive_folder(self._store, name, names)
        database.rename(study_id, earlier)
        return earlier


def _check_separate_databases(ledger: str, tracking_uri: str) -> None:
    """Refuse one database for both ledger and MLflow: both have a table ``alembic_version``."""
    if "://" in tracking_uri and _location(ledger) == _location(tracking_uri):
        raise InputError("The ledger and MLflow cannot share one database; create another for the ledger and name it with --ledger")


def _location(url: str) -> tuple[str | None, int | None, str | None]:
    address = sqlalchemy.make_url(url)
    return address.host, address.port, address.database
