"""Reads TOML files, applies ``--set key.path=value`` to their content, and writes values for messages."""

import datetime
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import ExperimentError
from ..redaction import mask, redact, shorten
from ..secret_values import MASK, is_secret_name

_LONGEST = 60
_LONGEST_LINE = 150
_DEEPEST = 30
_TOO_LARGE = "a whole number has more than 64 bits; expected -2**63 to 2**63 - 1"
_TOO_DEEP = f"the tables and lists of {{key}} are nested too deeply; expected at most {_DEEPEST} levels"


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Args:
        path: The file, in UTF-8.

    Returns:
        Its content.

    Raises:
        ExperimentError: If the file cannot be read, or is not valid TOML; the message shows the line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")  # editors on Windows write a byte order mark, which TOML forbids
    except (UnicodeDecodeError, OSError) as error:
        raise ExperimentError(f"{path} cannot be read as UTF-8 text: {error}; save it in UTF-8") from None
    try:
        content = _loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ExperimentError(f"{path} is not valid TOML: {error}{_line_of(error, text)}") from None
    except ExperimentError as error:
        raise ExperimentError(f"{path}: {error}") from None
    return content


def _loads(text: str) -> dict[str, Any]:
    """Parse TOML within `_check_limits`.

    Raises:
        TOMLDecodeError: If it is not valid TOML.
        ExperimentError: If it exceeds the limits.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:  # Python converts no number of more than 4,300 digits
        raise ExperimentError(_TOO_LARGE) from None
    except RecursionError:
        raise ExperimentError(_TOO_DEEP.format(key="the file")) from None
    _check_limits(content)
    return content


def _check_limits(value: object, keys: tuple[str, ...] = ()) -> None:
    """Refuse whole numbers of more than 64 bits, which TOML does not have, and tables and lists that no step of a search can walk."""
    if len(keys) > _DEEPEST:
        raise ExperimentError(_TOO_DEEP.format(key=keys[0]))
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ExperimentError(f"{'.'.join(keys)}: {_TOO_LARGE}")
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        _check_limits(inner, (*keys, str(key)))


def _line_of(error: tomllib.TOMLDecodeError, text: str) -> str:
    """Return the line that a TOML error names, with a hint; Python before 3.14 has its number in the message only."""
    found = re.search(r"at line (\d+)", str(error))
    if not found:
        return f": its last line is {len(text.splitlines())}"
    line = _mask_line(text.split("\n")[int(found[1]) - 1].strip())
    return f": {shorten(line, _LONGEST_LINE)}{next((hint for start, hint in _HINTS.items() if str(error).startswith(start)), '')}"


def _mask_line(line: str) -> str:
    """Return a line without the value of a secret; it may hold several keys, and is not valid TOML."""
    key = next((found for found in re.finditer(r"([\w.-]+)['\"]?\s*=\s*", line) if any(map(is_secret_name, found[1].split(".")))), None)
    return f"{line[: key.end()]}{MASK}" if key else line


def mask_override(override: str) -> str:
    """Return an override without the value of a secret, for messages."""
    return redact(_mask_line(override))


_HINTS = {
    "Invalid value": "; write text in quotation marks, and numbers, true and false without",
    "Illegal character '\\n'": "; close the quotation mark",
    "Cannot overwrite": "; write each key once",
    "Cannot declare": "; write each table once",
}


def override_value(content: dict[str, Any], override: str) -> None:
    """Set one value of an experiment file's content.

    Args:
        content: The content, changed in place.
        override: "key.path=value", the value in TOML's notation; anything else is text.

    Raises:
        ExperimentError: If it has no key or value, or its path leads through a plain value.
    """
    key_path, _, text = override.partition("=")
    keys = key_path.strip().split(".")
    if not text.strip() or not all(keys):
        raise ExperimentError(f'--set {mask_override(override)}: expected key.path=value, such as "space.training.epochs=10"')
    table = content
    for depth, key in enumerate(keys[:-1], start=1):
        table = table.setdefault(key, {})
        if not isinstance(table, dict):
            raise ExperimentError(f"--set {mask_override(override)}: {'.'.join(keys[:depth])} is a value, not a table; set it as a whole")
    try:
        table[keys[-1]] = parse_value(text)
    except ExperimentError as error:
        raise ExperimentError(f"--set {mask_override(override)}: {error}") from None


def parse_value(text: str) -> Any:
    """Return the value of a text in TOML's notation; a text that is none as it is."""
    try:
        return _loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def to_toml(value: object) -> str:
    """Return a value in TOML's notation for a message, without secrets, in one line of about 60 characters."""
    text = redact(_toml(mask(value)))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {_toml(entry)}' for key, entry in value.items())} }}" if value else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
