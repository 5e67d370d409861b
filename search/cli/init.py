"""The command ``init``, which writes the experiment file of a table or a folder of images."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from ..errors import InputError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(init)


def init(
    table: Annotated[str, typer.Argument(help="A table's file, CSV or Parquet, also compressed; or a folder of images by class.")],
    target: Annotated[str | None, typer.Option(help="Column to predict: its name, or its number from 0.")] = None,
    output: Annotated[Path | None, typer.Option(help="The file to write; the table's name with .toml if not given.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    set_: Annotated[list[str] | None, typer.Option("--set", help="An argument of the loader: data.key=value; may be repeated.")] = None,
) -> None:
    """Write the experiment file that does the same as running a table or a folder of images, to be changed."""
    from ..output_files import writing
    from ..study.from_images import images_experiment, is_image_folder
    from ..study.from_table import is_table, table_experiment, table_stem
    from ..study.usual import study_name

    is_folder = is_image_folder(table)
    if not is_folder and not is_table(table):
        raise InputError(
            f'"{table}" is no table by its name; expected .csv, .tsv, .txt, .data, .dat or .parquet, also compressed, or a folder of images by class'
        )
    if other := next((change for change in set_ or [] if not change.startswith("data.")), None):
        raise InputError(f"--set {other.partition('=')[0]}: init takes data.key=value only; edit the written file for the rest")
    path = output or Path(f"{study_name(Path(table).resolve().name if is_folder else table_stem(table))}.toml")
    if path.exists() and not force:
        raise InputError(f"{path} exists already; replace it with --force, or write another file with --output")
    text = images_experiment(table, set_ or []) if is_folder else table_experiment(table, target, set_ or [])
    with writing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    typer.echo(f"{path} is written. Next: perceptune run {shlex.quote(str(path))}")
