"""The command ``tensorboard``: the curves and hyperparameters of a study's trials in TensorBoard."""

import contextlib
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from ..errors import InputError
from ..quiet import quiet_backend
from ..temporary_files import temporary_prefix
from .options import Ledger, Study, make_store
from .output import console


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(tensorboard)


def tensorboard(
    study: Study,
    port: Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)] = 6006,
    output: Annotated[Path | None, typer.Option(help="Only write the event files, into this new folder.")] = None,
    ledger: Ledger = "",
) -> None:
    """Open TensorBoard on a study's finished trials until Ctrl-C; nothing is kept."""
    from .. import ledger as ledgers
    from ..reports.tensorboard_files import write_event_files

    if output is not None and output.exists():
        raise InputError(f"{output} exists already; give a new folder")
    with contextlib.closing(ledgers.read(make_store(ledger), study)) as view:
        trials = [(record.params, record.result) for record in view.records() if record.result is not None]
        metric = view.experiment.objective.metric
    if not trials:
        raise InputError(f'Study "{study}" has no finished trial yet')
    with tempfile.TemporaryDirectory(prefix=temporary_prefix()) as folder:
        with quiet_backend():
            write_event_files(output or Path(folder), metric, trials)
        if output is None:
            _serve(folder, port)
        else:
            console.print(f"{output} has {len(trials)} trials: tensorboard --logdir {output}")


def _serve(folder: str, port: int) -> None:
    """Run TensorBoard, which listens on this machine only."""
    from tensorboard import program

    board = program.TensorBoard()
    board.configure(argv=["tensorboard", "--logdir", folder, "--port", str(port), "--load_fast", "false"])
    with contextlib.suppress(KeyboardInterrupt):
        if board.main():  # it has said why
            raise typer.Exit(1)
