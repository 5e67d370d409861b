"""Distinguishes temporary outages of a tracking store from permanent errors."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.exc import OperationalError


def is_outage(error: Exception) -> bool:
    """Return whether an exception of MLflow is a temporary outage of its store.

    Args:
        error: The exception.

    Returns:
        True if a server or a database did not respond, was killed within a response, reported an internal error (5xx), or
        was locked for too long. False if the same request would fail again: a missing run, no permission, a full disk.
    """
    from mlflow.exceptions import RestException
    from requests.exceptions import ChunkedEncodingError, HTTPError, RetryError, Timeout
    from requests.exceptions import ConnectionError as NoConnection
    from sqlalchemy.exc import OperationalError

    if isinstance(error, RestException):
        return int(error.get_http_status_code()) >= 500  # type: ignore[no-untyped-call]
    if isinstance(error, HTTPError):
        return error.response is not None and error.response.status_code >= 500
    if " failed with error code 5" in str(error):  # from a proxy, whose response is not MLflow's JSON
        return True
    causes = list(_causes(error))
    databases = [cause for cause in causes if isinstance(cause, OperationalError)]
    cut_off = ChunkedEncodingError, ConnectionError  # a server that was killed after it had begun to respond
    return any(isinstance(cause, (NoConnection, RetryError, Timeout, *cut_off)) for cause in causes) or any(map(_is_database_outage, databases))


def _is_database_outage(error: "OperationalError") -> bool:
    is_file = type(error.orig).__module__ == "sqlite3"
    return not is_file or "database is locked" in str(error.orig)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
