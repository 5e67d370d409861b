"""The command ``data``, which examines an experiment's data before a search."""

from typing import Annotated

import typer

from .output import print_data
from .parts import print_parts


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(data)


def data(
    experiment: Annotated[
        str | None, typer.Argument(help="An experiment file, the name of one in experiments/, or a table's file with --target.")
    ] = None,
    target: Annotated[str | None, typer.Option(help="Column of the table to predict: its name, or its number from 0.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="Override a value: key.path=value; may be repeated.")] = None,
) -> None:
    """Show an experiment's data: its columns, how they are read, what is left out or suspicious; without one, list the shipped loaders."""
    from ..data.dataset import load_dataset
    from ..data.fitting import choose_columns, find_problems
    from ..experiment.shipped import loaders
    from ..study.from_table import experiment_reader

    if experiment is None:
        print_parts(loaders(), 'loader = "{}"')
        return
    loaded = experiment_reader(experiment, target, set_ or [])(set_ or [])
    dataset = load_dataset(loaded.data, loaded.executor.load_timeout_seconds)
    columns = choose_columns(dataset, loaded.preprocessing)
    print_data(dataset, columns.types, [*dataset.notes, *map(str, find_problems(dataset, columns))])
