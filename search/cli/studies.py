"""The commands that show studies: ``studies``, ``show``, ``best``, ``trials``, ``report``."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InputError
from . import output, study_tables
from .options import Ledger, Study, make_store

if TYPE_CHECKING:
    from ..ledger import StudyView


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (studies, show, best, trials, report):
        app.command()(command)


def studies(ledger: Ledger = "") -> None:
    """List all studies: state, start, duration, values; with the reason for each that cannot be read."""
    from .. import ledger as ledgers
    from ..study.overview import overview_of

    store, found, unreadable = make_store(ledger), [], []
    with contextlib.ExitStack() as opened:
        for name in ledgers.study_names(store):
            try:
                view = opened.enter_context(contextlib.closing(ledgers.read(store, name)))
                found.append(overview_of(view, is_running=ledgers.is_running(store, name)))
            except InputError as error:
                unreadable.append(str(error))
        study_tables.print_studies(found, unreadable)


def show(study: Study, ledger: Ledger = "") -> None:
    """Show a study: its experiment, space, trials by state and best trial."""
    with _opened(study, ledger) as view:
        study_tables.print_study(view)


def best(study: Study, json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False, ledger: Ledger = "") -> None:
    """Show the best trial and the registered model."""
    from ..study.summary import summarize, with_champion

    with _opened(study, ledger) as view:
        summary = with_champion(summarize(view), make_store(ledger).tracking_uri)
    output.print_json(summary) if json else output.print_best(summary)


def trials(study: Study, csv: Annotated[Path | None, typer.Option(help="Write the table to this file.")] = None, ledger: Ledger = "") -> None:
    """List all trials of a study."""
    with _opened(study, ledger) as view:
        if csv is None:
            study_tables.print_trials(view)
        else:
            study_tables.write_trials(view, csv)


def report(study: Study, ledger: Ledger = "") -> None:
    """Write a study's report: its best trial, plots and all trials in one HTML file."""
    from ..study.report import write_study_report

    with _opened(study, ledger) as view:
        typer.echo(write_study_report(view))


def _opened(study: str, ledger: str) -> "contextlib.closing[StudyView]":
    from .. import ledger as ledgers

    return contextlib.closing(ledgers.read(make_store(ledger), study))
