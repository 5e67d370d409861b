"""The commands ``compare`` and ``history``."""

import contextlib
import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from ..csv_cells import neutral_cell
from ..errors import StudyNotFoundError
from ..formats import format_number
from .columns import Column, Layout, first_that_fits
from .options import Ledger, Study, make_store
from .output import console, screen_width

if TYPE_CHECKING:
    from ..trial import TrialResult


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(compare)
    app.command()(history)


def compare(study: Study, other: Study, ledger: Ledger = "") -> None:
    """Compare two studies: what was searched, how, and the best trials; lines that differ are marked."""
    from .. import ledger as ledgers
    from ..study.facts import merged, study_facts

    store = make_store(ledger)
    with contextlib.ExitStack() as opened:
        views = [opened.enter_context(contextlib.closing(ledgers.read(store, name))) for name in (study, other)]
        first, second = map(study_facts, views)
        metrics = [(view.experiment.objective.metric, view.attribute("dataset")) for view in views]
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for header in (" ", "", study, other):
        table.add_column(Text(header), overflow="fold")
    for name in merged(list(first), list(second)):
        texts = first.get(name, ""), second.get(name, "")
        differs = texts[0] != texts[1]
        table.add_row("*" if differs else " ", Text(name), *map(Text, texts), style="" if differs else "dim")
    console.print(table)
    for what, (one, two) in zip(("objectives", "data"), zip(*metrics, strict=True), strict=True):
        if one != two:
            console.print(f"Their {what} differ, so their values cannot be compared", style="yellow")


def history(
    study: Study,
    trial: Annotated[int, typer.Argument(help="Number of a trial.", min=0)],
    execution: Annotated[int | None, typer.Option(help="One of several executions, from 1 as in MLflow; their mean if not given.", min=1)] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the table to this file.")] = None,
    ledger: Ledger = "",
) -> None:
    """Show the metrics of every epoch of a trial; the best epoch is marked."""
    from .. import ledger as ledgers

    with contextlib.closing(ledgers.read(make_store(ledger), study)) as view:
        record, step = view.find(trial), view.experiment.step
    if (known := record.known) is None or not record.history:
        reason = f": {record.reason}" if record.reason else ""
        raise StudyNotFoundError(f'Trial {trial} of study "{study}" is {record.state} and has no {step}s{reason}')
    result = known if execution is None else _execution(known, execution)
    n_epochs, best = len(result.history), result.best_epoch
    if csv is not None:
        _write(result.history, csv)
        console.print(f"{n_epochs} {step}s written to {csv}")
        return
    console.print(_layout(result.history, best, step).draw(["bold green" if epoch == best else "" for epoch in range(1, n_epochs + 1)]))


def _execution(result: "TrialResult", number: int) -> "TrialResult":
    executions = result.executions or (result,)
    if number > len(executions):
        raise StudyNotFoundError(f"Trial {result.number} has {len(executions)} executions; expected --execution {len(executions)} or less")
    return executions[number - 1]


def _layout(epochs: Sequence[Mapping[str, float]], best: int, step: str) -> Layout:
    """Return the columns that fit the screen, those of the last metrics left out if need be."""
    numbers = range(1, len(epochs) + 1)
    facts = [
        Column(" ", tuple("★" if number == best else " " for number in numbers), is_text=True),
        Column(step, tuple(map(str, numbers))),
    ]
    metrics = [Column(name, tuple(format_number(epoch.get(name)) for epoch in epochs)) for name in epochs[0]]
    folded = [column.with_folded_name() for column in metrics]
    narrower = (Layout([*facts, *folded[:count]], 1) for count in range(len(folded), 0, -1))
    return first_that_fits((Layout([*facts, *metrics], 2), Layout([*facts, *folded], 2), *narrower), screen_width())


def _write(epochs: Sequence[Mapping[str, float]], path: Path) -> None:
    from ..output_files import writing

    with writing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["epoch", *map(neutral_cell, epochs[0])])
        for number, epoch in enumerate(epochs, start=1):
            writer.writerow([number, *(repr(epoch.get(name, "")) for name in epochs[0])])
