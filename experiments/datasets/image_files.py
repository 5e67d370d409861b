"""A folder of image files, one folder for each class, or with a table of targets, as a data set."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from search.data.kinds.images import Channels, common_format, image_files, read_images
from search.data.tables import column_name, read_table

from .folder import find
from .split import split_rows, three_parts
from .table import infer_task

_PARTS = {"train": ("train", "training"), "validation": ("validation", "valid", "val"), "test": ("test", "testing")}
"""Names of the folders that hold given parts."""
Labelled = tuple[list[Path], pd.Series]
"""Images, and the target of each."""


def images(
    path: str,
    size: Sequence[int] | None = None,
    channels: Channels | None = None,
    table: str | None = None,
    file: str = "file",
    target: str = "class",
    task: str = "auto",
    validation_size: float = 0.2,
    test_size: float = 0.2,
    seed: int = 42,
    stratify: bool = True,
    positive: str | None = None,
) -> dict[str, Any]:
    """Read image files and split them.

    The folder has a folder for each class; or folders train and test, or train and validation (or val), or all three, which have; or it is
    named together with a table of files and targets. A part that is missing is taken from the training part. Files are decoded to bytes; the
    search scales them to 0 to 1, also for prediction.

    Args:
        path: The folder, relative to the working directory, or else to the folder that PERCEPTUNE_DATA names.
        size: Height and width in pixels; other images are resized. Defaults to that of all files.
        channels: "grey" or "rgb". Defaults to "grey" if all files are, else to "rgb".
        table: A CSV or Parquet file in the folder with a row for each image, in place of folders. Defaults to none.
        file: The column of the table with the files, relative to the folder. Defaults to "file".
        target: The column of the table to predict; the target's name. Defaults to "class".
        task: "binary", "multiclass", "regression" or "auto", as of `csv`. Defaults to "auto".
        validation_size: Part of all images, unless the folder has the part. Defaults to 0.2.
        test_size: Part of all images, unless the folder has the part. Defaults to 0.2.
        seed: Seed of the splits. Defaults to 42.
        stratify: Whether the parts have the classes in the same proportions; not for regression. Defaults to True.
        positive: The positive class of two. Defaults to the rarer one.

    Returns:
        The three parts, uint8 ``(n_images, height, width, n_channels)``; the task, the positive class, the folder's name and the format.

    Raises:
        FileNotFoundError: If there is no such folder, table or image.
        LookupError: If the table has no such column.
        ValueError: If a file is no image, the images have several sizes and none is given, or there are too few.
    """
    folder = find(path, is_folder=True)
    sizes: dict[str, Any] = {"validation": validation_size, "test": test_size}
    found, facts = _of_table(folder, table, file, target) if table is not None else _of_parts(folder, target)
    values = pd.concat([of for _, of in found.values()])
    task = infer_task(values) if task == "auto" else task
    files = [name for names, _ in found.values() for name in names]
    form = common_format(files, None if size is None else _checked_size(size), channels, file)
    parts: dict[str, Any] = {part: (read_images(names, form), of) for part, (names, of) in found.items()}
    stratify = stratify and task != "regression"
    if set(parts) == {"train"}:
        parts |= three_parts(*parts["train"], validation_size=validation_size, test_size=test_size, seed=seed, stratify=stratify)
    for part in (name for name in sizes if name not in parts):
        parts["train"], parts[part] = split_rows(*parts["train"], size=sizes[part], seed=seed, stratify=stratify)
    facts |= {"task": task, "positive": positive, "name": folder.resolve().name, "row_format": form.to_dict(), "ordered": False}
    return {**parts, **facts}


def _checked_size(size: Sequence[int]) -> tuple[int, int]:
    if isinstance(size, str | int) or len(size) != 2 or not all(isinstance(number, int) and number > 0 for number in size):
        raise ValueError(f"size = {size} is not height and width in pixels; expected two whole numbers above 0, such as [64, 64]")
    return size[0], size[1]


def _of_parts(folder: Path, target: str) -> tuple[dict[str, Labelled], dict[str, Any]]:
    """Return the images of each part that has a folder; all as the training part if none has."""
    inner = {path.name.lower(): path for path in folder.iterdir() if path.is_dir()}
    given = {part: inner[name] for part, names in _PARTS.items() for name in names if name in inner}
    if len(given) == 1 or "train" not in given:  # "test" may well be a class
        given = {"train": folder}
    notes = [f"there is no folder of the {part} part; it is taken from the training part" for part in _PARTS if len(given) > 1 and part not in given]
    return {part: _of_folders(path, target) for part, path in given.items()}, {"notes": notes}


def _of_folders(folder: Path, target: str) -> Labelled:
    """Return the images of a folder with the names of the folders that they are in."""
    files = [file for file in image_files(folder) if file.parent != folder]
    classes = [file.relative_to(folder).parts[0] for file in files]
    if len(set(classes)) < 2:
        raise ValueError(f'"{folder}" has {len(set(classes))} folders with images; expected one for each class, at least two')
    return files, pd.Series(classes, name=target)


def _of_table(folder: Path, name: str, file: str, target: str) -> tuple[dict[str, Labelled], dict[str, Any]]:
    """Return the images that a table names, as the training part, and how the table is written."""
    path = folder / name if (folder / name).is_file() else find(name)
    table = read_table(path)
    for column in (file, target):
        try:
            column_name(list(table.rows.columns), column)
        except LookupError as error:
            raise LookupError(f"{path} {error}; name the columns by file and target") from None
    rows = table.rows.dropna(subset=[file, target])
    if rows.empty:
        raise ValueError(f"{path} has no row with {file} and {target}; expected one for each image")
    files = [folder / str(image) for image in rows[file]]
    if (missing := next((found for found in files if not found.is_file()), None)) is not None:
        raise FileNotFoundError(f'{path} names "{missing}", which is not there')
    n_left_out = len(table.rows) - len(rows)
    notes = [*table.notes, *([f"{n_left_out} rows of {path.name} without {file} or {target} are left out"] if n_left_out else [])]
    facts = {"notes": notes, "table_format": None if table.format is None else replace(table.format, target=target).to_dict()}
    return {"train": (files, rows[target].reset_index(drop=True))}, facts
