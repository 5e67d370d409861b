"""Removes secrets from whatever is shown or written: messages, logs, standard output, ledgers, MLflow."""

import contextlib
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any, TextIO, cast

from .secret_values import MASK, credentials, is_secret_name, pattern, variable_of

_ADDRESS = re.compile(r"(?<=://)[^\s'\"<>]+")
_UNFINISHED_USER = re.compile(r"(?<=://)[^\s'\"<>/@:]{0,99}:(?!\d*(?:[\s/'\"<>.,;)]|$))[^\n]{0,300}@")
"""A user and a password with blanks or quotation marks in it, up to the last "@" of the line; not a host with its port."""
_QUERY = re.compile(r"(?<=[^\s('\"])\?[\w.%&+~\[\]-]{1,200}=[^\s'\"]*")
"""The query of an address, after its path; not the lookahead of a regular expression."""
_HEADER = re.compile(r"(?i)\b(authorization['\"]?\s*[:=]\s*['\"]?(?:\w+\s+)?|bearer\s+|basic\s+(?=[\w+/]{8,}=))(?!\*)[\w.~+/=-]{4,}")
_LONG_WORD = re.compile(r"\S{160,}")
_KEPT = 40
_NAMES = "password|passwd|passphrase|secret|token|api_?key|access_?key"
_PLAIN = r"(?!=|(?:true|false|null)\b|\\?['\"]?env:[a-z_])"
_VALUE = r"(?:(\\?['\"])(?:\\.|[^\\\n])+?\2|[^\s'\",;&)\]}\\]+)"
_ASSIGNMENT = re.compile(rf"(?i)((?:{_NAMES})(?:\\?['\"]?\s*=|\\?['\"]\s*:)\s*){_PLAIN}{_VALUE}")
"""A secret after its name: in quotation marks, which JSON escapes in a text, or up to the next blank or sign; no reference to a variable."""


def redact(text: str) -> str:
    """Replace secrets by ``***``.

    These are the secrets that `search.secret_values` knows, such as the values of secret environment variables; user names, passwords
    and queries of addresses; tokens of HTTP headers; and what follows ``password=``, ``token=`` and the like.

    Args:
        text: Any text.

    Returns:
        The text with ``***`` in their place.
    """
    known = pattern()
    shown = known.sub(MASK, text) if known else text
    if "://" in shown:
        shown = _UNFINISHED_USER.sub(f"{MASK}@", _ADDRESS.sub(_without_user, shown))
    if "?" in shown:
        shown = _QUERY.sub(f"?{MASK}", shown)
    return _ASSIGNMENT.sub(rf"\g<1>\g<2>{MASK}\g<2>", _HEADER.sub(rf"\g<1>{MASK}", shown))


def _without_user(match: re.Match[str]) -> str:
    address = match.group()
    user = credentials(f"://{address}")
    return f"{MASK}{address.removeprefix(user)}" if user else address


def mask(content: Any, *, keeps_references: bool = True) -> Any:
    """Replace secrets in a table of an experiment file.

    Args:
        content: Tables, lists and plain values, the outermost a table of arguments.
        keeps_references: Whether "env:NAME" is kept as the value of a secret argument. Defaults to True.

    Returns:
        A copy with ``***`` in place of each text and number that has a secret's name, and of what `redact` finds in other texts.
    """
    return _mask(content, is_secret=False, keeps_references=keeps_references)


def _mask(content: Any, *, is_secret: bool, keeps_references: bool) -> Any:
    match content:
        case Mapping():
            return {
                name: _mask(value, is_secret=is_secret or is_secret_name(str(name)), keeps_references=keeps_references)
                for name, value in content.items()
            }
        case list() | tuple():
            return [_mask(value, is_secret=is_secret, keeps_references=keeps_references) for value in content]
        case bool() | None:
            return content
        case _ if is_secret:
            return content if keeps_references and variable_of(content) else MASK
        case str():
            return redact(content)
    return content


def one_line(text: str) -> str:
    """Return a text with single spaces in place of line breaks, characters that cannot be printed, and runs of spaces."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())


def shorten_words(text: str) -> str:
    """Return a text without the middle of each long word, so that a message keeps the advice that follows what was given."""
    return _LONG_WORD.sub(lambda found: f"{found.group()[:_KEPT]}…{found.group()[-_KEPT:]}", text)


def shorten(text: str, length: int) -> str:
    """Return a text without secrets of at most ``length`` characters; a longer one is cut and ends in "..."."""
    shown = redact(text)  # before it is cut: a part of a secret is not found any more
    return shown if len(shown) <= length else f"{shown[: length - 3]}..."


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


class _RedactingStream:
    """A text stream that writes to another one without secrets; everything else is the other's."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text, and return its length."""
        self._stream.write(redact(text))
        return len(text)

    def writelines(self, lines: Iterator[str]) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def redacted_output() -> Iterator[None]:
    """Let this process write to standard output and standard error without secrets during a block."""
    before = sys.stdout, sys.stderr
    redact_output()
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def write_unredacted(text: str) -> None:
    """Write a line that the user must see as it is to standard output, such as an address with its token."""
    stream = sys.stdout._stream if isinstance(sys.stdout, _RedactingStream) else sys.stdout
    print(text, file=stream, flush=True)


def redact_output() -> None:
    """Let this process write to standard output and standard error without secrets from now on.

    What a child process or C code writes to the same files by itself is not changed.
    """
    sys.stdout, sys.stderr = (
        stream if isinstance(stream, _RedactingStream) else cast(TextIO, _RedactingStream(stream)) for stream in (sys.stdout, sys.stderr)
    )
