"""Tells a store that is away for now from one that refuses."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.exc import OperationalError


def is_outage(error: Exception) -> bool:
    """Say whether what MLflow raised will pass by itself.

    Args:
        error: What it raised.

    Returns:
        True where a server or a database did not answer, answered that it has an error of its own (5xx), or was busy for
        too long; False for what the same request would get again: a run that is not there, no permission, a full disk.
    """
    from mlflow.exceptions import RestException
    from requests.exceptions import ConnectionError as NoConnection
    from requests.exceptions import HTTPError, RetryError, Timeout
    from sqlalchemy.exc import OperationalError

    if isinstance(error, RestException):
        return int(error.get_http_status_code()) >= 500  # type: ignore[no-untyped-call]
    if isinstance(error, HTTPError):
        return error.response is not None and error.response.status_code >= 500
    if " failed with error code 5" in str(error):  # of a proxy, whose answer is not MLflow's JSON
        return True
    causes = list(_causes(error))
    databases = [cause for cause in causes if isinstance(cause, OperationalError)]
    return any(isinstance(cause, NoConnection | RetryError | Timeout) for cause in causes) or any(map(_is_database_outage, databases))


def _is_database_outage(error: "OperationalError") -> bool:
    is_file = type(error.orig).__module__ == "sqlite3"
    return not is_file or "database is locked" in str(error.orig)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
