"""Knows which names stand for secrets, and collects the secret values that this process has seen.

They come from environment variables, from addresses with a password, and from arguments of experiment files. It changes no text;
`search.redaction` does.
"""

import base64
import html
import json
import os
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote

MASK = "***"
"""What is shown and stored in place of a secret."""
_REFERENCE = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)")

_MIN_LENGTH, _LONG = 4, 8
"""Shorter values than the first may be part of any text; at least the second, they are hidden inside of words too."""
_MIN_USER_LENGTH = 16
"""A user name in an address that is at least so long, and has no password, is a token."""
_PLAIN_VALUES = frozenset({"true", "false", "none", "null", "auto", "default"})

_STRONG = re.compile(r"[a-z]*(passw(or)?ds?|passphrases?|passcodes?|secrets?|credentials?|apikeys?)")
"""A name with one of these words is secret."""
_LAST = re.compile(r"[a-z]*token|([a-z]*(access|auth|private|account|master|encryption|signing))?key|pwd|auth|authorization|bearer")
"""A name that ends in one of these words is secret, unless the word before is one of these:"""
_HARMLESS = {
    "token": frozenset({"pad", "padding", "mask", "masking", "unk", "unknown", "oov", "sep", "cls", "bos", "eos", "start", "end"}),
    "key": frozenset({*("primary", "foreign", "sort", "join", "group", "hdf", "object"), *("index", "cache", "partition", "row", "column", "dict")}),
}
_OTHER_VARIABLES = re.compile(r".*_(KEY_ID|CONNECTION_STRING)")
_WORKING_DIRECTORIES = frozenset({"PWD", "OLDPWD"})

_remembered: set[str] = set()
_environment: dict[Any, Any] = {}
_pattern: re.Pattern[str] | None = None


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Return whether an argument or an environment variable of this name holds a secret.

    Args:
        name: Such as "token", "apiKey", "HF_TOKEN" or "AWS_SECRET_ACCESS_KEY"; not "max_tokens", "key_dim" or "pad_token".
    """
    separated = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    words = re.findall(r"[a-z]+", separated)
    if not words or name in _WORKING_DIRECTORIES:
        return False
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    is_harmless = before in _HARMLESS.get(last, ())
    return any(_STRONG.fullmatch(word) for word in words) or (bool(_LAST.fullmatch(last)) and not is_harmless)


def variable_of(value: object) -> str | None:
    """Return the environment variable that a value "env:NAME" names; None for any other value."""
    found = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return found[1] if found else None


def remember(value: object) -> None:
    """Hide a value from now on, in whatever this process shows or writes.

    Args:
        value: Text or a number; a short one, and a word such as "true", is part of too many texts to be hidden.
    """
    global _pattern
    new = {form for form in _forms(str(value)) if _is_distinct(str(value)) and _is_distinct(form)} - _remembered
    if new:
        _remembered.update(new)
        _pattern = None


def remember_address(address: str) -> None:
    """Hide the password of an address, its user name if that is a token, and what its query calls a secret."""
    for value in _secrets_of_address(address):
        remember(value)


def remember_arguments(arguments: Mapping[str, Any]) -> None:
    """Hide the arguments that have the name of a secret, and the passwords of addresses among the others.

    An argument that is only named "key" may be a word such as "train", which is in many texts: it is not stored, but not hidden elsewhere.
    """
    for name, value in arguments.items():
        for leaf in _leaves(value) if is_secret_name(name) and name.lower() != "key" else ():
            if variable_of(leaf) is None:
                remember(leaf)
        for inner in value if isinstance(value, list | tuple) else (value,):
            if isinstance(inner, Mapping):
                remember_arguments(inner)
            elif isinstance(inner, str):
                remember_address(inner)


def pattern() -> re.Pattern[str] | None:
    """Return a regular expression that finds the known secrets in a text; None if there are none."""
    global _environment, _pattern
    # The variables as the system has them: os.environ decodes each one whenever it is read, which takes thirty times as long.
    variables: dict[Any, Any] = vars(os.environ)["_data"]
    if variables != _environment:
        _environment = dict(variables)
        for name, value in os.environ.items():
            if is_secret_name(name) or _OTHER_VARIABLES.fullmatch(name):
                remember(value)
            remember_address(value)
    if _pattern is None and _remembered:
        longest_first = sorted(_remembered, key=lambda value: (-len(value), value))
        _pattern = re.compile("|".join(_expression(value) for value in longest_first))
    return _pattern


def credentials(address: str) -> str:
    """Return the part of an address between "://" and the "@" before its host; empty if it has none.

    A password may hold "/", blanks and "@": the last "@" before the query ends it. If the host's name and port could be a user and
    a password, they count as these.

    Args:
        address: An address alone, without text before or after it.
    """
    _, separator, rest = address.partition("://")
    path = rest.partition("?")[0]
    rest = path if "@" in path else rest
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    has_user = "@" in authority or ":" in authority.rpartition("]")[2]
    return rest.rpartition("@")[0] if separator and has_user else ""


def has_raw_password(address: str) -> bool:
    """Return whether an address has a password with characters that an address cannot hold as they are, and that parsers take for its end."""
    _, separator, password = credentials(address).partition(":")
    is_port = re.match(r"\d+(?:/|$)", password) is not None  # of an address without a user, whose path has an "@"
    return bool(separator) and not is_port and re.search(r"[/?#\s]" if address.startswith("http") else r"[/?#\s@]", password) is not None


def _secrets_of_address(address: str) -> Iterable[str]:
    if "://" not in address:
        return
    found = credentials(address)
    user, separator, password = found.partition(":")
    if separator:
        yield from (password, unquote(password), base64.b64encode(unquote(found).encode()).decode())
    elif len(user) >= _MIN_USER_LENGTH:
        yield user
    for name, value in parse_qsl(address.partition("?")[2]):
        if is_secret_name(name):
            yield value


def _leaves(value: Any) -> Iterable[object]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner)
    elif value is not None and not isinstance(value, bool):
        yield value


def _forms(value: str) -> Iterable[str]:
    """Yield a value as it may be written: in an address, in JSON, by `repr`, in HTML, in one line, in several."""
    yield from (value, value.strip(), " ".join(value.split()), quote(value), quote(value, safe=""), quote_plus(value))
    yield from (json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], repr(value)[1:-1], html.escape(value))
    lines = value.splitlines()
    yield from (line for line in lines if len(lines) > 1 and len(line) >= _LONG)


def _is_distinct(value: str) -> bool:
    is_short_number = value.isdigit() and len(value) < 6
    return len(value) >= _MIN_LENGTH and not is_short_number and value.lower() not in _PLAIN_VALUES and MASK not in value


def _expression(value: str) -> str:
    escaped = re.escape(value)
    return escaped if len(value) >= _LONG else rf"(?<!\w){escaped}(?!\w)"
