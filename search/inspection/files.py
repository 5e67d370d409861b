"""Writes layer weights and outputs to files: ``.npz`` with arrays, or ``.csv`` with one line per number or row."""

import csv
import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from ..csv_cells import neutral_cell
from ..errors import DataError, nearest
from ..output_files import check_output, writing

SUFFIXES = (".csv", ".npz")


def check_output_path(path: Path) -> None:
    """Check a file's suffix and folder before anything is computed for it.

    Args:
        path: The file.

    Raises:
        DataError: If the suffix is another than .npz or .csv, the folder does not exist, or the path is a folder.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(f'"{path}" has the suffix "{path.suffix}"; {nearest(path.suffix, SUFFIXES)}')
    check_output(path)


def write_weights(weights: Mapping[str, np.ndarray], path: Path) -> None:
    """Write a layer's weights.

    Args:
        weights: Arrays by name.
        path: ``.npz`` gets the arrays by name; ``.csv`` a line per number: weight, index, value.

    Raises:
        DataError: As `check_output_path`, or if the file cannot be written.
    """
    check_output_path(path)
    if path.suffix.lower() == ".npz":
        with writing(path) as temporary, temporary.open("wb") as file:
            np.savez(file, **weights)  # type: ignore[arg-type]
        return
    numbers = ([neutral_cell(name), " ".join(map(str, index)), value] for name, array in weights.items() for index, value in np.ndenumerate(array))
    _write_lines(path, ["weight", "index", "value"], numbers)


def write_outputs(outputs: Sequence[np.ndarray], layer: str, path: Path) -> None:
    """Write a layer's outputs, in the order of the rows.

    Args:
        outputs: From `layer_outputs`, ``(n_rows, *shape)`` each.
        layer: The layer's name.
        path: ``.npz`` gets the arrays "outputs", "outputs_2" ...; ``.csv`` a line per row and a column per number: "dense_0",
            "dense_1" ...; for images "conv_0_0_0" ...; for the second call of a shared layer "dense.2_0" ...

    Raises:
        DataError: As `check_output_path`, or if the file cannot be written.
    """
    check_output_path(path)
    endings = ["", *(str(number) for number in range(2, len(outputs) + 1))]
    if path.suffix.lower() == ".npz":
        arrays = {"outputs" + (f"_{ending}" if ending else ""): array for ending, array in zip(endings, outputs, strict=True)}
        with writing(path) as temporary, temporary.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        return
    places = [(layer + (f".{ending}" if ending else ""), array.shape[1:]) for ending, array in zip(endings, outputs, strict=True)]
    columns = ["_".join([name, *map(str, index)]) for name, shape in places for index in itertools.product(*map(range, shape))]
    table = np.hstack([array.reshape(len(array), -1) for array in outputs])
    _write_lines(path, columns, (row.tolist() for row in table))


def _write_lines(path: Path, header: Sequence[str], lines: Iterator[Sequence[object]]) -> None:
    with writing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(map(neutral_cell, header))
        writer.writerows(lines)
