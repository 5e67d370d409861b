"""The command ``evaluate``."""

import contextlib
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..errors import InputError
from ..formats import format_interval, format_number
from ..quiet import quiet_backend
from .options import Ledger, Study, make_store
from .output import console, unseen_values_printed


class Part(StrEnum):
    """A part of the data."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(evaluate)


def evaluate(
    study: Study,
    part: Annotated[Part | None, typer.Option(help="Part of the study's data; test if neither this nor --input is given.")] = None,
    input: Annotated[Path | None, typer.Option(help="File of raw rows with their targets, or folder of images by class.")] = None,
    ledger: Ledger = "",
) -> None:
    """Show all metrics of a study's champion on a part of its data or on the labelled rows of a file."""
    from .. import ledger as ledgers
    from ..data.positive_class import with_class
    from ..study.evaluation import evaluate_file, evaluate_part

    if part is not None and input is not None:
        raise InputError(f"--part {part} and --input {input} exclude each other; give one of them")
    store = make_store(ledger)
    with contextlib.closing(ledgers.read(store, study)) as view, unseen_values_printed(), quiet_backend():
        if input is not None:
            found = evaluate_file(view, store.tracking_uri, input)
        else:
            found = evaluate_part(view, store.tracking_uri, (part or Part.TEST).value)
    where = str(input) if input is not None else f"the {part or Part.TEST} part"
    left_out = f"; {found.n_left_out} without a target are left out" if found.n_left_out else ""
    console.print(f"{found.model_uri} on {where}: {found.n_rows} rows{left_out}")
    names = {name: with_class(name, found.positive) for name in found.metrics}
    width = max(map(len, names.values()))
    for name, value in found.metrics.items():
        shown = _why_undefined(name) if value is None else format_number(value)
        interval = f"  (95 % interval {format_interval(*found.intervals[name])})" if name in found.intervals else ""
        console.print(f"  {names[name]:<{width}}  {shown}{interval}")


def _why_undefined(name: str) -> str:
    from ..data.positive_class import why_undefined

    return why_undefined(name).replace("the test part", "these rows")
