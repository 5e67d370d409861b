"""The commands that change studies: ``rename`` and ``delete``."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import InputError
from .options import Ledger, Study, make_store
from .output import console
from .program import program

if TYPE_CHECKING:
    from ..study.removal import Removal


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(rename)
    app.command()(delete)


def rename(study: Study, new: Annotated[str, typer.Argument(help="The new name.")], ledger: Ledger = "") -> None:
    """Rename a study: its ledger and folder, its runs in MLflow, its registered model."""
    from ..study.renaming import rename_study

    model_uri = rename_study(make_store(ledger), study, new)
    console.print(f'Study "{study}" is named "{new}" now' + (f"; its model is {model_uri}" if model_uri else ""))
    console.print(f"To continue it: {program()} run EXPERIMENT --study {new}")


def delete(study: Study, yes: Annotated[bool, typer.Option("--yes", help="Delete without asking.")] = False, ledger: Ledger = "") -> None:
    """Delete a study: its ledger and files, its runs and artifacts in MLflow, its versions in the model registry."""
    from ..study.removal import removal_of

    with removal_of(make_store(ledger), study) as removal:
        console.print(f'Study "{study}":')
        for line in _contents(removal):
            console.print(f"  {line}")
        if not yes:
            if not sys.stdin.isatty():
                raise InputError("delete asks before it deletes, and there is no terminal to ask on; add --yes")
            if not typer.confirm("Delete it all? It cannot be restored."):
                console.print("Nothing was deleted")
                return
        removal.execute()
    console.print(f'Study "{study}" was deleted')


def _contents(removal: "Removal") -> list[str]:
    """Return what a removal deletes, a line each."""
    lines = [
        f"the ledger with {removal.n_trials} trials",
        f"{removal.folder} ({removal.size_bytes / 1e6:.1f} MB: ledger, kept models, logs, plots)",
        f"{removal.n_runs} runs in MLflow with their metrics and artifacts",
    ]
    return lines + [f"the registered model {uri}{', its champion' * is_champion}" for uri, is_champion in removal.models.items()]
