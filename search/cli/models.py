"""The command ``models``, which lists the shipped builders."""

import typer

from .parts import print_parts


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(models)


def models() -> None:
    """List the shipped models by the names that an experiment file may use; any function of yours is used by reference."""
    from ..experiment.shipped import builders

    print_parts(builders(), 'model = "{}"')
