"""The command ``run``."""

import shlex
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import PerceptuneError
from ..redaction import redact
from .options import Ledger, make_store
from .output import print_summary
from .progress import make_observer

if TYPE_CHECKING:
    from ..experiment.file import Experiment
    from ..store import Store
    from ..study.summary import StudySummary


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("run")(run)


def run(
    experiment: Annotated[
        str, typer.Argument(help="An experiment file, the name of one in experiments/, a table's file with --target, or a folder of images.")
    ],
    target: Annotated[str | None, typer.Option(help="Column of the table to predict: its name, or its number from 0.")] = None,
    trials: Annotated[int | None, typer.Option(help="Trials in total.")] = None,
    timeout_seconds: Annotated[float | None, typer.Option(help="Start no trial after this many seconds.")] = None,
    sampler: Annotated[str | None, typer.Option(help="Sampler of hyperparameters: auto, gp, tpe, random, kt-bayesian ...")] = None,
    pruner: Annotated[str | None, typer.Option(help="Pruner of bad trials: none, median, hyperband ...")] = None,
    executor: Annotated[str | None, typer.Option(help="Executor of trials: workers, ray or in-process.")] = None,
    workers: Annotated[str | None, typer.Option(help="Number of worker processes, or auto.")] = None,
    workers_per_device: Annotated[str | None, typer.Option(help="Workers that share a GPU, or auto.")] = None,
    study: Annotated[str | None, typer.Option(help="Name of the study; the experiment's name if not given.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start a new study and archive the earlier one.")] = False,
    extend: Annotated[bool, typer.Option("--extend", help="Continue a study after an edit, with its trials that are still valid.")] = False,
    accept_code: Annotated[bool, typer.Option("--accept-code", help="Continue a study although its code has changed.")] = False,
    ledger: Ledger = "",
    set_: Annotated[list[str] | None, typer.Option("--set", help="Override a value: key.path=value; may be repeated.")] = None,
) -> None:
    """Search, track and register the best model; a repeated command continues up to the total number of trials."""
    from ..study.from_table import experiment_reader

    read = experiment_reader(experiment, target, set_ or [])
    written = read([]).search
    options = {
        "search.n_trials": trials,
        "search.timeout_seconds": timeout_seconds,
        "search.sampler": _text(sampler),
        "search.sampler_options": "{}" if sampler not in (None, written.sampler) else None,  # the file's options belong to the file's sampler
        "search.pruner": _text(pruner),
        "search.pruner_options": "{}" if pruner not in (None, written.pruner) else None,
        "executor.name": _text(executor),
        "executor.n_workers": workers,
        "executor.workers_per_device": workers_per_device,
    }
    loaded = read([*(f"{key}={value}" for key, value in options.items() if value is not None), *(set_ or [])])
    summary = search(loaded, make_store(ledger), study=study, fresh=fresh, extend=extend, accept_code=accept_code)
    flags = {"--timeout-seconds": timeout_seconds, "--sampler": sampler, "--pruner": pruner, "--executor": executor, "--workers": workers}
    flags |= {"--workers-per-device": workers_per_device, "--study": study, "--target": target, "--ledger": redact(ledger) or None}
    repeated = [override for override in set_ or [] if override.partition("=")[0].strip() != "search.n_trials"]  # another number is printed
    again = _command(experiment, flags, repeated)
    print_summary(summary, again, anew=f"{again} --fresh")


def _command(experiment: str, flags: Mapping[str, object], overrides: Sequence[str]) -> str:
    """Return the arguments of this program that run the same study."""
    from ..experiment.toml import mask_override

    words = ["run", experiment, *(word for flag, value in flags.items() if value is not None for word in (flag, str(value)))]
    return shlex.join([*words, *(word for override in overrides for word in ("--set", mask_override(override)))])


def search(experiment: "Experiment", store: "Store", **options: Any) -> "StudySummary":
    """Run a study with its progress on the terminal; options are those of `search.study.run.run_study`."""
    from ..study.run import run_study

    try:
        with make_observer(experiment) as observer:
            return run_study(experiment, store=store, observer=observer, **options)
    except PerceptuneError:
        raise
    except Exception:
        if experiment.executor.name != "in-process":
            raise
        print(redact(traceback.format_exc()), file=sys.stderr)  # this executor is for debugging: show the traceback of a failing builder
        raise typer.Exit(1) from None


def _text(value: str | None) -> str | None:
    return None if value is None else f"'{value}'"
