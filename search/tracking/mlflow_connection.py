"""Opens an MLflow tracking store: quickly, quietly, and safely when several processes start at once.

It reads no run and writes none. What MLflow says on failure is passed on without the passwords that a tracking URI may
hold.
"""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from ..errors import InputError, PerceptuneError, StoreUnavailableError
from ..redaction import first_line, redact
from .mlflow_outage import is_outage
from .sqlite_store import SQLITE, install_template, is_local, path_of

if TYPE_CHECKING:
    from mlflow import MlflowClient

_DATABASE_PORTS = {"postgresql": 5432, "mysql": 3306, "mssql": 1433}
# MLflow alone would retry for minutes before it says that a server is not there.
_SHORT_TIMEOUTS = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "10", "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1"}
_TIMEOUT_SECONDS = 5
# Later on our own writer repeats what failed: MLflow, which does not know what a request has done, would write it twice.
_NO_RETRIES = ("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
_LOCK_KEY = 0x6D6C666C6F77  # "mlflow": tells this lock of PostgreSQL from others'


def prepare(folder: Path) -> Path:
    """Make a SQLite store with MLflow's tables, which takes a second, to be given to `connect` later on.

    Args:
        folder: Where.

    Returns:
        Its file.

    Raises:
        InputError: If none can be made.
    """
    database = folder / "mlflow.db"
    connect(f"{SQLITE}{quote(str(database))}")
    return database


def connect(tracking_uri: str, prepared: Path | None = None) -> "MlflowClient":
    """Open a tracking store and make sure that it answers; a SQLite store is created where there is none.

    Args:
        tracking_uri: ``sqlite:///path``, ``http(s)://host``, a database URL, or any other that MLflow knows.
        prepared: A file to begin a SQLite store with. Defaults to none.

    Returns:
        MLflow's client of it.

    Raises:
        InputError: If the store does not answer within seconds, refuses, or is of another MLflow version.
    """
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # nobody asked for reports to a third party
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")  # with the password that it may hold
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)  # it logs, with a traceback, what it raises too
    try:
        if is_local(tracking_uri):
            return _open_sqlite(tracking_uri, prepared)
        return _open_remote(tracking_uri)
    except Exception as error:  # MlflowException, SQLAlchemy's, or a driver that is missing
        # The cause is left out on purpose: its text and its frames hold the URI.
        raise InputError(
            f"The MLflow store {redact(tracking_uri)} cannot be used: {first_line(error)}. "
            "Start its server or set MLFLOW_TRACKING_URI to one that answers; without the variable the local store is used"
        ) from None


@contextmanager
def mlflow_session() -> Iterator[None]:
    """Turn MLflow's exceptions into ours, without secrets.

    Raises:
        StoreUnavailableError: If the store does not answer, or answers that it cannot for now.
        PerceptuneError: If MLflow raises anything else.
    """
    from mlflow.exceptions import MlflowException
    from requests.exceptions import RequestException

    try:
        yield
    except (MlflowException, RequestException) as error:  # the latter from uploads
        if is_outage(error):
            raise StoreUnavailableError(f"MLflow does not answer: {first_line(error)}") from None
        raise PerceptuneError(f"MLflow failed: {first_line(error)}. The ledger is safe; run the same command again to go on") from None


def _open_sqlite(tracking_uri: str, prepared: Path | None) -> "MlflowClient":
    from filelock import FileLock

    database = path_of(tracking_uri)
    database.parent.mkdir(parents=True, exist_ok=True)
    # MLflow does not lock while it creates its tables: two processes on a fresh store would crash each other.
    with FileLock(f"{database}.lock"), _quiet_loggers():
        if prepared and not database.exists():
            install_template(prepared, database)
        return _open_client(tracking_uri)


def _open_remote(tracking_uri: str) -> "MlflowClient":
    address = urlsplit(tracking_uri)
    port = _DATABASE_PORTS.get(address.scheme.partition("+")[0])
    if port and address.hostname:  # MLflow retries a database for 100 seconds, and cannot be told otherwise
        socket.create_connection((address.hostname, address.port or port), timeout=_TIMEOUT_SECONDS).close()
    with _short_timeouts(), _quiet_loggers(), _creation_lock(tracking_uri):
        client = _open_client(tracking_uri)
    os.environ.setdefault(*_NO_RETRIES)
    return client


@contextmanager
def _creation_lock(tracking_uri: str) -> Iterator[None]:
    """Let one process at a time create MLflow's tables in a PostgreSQL database; others answer for themselves."""
    if not tracking_uri.startswith("postgresql"):
        yield
        return
    import sqlalchemy

    engine = sqlalchemy.create_engine(tracking_uri, poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        connection.execute(sqlalchemy.select(sqlalchemy.func.pg_advisory_xact_lock(_LOCK_KEY)))
        yield


def _open_client(tracking_uri: str) -> "MlflowClient":
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=tracking_uri)
    client.search_experiments(max_results=1)
    return client


@contextmanager
def _short_timeouts() -> Iterator[None]:
    """Let MLflow's first request fail fast, unless the user has set how patient it is."""
    added = {name: value for name, value in _SHORT_TIMEOUTS.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]


@contextmanager
def _quiet_loggers() -> Iterator[None]:
    """Keep the news about created tables and retried requests off the terminal."""
    loggers = {logging.getLogger("alembic"): logging.WARNING, logging.getLogger("urllib3.connectionpool"): logging.ERROR}
    before = {logger: logger.level for logger in loggers}
    for logger, level in loggers.items():
        logger.setLevel(level)
    try:
        yield
    finally:
        for logger, level in before.items():
            logger.setLevel(level)
