"""The command ``schedule``."""

import contextlib
from pathlib import Path
from typing import Annotated

import typer

from ..errors import StudyNotFoundError
from .columns import Column, Layout
from .options import Ledger, Study, make_store
from .output import console


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(schedule)


def schedule(
    study: Study,
    trial: Annotated[int | None, typer.Argument(help="Number of a trial; the best one if not given.", min=0)] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the table to this file, which sampler pbt-replay reads.")] = None,
    ledger: Ledger = "",
) -> None:
    """Show the settings of each interval of epochs of a training, which sampler "pbt" has changed."""
    from .. import ledger as ledgers
    from ..samplers.schedule_file import write_schedule
    from ..study.schedule import schedule_of, schedule_table

    with contextlib.closing(ledgers.read(make_store(ledger), study)) as view:
        number = trial if trial is not None else view.best[0] if view.best else None
        if number is None:
            raise StudyNotFoundError(f'Study "{study}" has no best trial yet; name one')
        view.find(number)
        found, metric = schedule_of(view, number), view.experiment.objective.metric
    if not found:
        raise StudyNotFoundError(
            f'Trial {number} of study "{study}" is a whole training, and no interval of one; a search with sampler "pbt" changes them'
        )
    if csv is not None:
        write_schedule(csv, found)
        console.print(f"{len(found)} intervals written to {csv}")
        return
    head, *rows = schedule_table(found, metric)
    columns = [Column(name, tuple(row[index] for row in rows)) for index, name in enumerate(head)]
    console.print(Layout(columns, 2).draw([""] * len(rows)))
