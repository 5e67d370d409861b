"""The kinds of rows that are no plain table: images, windows of a series, other arrays; one file each."""

from collections.abc import Mapping
from typing import Any

from .arrays import ArrayFormat
from .base import RawRows, ReadTable, RowFormat
from .images import ImageFormat
from .series import SeriesFormat

__all__ = ["KINDS", "RawRows", "ReadTable", "RowFormat", "example_of", "row_format"]

KINDS: Mapping[str, type[ArrayFormat | ImageFormat | SeriesFormat]] = {of.kind: of for of in (ArrayFormat, ImageFormat, SeriesFormat)}


def example_of(kind: str) -> str:
    """Return the name of a file or folder of rows, for examples of commands; any other kind is that of a table."""
    return KINDS[kind].example if kind in KINDS else "rows.csv"


def row_format(facts: Mapping[str, Any]) -> RowFormat:
    """Read what `RowFormat.to_dict` returned.

    Raises:
        KeyError: If there is no such kind.
        TypeError: If an attribute is missing or unknown.
    """
    others = {name: value for name, value in facts.items() if name != "kind"}
    return KINDS[facts["kind"]].from_dict(others)
