"""The commands that use a champion, ``predict`` and ``export``, and the one that chooses it, ``promote``."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InputError
from ..formats import format_number
from .options import Ledger, Study, make_store
from .output import unseen_values_printed

if TYPE_CHECKING:
    from ..store import Store


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(predict)
    app.command()(export)
    app.command()(promote)


def predict(
    study: Study,
    input: Annotated[Path | None, typer.Option(help="File of raw rows, or folder of images.", show_default=False)] = None,
    output: Annotated[Path | None, typer.Option(help="CSV or Parquet file for the predictions.", show_default=False)] = None,
    *,
    example: Annotated[bool, typer.Option("--example", help="Predict the few rows that the champion carries, printed without --output.")] = False,
) -> None:
    """Predict the rows of a file with a study's champion."""
    from ..champion import load_champion, predict_example, predict_file

    place = f"{output}, in place of the earlier file" if output is not None and output.is_file() else str(output)
    if example and input is None:
        with unseen_values_printed():
            table = predict_example(load_champion(study), output)
        typer.echo(table.T.to_string(float_format=format_number) if output is None else f"{len(table)} rows with predictions written to {place}")
        return
    if input is None or output is None or example:
        raise InputError("predict needs --input FILE and --output FILE, or --example alone or with --output FILE")
    with unseen_values_printed():
        n_rows = predict_file(lambda: load_champion(study), input, output)
    typer.echo(f"{n_rows} predictions written to {place}")


def export(
    study: Study,
    file: Annotated[Path, typer.Argument(help="File to write, ending in .keras, .h5, .onnx or .tflite, or .skops for scikit-learn's.")],
    *,
    with_preprocessing: Annotated[bool, typer.Option("--with-preprocessing", help="Write a model that takes raw rows.")] = False,
) -> None:
    """Write a champion's model to a file, and print what it takes and gives."""
    from ..champion import export_champion, load_champion

    sentences = export_champion(load_champion(study), file, with_preprocessing=with_preprocessing)
    typer.echo("\n".join([f"Model written to {file}", *sentences]))


def promote(
    study: Study,
    version: Annotated[int | None, typer.Argument(help="Number of a registered version; the challenger if not given.", min=1)] = None,
    trial: Annotated[int | None, typer.Option(help="Register this trial instead, such as one of the Pareto front.", min=0)] = None,
    ledger: Ledger = "",
) -> None:
    """Make a registered version the champion, whatever its value; or a trial whose model was kept."""
    from ..champion import promote_version

    if trial is None:
        chosen, before = promote_version(study, version)
    elif version is not None:
        raise InputError(f"version {version} and --trial {trial} exclude each other: a registered version, or a trial to register")
    else:
        chosen, before = _promote_trial(study, trial, make_store(ledger))
    typer.echo(f"{chosen} is the champion" + (" already" if before == chosen else f"; before: {before}" if before else ""))


def _promote_trial(study: str, trial: int, store: "Store") -> tuple[str, str | None]:
    from .. import ledger as ledgers
    from ..champion.promotion import promote_trial

    with contextlib.closing(ledgers.read(store, study)) as view:
        return promote_trial(view, trial, store.tracking_uri)
