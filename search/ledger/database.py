"""A database that holds ledgers: PostgreSQL for several machines, a SQLite file for several processes of one machine.

Studies are in Optuna's tables, leases of trials in this project's own table (`search.ledger.tables`).
"""

import contextlib
import logging
from collections.abc import Container, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, final

import optuna
import sqlalchemy
from filelock import FileLock
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy import Connection, Engine, column, event, select, table, update
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from ..errors import InputError, MissingExtraError
from ..redaction import first_line, redact
from ..store import check_address
from .database_trials import read_trials
from .retry import Retry, is_connection_lost, retried
from .tables import create_tables

logger = logging.getLogger(__name__)

_CONNECT_SECONDS = 5
# Client and server notice a lost machine within half a minute; the server then frees its locks.
_KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}
_SESSION = (
    "SET tcp_keepalives_idle = 10",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 3",
    "SET idle_in_transaction_session_timeout = '10min'",
)
_LOCKS = 0x70657263  # "perc": distinguishes this project's advisory locks from other programs'
WHOLE_DATABASE = 0
"""The key of the whole database in `Database.exclusive`; studies have their ids, from 1."""


class _RetryingStorage(RDBStorage):
    """Optuna's storage, which retries operations while the database is unavailable."""

    retry: Retry

    _create_new_trial = retried(RDBStorage._create_new_trial)
    _get_best_trial_id = retried(RDBStorage._get_best_trial_id)
    _set_trial_param = retried(RDBStorage._set_trial_param)
    create_new_study = retried(RDBStorage.create_new_study)
    delete_study = retried(RDBStorage.delete_study)
    get_all_studies = retried(RDBStorage.get_all_studies)
    get_study_directions = retried(RDBStorage.get_study_directions)
    get_study_id_from_name = retried(RDBStorage.get_study_id_from_name)
    get_study_name_from_id = retried(RDBStorage.get_study_name_from_id)
    get_study_system_attrs = retried(RDBStorage.get_study_system_attrs)
    get_study_user_attrs = retried(RDBStorage.get_study_user_attrs)
    get_trial = retried(RDBStorage.get_trial)
    get_trial_id_from_study_id_trial_number = retried(RDBStorage.get_trial_id_from_study_id_trial_number)
    set_study_system_attr = retried(RDBStorage.set_study_system_attr)
    set_study_user_attr = retried(RDBStorage.set_study_user_attr)
    set_trial_intermediate_value = retried(RDBStorage.set_trial_intermediate_value)
    set_trial_state_values = retried(RDBStorage.set_trial_state_values)
    set_trial_system_attr = retried(RDBStorage.set_trial_system_attr)
    set_trial_user_attr = retried(RDBStorage.set_trial_user_attr)

    @retried
    def _get_trials(
        self, study_id: int, states: Container[TrialState] | None, included_trial_ids: set[int], trial_id_greater_than: int
    ) -> list[FrozenTrial]:
        with self.engine.connect() as connection:
            return read_trials(connection, study_id, states, included_trial_ids, trial_id_greater_than)


