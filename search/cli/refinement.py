"""The command ``refine``, which proposes the next search."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from ..errors import InputError
from ..experiment.parameters import to_parameter
from ..formats import format_parameter
from .options import Ledger, Study, make_store
from .output import console
from .program import program

if TYPE_CHECKING:
    from ..study.refinement import Refinement


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(refine)


def refine(
    study: Study,
    output: Annotated[Path | None, typer.Option(help="The experiment file to write; on the terminal only the reasons if not given.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    ledger: Ledger = "",
) -> None:
    """Propose the next search from what a study has found: ranges widened or narrowed, choices left out, the rest fixed."""
    from ..output_files import writing
    from ..study.refinement import refine as propose

    if output and output.exists() and not force:
        raise InputError(f"{output} exists already; replace it with --force, or write another file with --output")
    found = propose(make_store(ledger), study)
    _print(found)
    if output is None:
        console.print(f"To write it: {program()} refine {study} --output next.toml")
        return
    with writing(output) as temporary:
        temporary.write_text(found.text, encoding="utf-8")
    console.print(f"{output} is written. Next: {program()} run {output} --study {found.next_study}")


def _print(found: "Refinement") -> None:
    console.print(f"From the best {found.n_best} of {found.n_trials} complete trials:")
    table = Table.grid(padding=(0, 2))
    for change in found.changes:
        table.add_row(f"  {change.name}", format_parameter(change.entry), _proposed(change.proposed), change.reason)
    console.print(table)


def _proposed(proposed: Any) -> str:
    return f"→ {format_parameter(to_parameter(proposed)) if isinstance(proposed, dict) else proposed}"
