"""The commands that change what a search does, from another terminal or machine, or from what other tools have found."""

from typing import Annotated, Any

import typer

from ..errors import InputError
from .options import Ledger, Study, make_store
from .output import console, print_summary
from .program import program


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (enqueue, exclude, pause, resume, stop):
        app.command()(command)
    app.command("import")(import_)


def enqueue(
    study: Study,
    params: Annotated[list[str], typer.Argument(help='Hyperparameters as name=value, a list as "name=[64,32]"; the sampler chooses the others.')],
    ledger: Ledger = "",
) -> None:
    """Let a study try these hyperparameters before it proposes new ones, also while it runs."""
    from ..study.requests import enqueue_trial

    number = enqueue_trial(make_store(ledger), study, dict(map(_given, params)))
    if number is None:
        console.print(f'The running search of "{study}" tries it before new ones')
    else:
        console.print(f"Trial {number} waits, and is tried before new ones when the search goes on: {program()} resume {study} --trials N")


def exclude(
    study: Study,
    trial: Annotated[int, typer.Argument(help="Number of a finished or paused trial.", min=0)],
    reason: Annotated[str, typer.Option(help="Why, for those who read it later.")] = "",
    *,
    undo: Annotated[bool, typer.Option("--undo", help="Include it again.")] = False,
    ledger: Ledger = "",
) -> None:
    """Hide a trial from samplers, plots and the choice of the best one, also while the search runs; it stays in the lists."""
    from ..study.requests import exclude_trial

    if bool(reason.strip()) == undo:
        raise InputError("exclude needs --reason TEXT, or --undo without one")
    done = exclude_trial(make_store(ledger), study, trial, None if undo else reason.strip())
    what = f'Trial {trial} of "{study}" is {"included again" if undo else "excluded"}'
    if done.is_running:
        console.print(f"{what}: the running search takes it up when its next trial starts or epoch ends")
        return
    console.print(what)
    if done.best != done.before:
        found = "no trial is the best one now" if done.best is None else f"the best trial is {done.best} now, no more {done.before}"
        console.print(f"{found}; to register its model: {program()} resume {study}")


def import_(
    experiment: Annotated[str, typer.Argument(help="An experiment file, or the name of one in experiments/.")],
    source: Annotated[str, typer.Argument(help="An Optuna storage's URL or journal, a Keras Tuner folder, mlflow:EXPERIMENT, or a CSV file.")],
    name: Annotated[str | None, typer.Option(help="Name of the Optuna study, if the storage has several.")] = None,
    value: Annotated[str, typer.Option(help="Column of a CSV file, or metric of an MLflow run, that is the value.")] = "value",
    rename: Annotated[list[str] | None, typer.Option("--rename", help="A hyperparameter's name there and here: lr=learning_rate.")] = None,
    study: Annotated[str | None, typer.Option(help="Name of the study; the experiment's name if not given.")] = None,
    ledger: Ledger = "",
    set_: Annotated[list[str] | None, typer.Option("--set", help="Override a value of the experiment: key.path=value.")] = None,
) -> None:
    """Let a study learn from trials of Optuna, Keras Tuner, MLflow or a CSV file; the best three are tried again first."""
    from ..experiment.file import load_experiment
    from ..study.importing import import_trials

    loaded, renamed = load_experiment(experiment, set_ or []), dict(map(_renamed, rename or []))
    done = import_trials(loaded, source, study=study, store=make_store(ledger), name=name, value=value, renamed=renamed)
    own = study or loaded.name
    repeated = f", {done.n_repeated} of them before" if done.n_repeated else ""
    console.print(f'"{own}" has learnt from {done.n_known} trials{repeated}; {len(done.first)} of them are tried first')
    for reason, count in done.left_out.items():
        console.print(f"{count} left out: {reason}")
    console.print(f"To go on: {program()} run {experiment}" + (f" --study {study}" if study else ""))


def pause(study: Study, ledger: Ledger = "") -> None:
    """Let a running search end at its next epoch, with its trials' checkpoints; `resume` or the same command continues it."""
    from ..study.requests import PAUSE, ask_to_end

    ask_to_end(make_store(ledger), study, PAUSE)
    console.print(f'The search of "{study}" pauses at its next epoch; to go on: {program()} resume {study}')


def stop(
    study: Study,
    trial: Annotated[int | None, typer.Argument(help="Number of a running or paused trial, which alone is stopped.", min=0)] = None,
    ledger: Ledger = "",
) -> None:
    """Let a running search end at its next epoch with the trials that have finished, and register the best model; or let one trial end."""
    from ..study.requests import STOP, ask_to_end, ask_to_stop_trial

    if trial is not None:
        ask_to_stop_trial(make_store(ledger), study, trial)
        console.print(f'Trial {trial} of "{study}" stops at its next epoch, or at once if it is paused, and is PRUNED')
        return
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


def _renamed(word: str) -> tuple[str, str]:
    there, separator, here = word.partition("=")
    if not (there and separator and here):
        raise InputError(f"--rename {word}: expected THERE=HERE, such as lr=learning_rate")
    return there.strip(), here.strip()


def _given(word: str) -> tuple[str, Any]:
    from ..experiment.toml import parse_value

    name, separator, text = word.partition("=")
    if not (name and separator and text):
        raise InputError(f'"{word}": expected name=value, such as max_depth=3')
    return name.strip(), parse_value(text)
