"""Removes secrets from log messages, errors, and the runs and tags in MLflow."""

import logging
import os
import re

_SECRET_VARIABLES = (
    "MLFLOW_TRACKING_PASSWORD",
    "MLFLOW_TRACKING_TOKEN",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AZURE_STORAGE_ACCESS_KEY",
    "AZURE_STORAGE_CONNECTION_STRING",
    "PGPASSWORD",
)
"""Environment variables whose values are secret."""

_MIN_LENGTH = 4
"""Length of the shortest secret that is removed; a shorter one may be part of any text."""


def redact(text: str) -> str:
    """Replace the user names, passwords and query strings of URLs, and the values of secret environment variables.

    Args:
        text: A URL, or any text that may contain URLs.

    Returns:
        The text with ``***`` in their place.
    """
    without_users = re.sub(r"(?<=://)[^/\s]*@", "***@", text)
    shown = re.sub(r"\?[^\s'\"=]*=[^\s'\"]*", "?***", without_users)
    for name in _SECRET_VARIABLES:
        secret = os.environ.get(name, "")
        if len(secret) >= _MIN_LENGTH:
            shown = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "***", shown)
    return shown


def one_line(text: str) -> str:
    """Return a text with single spaces in place of line breaks and runs of spaces."""
    return " ".join(text.split())


def shorten(text: str, length: int) -> str:
    """Return a text of at most ``length`` characters; a longer one is cut and ends in "..."."""
    return text if len(text) <= length else f"{text[: length - 3]}..."


def first_line(error: Exception) -> str:
    """Return the first line of an exception's message, without secrets.

    Args:
        error: A client library's exception, which may wrap others and contain a URL.

    Returns:
        At most 300 characters, without a full stop at the end.
    """
    origin: BaseException = error
    while origin.__cause__ or origin.__context__:
        origin = origin.__cause__ or origin.__context__ or origin
    # "Connection refused" says more than the long text of the exceptions around it.
    text = redact(str(origin if isinstance(origin, OSError) else error)).strip() or type(error).__name__
    return shorten(text.splitlines()[0].rstrip(". "), 300)


class RedactingFormatter(logging.Formatter):
    """Formats log messages and tracebacks without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a log record."""
        return redact(super().format(record))
