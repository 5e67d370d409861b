"""Waits for a database that is away for a while, such as a server that is restarted.

It redoes whole operations, so each must be one that may be done twice.
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
    """Redoes operations that a lost connection has cut off.

    Args:
        url: The database, for messages.
        seconds: How long one operation may be redone. Defaults to 60.
    """

    def __init__(self, url: str, seconds: float = 60.0) -> None:
        self._url = url
        self._seconds = seconds
        self._is_over = threading.Event()

    def call(self, operation: Callable[[], T]) -> T:
        """Do an operation, again and again with growing pauses while the database does not answer.

        Args:
            operation: Done once or more.

        Returns:
            What it returns.

        Raises:
            LedgerError: If the database was away for too long, and at once from then on.
        """
        pause, began = _FIRST_PAUSE_SECONDS, time.monotonic()
        while True:
            try:
                return operation()
            except Exception as error:
                if not is_connection_lost(error):
                    raise
                if self._is_over.is_set() or time.monotonic() - began + pause > self._seconds:
                    self._is_over.set()
                    raise self._too_long(error) from None
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _too_long(self, error: Exception) -> LedgerError:
        return LedgerError(
            f"The ledger {redact(self._url)} has not answered for {self._seconds:g} s: {first_line(_database_error(error) or error)}. "
            "Finished trials are safe; the same command continues when it answers again"
        )


def retried(method: Callable[..., T]) -> Callable[..., T]:
    """Have a method of an object with a ``retry`` be retried."""

    @functools.wraps(method)
    def done(self: object, *arguments: object, **named: object) -> T:
        retry: Retry = self.retry  # type: ignore[attr-defined]
        return retry.call(lambda: method(self, *arguments, **named))

    return done


def is_connection_lost(error: BaseException) -> bool:
    """Say whether an exception means that the database did not answer, or not now."""
    origin = _database_error(error)
    if origin is None:
        return False
    is_file = "sqlite3" in type(origin.orig).__module__
    if is_file:
        return "locked" in str(origin.orig)
    return origin.connection_invalidated or isinstance(origin, OperationalError | InterfaceError)


def _database_error(error: BaseException) -> DBAPIError | None:
    """Return the driver's exception, which Optuna may have wrapped."""
    cause = error.__cause__ if isinstance(error, optuna.exceptions.StorageInternalError) else error
    return cause if isinstance(cause, DBAPIError) else None
