"""The command ``plan``, which tells what a search will take before it starts."""

import shlex
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from ..experiment.stopping import StopSection
from ..formats import format_bytes, format_choice, format_duration, format_value
from ..quiet import quiet_backend
from .output import console
from .program import program

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..study.plan import MeasuredModel, Plan


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(plan)


def plan(
    experiment: Annotated[str, typer.Argument(help="An experiment file, the name of one in experiments/, or a table's file with --target.")],
    target: Annotated[str | None, typer.Option(help="Column of the table to predict: its name, or its number from 0.")] = None,
    models: Annotated[int, typer.Option(min=1, max=20, help="Models to train for four epochs, drawn from the search space.")] = 3,
    price: Annotated[float | None, typer.Option(min=0, help="Price of this machine for an hour. Defaults to search.stop.price_per_hour.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="Override a value: key.path=value; may be repeated.")] = None,
) -> None:
    """Estimate what a search will take: trials, epochs, time, memory, disk; some of its models are trained for four epochs."""
    from ..study.from_table import experiment_reader
    from ..study.plan import plan_search

    loaded = experiment_reader(experiment, target, set_ or [])(set_ or [])
    with quiet_backend():
        found = plan_search(loaded, models)
    console.print(_summary(found, loaded.search.stop.price_per_hour if price is None else price))
    console.print(_table(found.models))
    if found.failures:
        console.print(f"{len(found.failures)} more could not be trained: {found.failures[0]}")
    words = [experiment, *(["--target", target] if target else []), *(part for word in set_ or () for part in ("--set", word))]
    console.print(f"To start it: {program()} run {shlex.join(words)}")


def _summary(found: "Plan", price: float | None) -> Table:
    experiment = found.experiment
    table = Table.grid(padding=(0, 2))
    space = experiment.space.searched
    size = "too many combinations to count" if found.n_combinations is None else f"{found.n_combinations:,} combinations"
    table.add_row("Search space", f"{len(space)} hyperparameters, {size}" if space else "nothing is searched")
    n_executions = experiment.evaluation.n_executions
    each = f"{n_executions} trainings each" if n_executions > 1 else "one training each"
    table.add_row(
        "Trials", f"{found.n_trials:,}, {each} of at most {experiment.space.max_epochs} epochs: at most {found.n_epochs:,} epochs{_saving(found)}"
    )
    sizes = f"{found.n_rows:,} rows to train, {found.n_validation_rows:,} to validate"
    table.add_row(
        "Data", f"{sizes}{' in the first fold' if experiment.evaluation.folds > 1 else ''}, {format_bytes(found.data_bytes)} in each worker"
    )
    workers = f"{found.n_workers} worker{'s' * (found.n_workers > 1)} on this machine's {found.device.upper()}"
    table.add_row("Time", f"about {format_duration(found.seconds)} of training with {workers}, if no trial is stopped early")
    if price is not None:
        limit = f"; [search.stop] ends it at {format_value(stop.price)}" if (stop := experiment.search.stop).price is not None else ""
        table.add_row("Price", f"about {found.seconds / 3600 * price:.2f} at {price:g} an hour{limit}")
    table.add_row("Memory", f"{format_bytes(found.worker_bytes)} in each worker, {format_bytes(found.worker_bytes * found.n_workers)} together")
    kept = f"{experiment.n_kept_trials} best trials" if experiment.n_kept_trials > 1 else "best trial"
    paused = f", at most about {format_bytes(found.checkpoint_bytes)} for checkpoints of paused trials" if found.checkpoint_bytes else ""
    table.add_row("Disk", f"about {format_bytes(found.disk_bytes)} for the models of the {kept}{paused}")
    return table


def _saving(found: "Plan") -> str:
    """Return what may make it less."""
    experiment = found.experiment
    elsewhere = dict.fromkeys(("epochs", "price", "price_per_hour"))  # the row of the price has its limit
    if experiment.search.stop.model_copy(update=elsewhere) != StopSection():
        return "; [search.stop] may end it earlier"
    if found.n_epochs == experiment.search.stop.epochs:
        return ", at which [search.stop] ends it"
    if experiment.evaluation.n_executions > 1 and experiment.evaluation.race:
        return "; the race stops bad trials after some of them"
    if experiment.pruner != "none":
        verb = "pauses" if found.checkpoint_bytes else "stops"
        return f"; pruner {format_choice(experiment.search.pruner, experiment.pruner)} {verb} bad ones early"
    return ""


def _table(models: "Sequence[MeasuredModel]") -> Table:
    table = Table(box=None, pad_edge=False)
    for title in ("parameters", "first epoch", "each further", "training", "trained by", "model"):
        table.add_column(title, justify="left" if title in ("trained by", "model") else "right")
    for model in models:
        seconds = (f"{of:.3g} s" for of in (model.start_seconds, model.epoch_seconds, model.seconds))
        table.add_row(f"{model.n_parameters:,}", *seconds, model.trainer, model.label)
    return table
