"""Retries operations while a database is unavailable, such as during a restart of its server.

Whole operations are repeated, so each must be idempotent.
"""

import functools
import threading
import time
from collections.abc import Callable
from typing import TypeVar, final

import optuna
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from ..errors import LedgerError
from ..redaction import first_line, redact

T = TypeVar("T")

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.1, 5.0


@final
class Retry:
    """Repeats operations that failed because the connection was lost.

    Args:
        url: The database's URL, for messages.
        seconds: Time after which an operation is not repeated any more. Defaults to 60.
    """

    def __init__(self, url: str, seconds: float = 60.0) -> None:
        self._url = url
        self._seconds = seconds
        self._has_given_up = threading.Event()

    def call(self, operation: Callable[[], T]) -> T:
        """Call an operation, and repeat it with growing pauses while the database is unavailable.

        Args:
            operation: Called once or more.

        Returns:
            The operation's return value.

        Raises:
            LedgerError: If the database was unavailable for too long; every later call then raises at its first failure.
        """
        pause, started = _FIRST_PAUSE_SECONDS, time.monotonic()
        while True:
            try:
                return operation()
            except Exception as error:
                if not is_connection_lost(error):
                    raise
                if self._has_given_up.is_set() or time.monotonic() - started + pause > self._seconds:
                    self._has_given_up.set()
                    raise self._unavailable(error) from None
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _unavailable(self, error: Exception) -> LedgerError:
        return LedgerError(
            f"The ledger {redact(self._url)} has been unavailable for {self._seconds:g} s: {first_line(_database_error(error) or error)}. "
            "Finished trials are safe; the same command continues when it is available"
        )


def retried(method: Callable[..., T]) -> Callable[..., T]:
    """Decorate a method so that its object's ``retry`` repeats it."""

    @functools.wraps(method)
    def call(self: object, *arguments: object, **named: object) -> T:
        retry: Retry = self.retry  # type: ignore[attr-defined]
        return retry.call(lambda: method(self, *arguments, **named))

    return call


def is_connection_lost(error: BaseException) -> bool:
    """Return whether an exception means that the database is unavailable or locked."""
    origin = _database_error(error)
    if origin is None:
        return False
    is_file = "sqlite3" in type(origin.orig).__module__
    if is_file:
        return "locked" in str(origin.orig)
    return origin.connection_invalidated or isinstance(origin, OperationalError | InterfaceError)


def _database_error(error: BaseException) -> DBAPIError | None:
    """Return SQLAlchemy's exception, which Optuna may have wrapped; None for any other."""
    cause = error.__cause__ if isinstance(error, optuna.exceptions.StorageInternalError) else error
    return cause if isinstance(cause, DBAPIError) else None
