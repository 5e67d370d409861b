"""Connects to an MLflow tracking store, quickly and without log messages, safe for several processes at once.

It reads and writes no runs. MLflow's error messages are passed on without the passwords that a tracking URI may contain.
"""

import logging
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from ..errors import InputError, PerceptuneError, StoreUnavailableError
from ..redaction import first_line, redact
from ..secret_values import remember_address
from ..store import check_address
from ..temporary_files import temporary_prefix
from . import moved_store
from .mlflow_outage import is_outage
from .sqlite_store import SQLITE, check_writable, copy_store, install_template, is_local, is_writable, path_of

if TYPE_CHECKING:
    from mlflow import MlflowClient

_DATABASE_PORTS = {"postgresql": 5432, "mysql": 3306, "mssql": 1433}
# By default MLflow retries for minutes before it reports that a server cannot be reached.
_SHORT_TIMEOUTS = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "10", "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1"}
_TIMEOUT_SECONDS = 5
# After connecting, our own writer retries: MLflow does not know whether a failed request was applied and would write twice.
_NO_RETRIES = ("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
_LOCK_KEY = 0x6D6C666C6F77  # "mlflow" as bytes: the key of our advisory lock in PostgreSQL


def prepare(folder: Path) -> Path:
    """Create a SQLite store with MLflow's tables, which takes a second, as a template for `connect`.

    Args:
        folder: An existing folder for the file.

    Returns:
        The database file.

    Raises:
        InputError: If it cannot be created.
    """
    database = folder / "mlflow.db"
    connect(f"{SQLITE}{quote(str(database))}")
    return database


def connect(tracking_uri: str, prepared: Path | None = None) -> "MlflowClient":
    """Connect to a tracking store and check that it responds; a SQLite store is created if it does not exist.

    A SQLite store that was moved or copied to another folder uses its files there.

    Args:
        tracking_uri: ``sqlite:///path``, ``http(s)://host``, a database URL, or any other URI that MLflow knows.
        prepared: A file from `prepare`, which a new SQLite store is copied from. Defaults to none.

    Returns:
        MLflow's client of the store.

    Raises:
        InputError: If the store does not respond within seconds, refuses access, or has another MLflow version.
        ReadOnlyStoreError: If a SQLite store cannot be written.
    """
    remember_address(tracking_uri)  # no message shows its password
    check_address(tracking_uri)
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # no usage reports to a third party
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")  # which may contain a password
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.CRITICAL)  # it logs the traceback of what it raises as well
    check_writable(tracking_uri)
    try:
        if is_local(tracking_uri):
            return _open_sqlite(tracking_uri, prepared)
        return _open_remote(tracking_uri)
    except Exception as error:  # MlflowException, SQLAlchemy's errors, or a missing driver
        # No cause is attached: its text and its frames contain the URI.
        raise InputError(
            f"The MLflow store {redact(tracking_uri)} cannot be used: {first_line(error)}. "
            "Start its server or set MLFLOW_TRACKING_URI to a store that responds; without the variable the local store is used"
        ) from None


@contextmanager
def reading(tracking_uri: str) -> "Iterator[MlflowClient]":
    """Connect to a tracking store during a block that only reads; a SQLite store that may not be written is read from a copy.

    Args:
        tracking_uri: As of `connect`.

    Yields:
        MLflow's client of the store.

    Raises:
        InputError: As `connect`.
    """
    if not is_local(tracking_uri) or is_writable(path_of(tracking_uri)):
        yield connect(tracking_uri)
        return
    with tempfile.TemporaryDirectory(prefix=temporary_prefix()) as folder:
        database = Path(folder, "mlflow.db")
        copy_store(path_of(tracking_uri), database)
        moved_store.follow(database, path_of(tracking_uri).parent)
        yield connect(f"{SQLITE}{quote(str(database))}")


@contextmanager
def mlflow_session() -> Iterator[None]:
    """Translate MLflow's exceptions into ours, without secrets.

    Raises:
        StoreUnavailableError: If the store does not respond or reports a temporary failure.
        PerceptuneError: If MLflow raises anything else.
    """
    from mlflow.exceptions import MlflowException
    from requests.exceptions import RequestException

    try:
        yield
    except (MlflowException, RequestException) as error:  # uploads raise the latter
        if is_outage(error):
            raise StoreUnavailableError(f"MLflow does not respond: {first_line(error)}") from None
        raise PerceptuneError(f"MLflow failed: {first_line(error)}. The ledger is safe; run the same command again to continue") from None


def _open_sqlite(tracking_uri: str, prepared: Path | None) -> "MlflowClient":
    from filelock import FileLock

    database = path_of(tracking_uri)
    database.parent.mkdir(parents=True, exist_ok=True)
    # MLflow creates its tables without a lock: two processes on a new store would crash each other.
    with FileLock(f"{database}.lock"), _quiet_loggers():
        if prepared and not database.exists():
            install_template(prepared, database)
            _close_connections(_make_client(tracking_uri))
        client = _open_client(tracking_uri)
        moved_store.follow(database, database.parent)
    return client


def _open_remote(tracking_uri: str) -> "MlflowClient":
    address = urlsplit(tracking_uri)
    port = _DATABASE_PORTS.get(address.scheme.partition("+")[0])
    if port and address.hostname:  # MLflow retries a database for 100 seconds, which cannot be configured
        socket.create_connection((address.hostname, address.port or port), timeout=_TIMEOUT_SECONDS).close()
    with _short_timeouts(), _quiet_loggers(), _creation_lock(tracking_uri):
        client = _open_client(tracking_uri)
    os.environ.setdefault(*_NO_RETRIES)
    return client


@contextmanager
def _creation_lock(tracking_uri: str) -> Iterator[None]:
    """Hold a lock while MLflow creates its tables in a PostgreSQL database; other databases get no lock."""
    if not tracking_uri.startswith("postgresql"):
        yield
        return
    import sqlalchemy

    engine = sqlalchemy.create_engine(tracking_uri, poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        connection.execute(sqlalchemy.select(sqlalchemy.func.pg_advisory_xact_lock(_LOCK_KEY)))
        yield


def _close_connections(client: "MlflowClient") -> None:
    """Close what MLflow holds open of a removed file of the same name: it keeps one store per address and process."""
    registry: Any = client._get_registry_client()  # type: ignore[no-untyped-call]
    for store in (client._tracking_client.store, registry.store):
        if hasattr(store, "engine"):  # MLFLOW_REGISTRY_URI may name a server
            store.engine.dispose()


def _make_client(tracking_uri: str) -> "MlflowClient":
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=tracking_uri)


def _open_client(tracking_uri: str) -> "MlflowClient":
    client = _make_client(tracking_uri)
    client.search_experiments(max_results=1)
    return client


@contextmanager
def _short_timeouts() -> Iterator[None]:
    """Let MLflow's first request fail fast, unless the user has set its timeouts."""
    added = {name: value for name, value in _SHORT_TIMEOUTS.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]


@contextmanager
def _quiet_loggers() -> Iterator[None]:
    """Suppress log messages about created tables and retried requests."""
    loggers = {logging.getLogger("alembic"): logging.WARNING, logging.getLogger("urllib3.connectionpool"): logging.ERROR}
    before = {logger: logger.level for logger in loggers}
    for logger, level in loggers.items():
        logger.setLevel(level)
    try:
        yield
    finally:
        for logger, level in before.items():
            logger.setLevel(level)
