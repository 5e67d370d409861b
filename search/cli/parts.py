"""Prints shipped builders and loaders."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from ..experiment.shipped import Part


def print_parts(parts: "Mapping[str, Part]", key: str) -> None:
    """Print names, references and summaries of functions, and how one is named in an experiment file.

    Args:
        parts: The functions by short name.
        key: The line of an experiment file, with ``{}`` for the short name.
    """
    width = max(map(len, parts))
    for name, part in parts.items():
        typer.echo(f"{name:<{width}}  {part.summary}\n{'':<{width}}  {part.reference}")
    first = next(iter(parts))
    typer.echo(f"\nIn an experiment file: {key.format(first)}, or by reference: {key.format(parts[first].reference)}")
