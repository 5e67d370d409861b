"""The command ``lr-range``, which tests learning rates before a search."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from ..formats import format_number
from ..quiet import quiet_backend
from .output import console

if TYPE_CHECKING:
    from ..study.rate_range import RateRange


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="lr-range")(lr_range)


def lr_range(
    experiment: Annotated[str, typer.Argument(help="An experiment file, the name of one in experiments/, or a table's file with --target.")],
    target: Annotated[str | None, typer.Option(help="Column of the table to predict: its name, or its number from 0.")] = None,
    models: Annotated[int, typer.Option(min=1, max=20, help="Models to test, drawn from the search space.")] = 3,
    output: Annotated[Path | None, typer.Option(help="HTML file for the plot of loss against learning rate.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="Override a value: key.path=value; may be repeated.")] = None,
) -> None:
    """Test learning rates from 1e-6 to 10, one step with each, and propose which to search."""
    from ..output_files import check_output, writing
    from ..study.from_table import experiment_reader
    from ..study.hp_space import with_hp_space
    from ..study.rate_range import find_rates

    if output is not None:
        check_output(output)
    loaded = experiment_reader(experiment, target, set_ or [])(set_ or [])
    with quiet_backend():
        found = find_rates(with_hp_space(loaded), models)
    _print(found)
    if output is not None:
        from ..reports.rate_plot import rate_plot

        with writing(output) as temporary:
            curves = [(test.label, test.rates, test.losses) for test in found.tests]
            temporary.write_text(rate_plot(found.name, curves, found.proposed).to_html(include_plotlyjs=True), encoding="utf-8")
        console.print(f"{output} has the plot")


def _print(found: "RateRange") -> None:
    table = Table(box=None, pad_edge=False)
    for title in ("loss falls from", "lowest at", "loss", "model"):
        table.add_column(title, justify="left" if title == "model" else "right")
    for test in found.tests:
        start = test.falls_from
        lowest = ("never", "") if start is None else (f"{start:.0e}", f"{test.lowest_at:.0e}")
        table.add_row(*lowest, f"{format_number(test.first)} → {format_number(min(test.losses))}", test.label)
    console.print(table)
    if found.failures:
        console.print(f"{len(found.failures)} more could not be trained: {found.failures[0]}")
    if found.proposed is None:
        console.print("The loss falls at no learning rate: nothing is proposed; look at the data and the model")
        return
    low, high = found.proposed
    console.print("To search, in [space.training]:", f'learning_rate = {{ type = "float", low = {low:g}, high = {high:g}, log = true }}', sep="\n  ")
