"""The command ``schema``, which gives editors the keys of an experiment file."""

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(schema)


def schema() -> None:
    """Print the first line of an experiment file in any folder, with which editors complete and check its keys."""
    from ..experiment.shipped import EXPERIMENTS

    typer.echo(f"#:schema {(EXPERIMENTS / 'schema.json').as_uri()}")
