"""A folder of image files, one folder for each class, or with a table of targets, as a data set."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from search.data.images import Channels, ImageFormat, common_format, image_files, read_images

from .folder import find
from .split import split_rows, three_parts
from .table import infer_task

_PARTS = {"train": ("train", "training"), "validation": ("validation", "valid", "val"), "test": ("test", "testing")}
"""Names of the folders that hold given parts."""


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

    The folder has a folder for each class; or folders train, test and optionally validation (or val), which have; or it is named together
    with a table of files and targets. Files are decoded to bytes; the search scales them to 0 to 1, also for prediction.

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
        ValueError: If a file is no image, the images have several sizes and none is given, or there are too few.
    """
    folder = find(path, is_folder=True)
    shape = None if size is None else _checked_size(size)
    options: dict[str, Any] = {"validation_size": validation_size, "test_size": test_size, "seed": seed}
    given = {} if table is not None else _given_parts(folder)
    if not given:
        files, values = _of_table(folder, table, file, target) if table is not None else _of_folders(folder, target)
        task = infer_task(values) if task == "auto" else task
        form = common_format(files, shape, channels)
        parts = three_parts(read_images(files, form), values, **options, stratify=stratify and task != "regression")
    else:
        found = {part: _of_folders(inner, target) for part, inner in given.items()}
        task = infer_task(found["train"][1]) if task == "auto" else task
        form = common_format([file for files, _ in found.values() for file in files], shape, channels)
        parts = _read_parts(found, form, validation_size, seed, stratify=stratify)
    return {**parts, "task": task, "positive": positive, "name": folder.resolve().name, "image_format": form.to_dict()}


def _checked_size(size: Sequence[int]) -> tuple[int, int]:
    if isinstance(size, str | int) or len(size) != 2 or not all(isinstance(number, int) and number > 0 for number in size):
        raise ValueError(f"size = {size} is not height and width in pixels; expected two whole numbers above 0, such as [64, 64]")
    return size[0], size[1]


def _given_parts(folder: Path) -> dict[str, Path]:
    """Return the folders of given parts; none unless there is one of the training and one of the test part."""
    inner = {path.name.lower(): path for path in folder.iterdir() if path.is_dir()}
    found = {part: inner[name] for part, names in _PARTS.items() for name in names if name in inner}
    return found if {"train", "test"} <= set(found) else {}


def _of_folders(folder: Path, target: str) -> tuple[list[Path], pd.Series]:
    """Return the images of a folder with the names of the folders that they are in."""
    files = [file for file in image_files(folder) if file.parent != folder]
    classes = [file.relative_to(folder).parts[0] for file in files]
    if len(set(classes)) < 2:
        raise ValueError(f'"{folder}" has {len(set(classes))} folders with images; expected one for each class, at least two')
    return files, pd.Series(classes, name=target)


def _of_table(folder: Path, table: str, file: str, target: str) -> tuple[list[Path], pd.Series]:
    path = folder / table if (folder / table).is_file() else find(table)
    rows = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)
    for column in (file, target):
        if column not in rows:
            raise ValueError(f'{path} has no column "{column}"; it has {", ".join(map(str, rows))}; name them by file and target')
    rows = rows.dropna(subset=[file, target])
    files = [folder / str(name) for name in rows[file]]
    if (missing := next((found for found in files if not found.is_file()), None)) is not None:
        raise FileNotFoundError(f'{path} names "{missing}", which is not there')
    if not files:
        raise ValueError(f"{path} has no row with {file} and {target}; expected one for each image")
    return files, rows[target].reset_index(drop=True)


def _read_parts(
    found: dict[str, tuple[list[Path], pd.Series]], form: ImageFormat, validation_size: float, seed: int, *, stratify: bool
) -> dict[str, Any]:
    parts: dict[str, Any] = {part: (read_images(files, form), values) for part, (files, values) in found.items()}
    if "validation" not in parts:
        parts["train"], parts["validation"] = split_rows(*parts["train"], size=validation_size, seed=seed, stratify=stratify)
    return parts
