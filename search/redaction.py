"""Keeps secrets out of whatever people read: log messages, runs and their tags, errors."""

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
"""Environment variables whose values are shown to nobody."""

_SHORTEST = 4
"""Letters of a value that is looked for; a shorter one may be any word."""


def redact(text: str) -> str:
    """Take out user names, passwords and query strings of URLs, and what secret environment variables hold.

    Args:
        text: A URL, or any text that may quote some.

    Returns:
        The text with ``***`` in their place.
    """
    without_users = re.sub(r"(?<=://)[^/\s]*@", "***@", text)
    shown = re.sub(r"\?[^\s'\"=]*=[^\s'\"]*", "?***", without_users)
    for name in _SECRET_VARIABLES:
        secret = os.environ.get(name, "")
        if len(secret) >= _SHORTEST:
            shown = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "***", shown)
    return shown


def shorten(text: str, length: int) -> str:
    """Return a text of at most ``length`` characters; a longer one is cut and ends in "..."."""
    return text if len(text) <= length else f"{text[: length - 3]}..."


def first_line(error: Exception) -> str:
    """Say in one line, without secrets, what is behind an exception.

    Args:
        error: A client library's exception, which may wrap others and quote an address.

    Returns:
        At most 300 characters, without a full stop at the end.
    """
    origin: BaseException = error
    while origin.__cause__ or origin.__context__:
        origin = origin.__cause__ or origin.__context__ or origin
    # "Connection refused" says more than the page of text that is wrapped around it.
    text = redact(str(origin if isinstance(origin, OSError) else error)).strip() or type(error).__name__
    return shorten(text.splitlines()[0].rstrip(". "), 300)


class RedactingFormatter(logging.Formatter):
    """Formats log messages, tracebacks too, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record as text."""
        return redact(super().format(record))
