"""The commands that inspect a champion: ``summary``, ``picture``, ``weights``, ``outputs``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..quiet import quiet_backend
from .options import Study
from .output import unseen_values_printed

if TYPE_CHECKING:
    from ..champion import Champion

Layer = Annotated[str, typer.Argument(help="Name of a layer, as the summary shows it.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (summary, picture, weights, outputs):
        app.command()(command)


def summary(study: Study) -> None:
    """Show the layers of a study's champion with shapes and parameter counts."""
    from ..champion import load_champion
    from ..champion.model_overview import SUMMARY, read_overview

    champion = load_champion(study)
    with quiet_backend():
        text = read_overview(champion, SUMMARY)
    typer.echo(text)


def picture(study: Study, file: Annotated[Path, typer.Argument(help="File to write, ending in .svg.")]) -> None:
    """Draw a study's champion: layers, shapes, parameter counts."""
    from ..champion import load_champion
    from ..champion.model_overview import PICTURE, read_overview
    from ..errors import DataError
    from ..output_files import check_output, writing

    if file.suffix != ".svg":
        raise DataError(f'"{file}" has the suffix "{file.suffix}"; expected a file ending in .svg')
    check_output(file)
    champion = load_champion(study)
    with quiet_backend():
        text = read_overview(champion, PICTURE)
    with writing(file) as temporary:
        temporary.write_text(text, encoding="utf-8")
    typer.echo(f"Picture written to {file}")


def weights(study: Study, layer: Layer, output: Annotated[Path | None, typer.Option(help="Write to this .npz or .csv file.")] = None) -> None:
    """Show a layer's weights or write them to a file."""
    from ..inspection import layer_weights
    from ..inspection.files import check_output_path, write_weights

    if output is not None:
        check_output_path(output)
    found = layer_weights(_loaded(study), layer)
    for name, array in found.items():
        typer.echo(f"{name} {array.shape}" + ("" if output else f"\n{array}"))
    if not found:
        typer.echo(f'The layer "{layer}" has no weights')
    if output is not None:
        write_weights(found, output)
        typer.echo(f"Weights written to {output}")


def outputs(
    study: Study,
    layer: Layer,
    input: Annotated[Path, typer.Option(help="File of raw rows, or folder of images.")],
    output: Annotated[Path, typer.Option(help=".npz or .csv file for the layer's outputs.")],
) -> None:
    """Write a layer's outputs for the rows of a file."""
    from ..champion.row_files import read_rows
    from ..inspection import layer_outputs
    from ..inspection.files import check_output_path, write_outputs

    check_output_path(output)
    champion = _loaded(study)
    with unseen_values_printed():
        found = layer_outputs(champion, layer, read_rows(input, champion).features)
    write_outputs(found, layer, output)
    typer.echo(f"Outputs {', '.join(str(array.shape) for array in found)} written to {output}")


def _loaded(study: str) -> "Champion":
    from ..champion import load_champion

    champion = load_champion(study)
    with quiet_backend():
        champion.model  # noqa: B018  # imports the backend
    return champion
