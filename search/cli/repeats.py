"""The commands ``retrain`` and ``confirm``."""

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import StudyFailedError
from ..formats import format_duration, format_number, format_spread
from ..spread import SAME
from .options import Ledger, Study, make_store
from .output import console
from .program import program
from .repeats_table import repeats_table

if TYPE_CHECKING:
    from ..ledger.repeats import Repeat
    from ..study.repeated_training import RepeatOptions
    from ..study.repeated_trials import RepeatedTrial
    from ..study.repeats import Reproduction
    from ..trial import TrialResult

AcceptCode = Annotated[
    bool, typer.Option("--accept-code", help="Train although the code of builder, loader, callbacks, loss or metrics has changed.")
]
Executor = Annotated[str | None, typer.Option(help="Executor: workers, ray or in-process; the study's if not given.")]
Workers = Annotated[str | None, typer.Option(help="Number of worker processes, or auto; the study's if not given.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(retrain)
    app.command()(confirm)


def retrain(
    study: Study,
    trial: Annotated[int, typer.Argument(help="Number of a finished trial.", min=0)],
    repeats: Annotated[int, typer.Option(help="Train with new seeds until the trial has so many repeats; 0: once, with its own seed.", min=0)] = 0,
    epochs: Annotated[int | None, typer.Option(help="Number of epochs; the trial's own if not given.", min=1)] = None,
    executor: Executor = None,
    workers: Workers = None,
    accept_code: AcceptCode = False,
    ledger: Ledger = "",
) -> None:
    """Train a trial again: with its own seed, to compare the curves, or with new seeds, for a mean with its standard error."""
    from ..study.repeats import repeat_trials, reproduce_trial

    store, options = make_store(ledger), _options(executor, workers, accept_code=accept_code, epochs=epochs)
    if not repeats:
        _print_reproduction(reproduce_trial(study, trial, options, store=store), has_other_epochs=epochs is not None)
    else:
        _print_trials(*repeat_trials(study, [trial], repeats, options, store=store, on_repeat=_print_repeat), study)


def confirm(
    study: Study,
    top: Annotated[int, typer.Option(help="Number of best trials.", min=1)] = 5,
    repeats: Annotated[int, typer.Option(help="Train each with new seeds until it has so many repeats.", min=2)] = 3,
    executor: Executor = None,
    workers: Workers = None,
    accept_code: AcceptCode = False,
    ledger: Ledger = "",
) -> None:
    """Train the best trials again with new seeds, for what they are worth without the luck of having been chosen."""
    from ..study.repeats import repeat_trials

    options = _options(executor, workers, accept_code=accept_code)
    found, untracked = repeat_trials(study, top, repeats, options, store=make_store(ledger), on_repeat=_print_repeat)
    _print_trials(found, untracked, study)
    _print_conclusion(*found)


def _options(executor: str | None, workers: str | None, *, accept_code: bool, epochs: int | None = None) -> "RepeatOptions":
    from ..study.repeated_training import RepeatOptions

    given = {"executor.name": executor, "executor.n_workers": workers}
    overrides = tuple(f"{key}={value}" for key, value in given.items() if value is not None)
    return RepeatOptions(epochs=epochs, accept_code=accept_code, overrides=overrides, on_stage=console.print)


def _print_conclusion(best: "RepeatedTrial", *others: "RepeatedTrial") -> None:
    if best.mean is None or best.value is None:
        console.print(f"All repeats of the best trial, {best.number}, FAILED", style="yellow")
        return
    repeats = f"{format_spread(best.mean, best.standard_error)} with {len(best.values)} other seeds"
    console.print(f"The best trial, {best.number}, has {format_number(best.value)} in the search and {repeats}")
    first = functools.reduce(lambda one, two: two if two.is_better_than(one) else one, others, best)
    if first is not best:
        console.print(
            f"Trial {first.number} has a better mean, {format_spread(first.mean, first.standard_error)}; the champion stays trial {best.number}"
        )
    console.print("All are measured on the same rows: repeats show the luck of the seed, not that of the rows", style="dim")


def _print_repeat(repeat: "Repeat") -> None:
    console.print(f"  trial {repeat.trial}, seed {repeat.seed}: {_outcome(repeat.result)} ({format_duration(repeat.result.seconds)})")


def _outcome(result: "TrialResult") -> str:
    return format_number(result.value) if result.value is not None else f"{result.state}: {result.reason}"


def _print_reproduction(found: "Reproduction", *, has_other_epochs: bool) -> None:
    number = found.earlier.number
    console.print(f"Trial {number} in the search: {_outcome(found.earlier)}")
    console.print(f"Trained again with its seed: {_outcome(found.again)}")
    if found.largest_difference is None:
        return
    n_epochs = min(len(found.earlier.history), len(found.again.history))
    console.print(f"Largest difference of any metric in {n_epochs} epochs: {found.largest_difference:.1e}")
    if found.largest_difference > SAME or not (found.is_as_long or has_other_epochs):
        console.print("The curves differ: another device, backend or version of a library may compute otherwise", style="yellow")


def _print_trials(trials: "Sequence[RepeatedTrial]", untracked: Sequence[int], study: str) -> None:
    if all(trial.mean is None for trial in trials):
        raise StudyFailedError(f'All repeats of study "{study}" FAILED; the same command with more --repeats tries further seeds')
    console.print(repeats_table(trials))
    if untracked:
        listed = ", ".join(map(str, untracked))
        console.print(
            f"MLflow has no run of trial {listed}, so its repeats are in the ledger only; {program()} doctor {study} --repair writes the run, "
            "and this command then the repeats"
        )
