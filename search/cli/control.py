"""The commands that change what a search does, from another terminal or machine: ``enqueue``, ``pause``, ``resume`` and ``stop``."""

from typing import Annotated, Any

import typer

from ..errors import InputError
from .options import Ledger, Study, make_store
from .output import console, print_summary
from .program import program


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (enqueue, pause, resume, stop):
        app.command()(command)


def enqueue(
    study: Study,
    params: Annotated[list[str], typer.Argument(help="Hyperparameters as name=value, a list as name=[64,32]; the sampler chooses the others.")],
    ledger: Ledger = "",
) -> None:
    """Let a study try these hyperparameters before it proposes new ones, also while it runs."""
    from ..study.requests import enqueue_trial

    number = enqueue_trial(make_store(ledger), study, dict(map(_given, params)))
    if number is None:
        console.print(f'The running search of "{study}" tries it next')
    else:
        console.print(f"Trial {number} waits; it is next when the search goes on: {program()} resume {study} --trials N")


def pause(study: Study, ledger: Ledger = "") -> None:
    """Let a running search end at its next epoch, with its trials' checkpoints; `resume` or the same command continues it."""
    from ..study.requests import PAUSE, ask_to_end

    ask_to_end(make_store(ledger), study, PAUSE)
    console.print(f'The search of "{study}" pauses at its next epoch; to go on: {program()} resume {study}')


def stop(study: Study, ledger: Ledger = "") -> None:
    """Let a running search end at its next epoch with the trials that have finished, and register the best model."""
    from ..study.requests import STOP, ask_to_end

    ask_to_end(make_store(ledger), study, STOP)
    console.print(f'The search of "{study}" stops at its next epoch, and registers the best model so far')


def resume(
    study: Study,
    trials: Annotated[int | None, typer.Option(help="Trials in total; as before if not given.")] = None,
    workers: Annotated[str | None, typer.Option(help="Number of worker processes, or auto.")] = None,
    ledger: Ledger = "",
) -> None:
    """Continue a search without its experiment file, with the settings that it was started with."""
    from ..study.resuming import stored_experiment
    from .run import search

    store = make_store(ledger)
    overrides = [f"{key}={value}" for key, value in (("search.n_trials", trials), ("executor.n_workers", workers)) if value is not None]
    experiment = stored_experiment(store, study, overrides)
    print_summary(search(experiment, store, study=study, fresh=False, accept_code=False), f"resume {study}")


def _given(word: str) -> tuple[str, Any]:
    from ..experiment.toml import parse_value

    name, separator, text = word.partition("=")
    if not (name and separator and text):
        raise InputError(f'"{word}": expected name=value, such as max_depth=3')
    return name.strip(), parse_value(text)