@final
class Database:
    """A database of studies, connected when first used.

    Args:
        url: ``postgresql+psycopg://user:password@host/database`` or ``sqlite:///path``.
        retry_seconds: How long to retry after a lost connection. Defaults to 60.

    Raises:
        InputError: If the URL has neither form.
    """

    def __init__(self, url: str, retry_seconds: float = 60.0) -> None:
        check_url(url)
        self.url = url
        self.retry = Retry(url, retry_seconds)

    @property
    def exists(self) -> bool:
        """Whether the database exists; always true for a server."""
        address = sqlalchemy.make_url(self.url)
        return address.drivername != "sqlite" or Path(str(address.database)).is_file()

    @cached_property
    def storage(self) -> RDBStorage:
        """Optuna's storage in this database.

        Raises:
            InputError: If no connection is made within 5 seconds, or the tables cannot be created.
        """
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        try:
            with self.exclusive(WHOLE_DATABASE):  # tables that two processes create at once make one of them fail
                storage = _RetryingStorage(self.url, engine_kwargs=_engine_options(self.url))
                create_tables(self.engine)
        except (SQLAlchemyError, optuna.exceptions.StorageInternalError, OSError, RuntimeError) as error:
            self.close()
            # The cause is left out on purpose: its text and its frames hold the URL.
            raise InputError(
                f"The ledger {redact(self.url)} cannot be used: {first_line(error)}. "
                "Start its server, or name another with --ledger or PERCEPTUNE_LEDGER; without either it is a file"
            ) from None
        storage.retry = self.retry
        return storage

    @cached_property
    def engine(self) -> Engine:
        """SQLAlchemy's engine for all statements but Optuna's own."""
        try:
            engine = sqlalchemy.create_engine(self.url, **_engine_options(self.url))
        except ImportError:
            raise MissingExtraError('PostgreSQL needs the extra "postgres": .venv/bin/pip install -e ".[postgres]"') from None
        if engine.dialect.name == "postgresql":
            event.listen(engine, "connect", _set_session)
        else:
            database = Path(str(engine.url.database)).absolute()
            database.parent.mkdir(parents=True, exist_ok=True)
            if not database.exists():
                database.touch(mode=0o600)  # for its owner only
        return engine

    @contextlib.contextmanager
    def exclusive(self, key: int) -> Iterator[None]:
        """Hold an exclusive lock during a block, against other processes on all machines.

        Args:
            key: What is locked: a study's id, or `WHOLE_DATABASE`.
        """
        if self.engine.dialect.name == "sqlite":
            # A transaction would block Optuna's own connection too.
            with FileLock(f"{self.engine.url.database}.{key}.lock"):
                yield
            return
        connection = self._lock(key)
        try:
            yield
        finally:
            _unlock(connection)

    def rename(self, study_id: int, name: str) -> None:
        """Rename a study; Optuna has no function for it."""
        studies = table("studies", column("study_id"), column("study_name"))
        self._execute(update(studies).where(studies.c.study_id == study_id).values(study_name=name))

    def close(self) -> None:
        """Close all connections."""
        if "storage" in self.__dict__:
            self.storage.engine.dispose()
        if "engine" in self.__dict__:
            self.engine.dispose()

    @retried
    def _execute(self, statement: sqlalchemy.Update) -> None:
        with self.engine.begin() as connection:
            connection.execute(statement)

    def _lock(self, key: int) -> Connection:
        is_known = "storage" in self.__dict__
        return self.retry.call(lambda: self._lock_once(key)) if is_known else self._lock_once(key)

    def _lock_once(self, key: int) -> Connection:
        connection = self.engine.connect()
        try:
            connection.execute(select(sqlalchemy.func.pg_advisory_xact_lock(_LOCKS, key)))
        except BaseException:
            connection.close()
            raise
        return connection


def check_url(url: str) -> None:
    """Check that a URL names a database that can hold ledgers.

    Raises:
        InputError: If it names neither a PostgreSQL database nor a SQLite file, or its password cannot stand in an address.
    """
    check_address(url)
    try:
        address = sqlalchemy.make_url(url)
        if address.drivername == "postgresql+psycopg" or (address.drivername == "sqlite" and address.database not in (None, "", ":memory:")):
            return
    except (ArgumentError, ValueError):  # the latter is that of a port
        pass
    raise InputError(f'"{redact(url)}" cannot hold ledgers; expected postgresql+psycopg://user:password@host/database, or sqlite:///path')


def _engine_options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 60}}
    return {"connect_args": {"connect_timeout": _CONNECT_SECONDS, **_KEEPALIVE}, "pool_pre_ping": True}


def _set_session(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        for statement in _SESSION:
            cursor.execute(statement)
    connection.commit()


def _unlock(connection: Connection) -> None:
    """End the transaction that holds a lock; a lost connection has ended it already."""
    try:
        connection.close()
    except DBAPIError as error:
        if not is_connection_lost(error):
            raise
        logger.debug("The connection that held a lock was lost")
