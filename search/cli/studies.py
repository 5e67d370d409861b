"""The commands that show studies: ``studies``, ``show``, ``best``, ``trials``, ``report``."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InputError
from . import output
from .options import Ledger, make_store

if TYPE_CHECKING:
    from ..ledger import StudyView

Study = Annotated[str, typer.Argument(help="Name of a study.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (studies, show, best, trials, report):
        app.command()(command)


def studies(ledger: Ledger = "") -> None:
    """List all studies, with the reason for each that cannot be read."""
    from .. import ledger as ledgers

    store, found, unreadable = make_store(ledger), [], []
    with contextlib.ExitStack() as opened:
        for name in ledgers.study_names(store):
            try:
                view = opened.enter_context(contextlib.closing(ledgers.read(store, name)))
                _ = view.experiment
                found.append(view)
            except InputError as error:
                unreadable.append(str(error))
        output.print_studies(found, unreadable)


def show(study: Study, ledger: Ledger = "") -> None:
    """Show a study: its experiment, space, trials by state and best trial."""
    with _opened(study, ledger) as view:
        output.print_study(view)


def best(study: Study, json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False, ledger: Ledger = "") -> None:
    """Show the best trial and the registered model."""
    from ..study.summary import summarize

    with _opened(study, ledger) as view:
        summary = summarize(view)
    output.print_json(summary) if json else output.print_best(summary)


def trials(study: Study, csv: Annotated[Path | None, typer.Option(help="Write the table to this file.")] = None, ledger: Ledger = "") -> None:
    """List all trials of a study."""
    with _opened(study, ledger) as view:
        records = view.records()
    if csv is None:
        output.print_trials(records)
    else:
        output.write_trials(records, csv)


def report(study: Study, ledger: Ledger = "") -> None:
    """Write a study's report: its best trial, plots and all trials in one HTML file."""
    from ..study.report import write_study_report

    with _opened(study, ledger) as view:
        typer.echo(write_study_report(view))


def _opened(study: str, ledger: str) -> "contextlib.closing[StudyView]":
    from .. import ledger as ledgers

    return contextlib.closing(ledgers.read(make_store(ledger), study))
