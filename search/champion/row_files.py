"""Reads raw rows from files as a champion's training data were read: a table, arrays, or images."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..data import tables
from ..data.columns import ColumnType, Features
from ..data.images import SUFFIXES as OF_IMAGES
from ..data.images import ImageFormat, image_files, read_images
from ..data.series import SeriesFormat, cut_windows, in_order, last_steps, targets_of
from ..data.tables import TableFormat
from ..errors import DataError, listed, nearest
from ..redaction import one_line, shorten
from .pyfunc import Champion

OF_ARRAYS = (".npy", ".npz")
_FILE_COLUMNS = ("file", "path", "image", "filename")
"""The columns of a table that may name image files, in any case."""


@dataclass(frozen=True)
class RawRows:
    """Rows to predict.

    Attributes:
        features: The raw rows: a table, or an array.
        labels: Columns with targets, if the file has any, with as many rows.
        names: What names each row in the predictions, such as its file; None if its place does. Defaults to None.
    """

    features: Features
    labels: pd.DataFrame
    names: pd.Series | None = None


def check_rows_path(path: Path) -> None:
    """Check the path of rows, as far as it can be without knowing the champion.

    Raises:
        DataError: If there is no such file or folder, or its name ends in nothing that is read.
    """
    if path.is_dir():
        if not image_files(path):
            raise DataError(f'The folder "{path}" has no images; expected files that end in {listed(OF_IMAGES)}')
        return
    is_compressed = path.suffix.lower() in tables.COMPRESSED
    if not (is_compressed and not Path(path.stem).suffix):  # rows.zip may hold any of them
        suffix = Path(path.stem).suffix if is_compressed else path.suffix
        if suffix.lower() not in (*OF_ARRAYS, *OF_IMAGES):
            check_suffix(path, tables.SUFFIXES, suffix)
    if not path.is_file():
        raise DataError(f'There is no file "{path}"; give the path of a .csv or .parquet file with the rows to predict, or of a folder of images')


def check_suffix(path: Path, known: Sequence[str], suffix: str) -> None:
    """Check what a path ends in.

    Raises:
        DataError: If it is none of the known suffixes.
    """
    if suffix.lower() not in known:
        raise DataError(f'"{path}" has the suffix "{suffix}"; {nearest(suffix, known)}')


def read_rows(path: Path, champion: Champion) -> RawRows:
    """Read raw rows from a file.

    Args:
        path: Of a champion of tables a ``.csv`` file (also .tsv, .txt, .data, .dat), which may be compressed, or a ``.parquet`` file, with
            the training data's feature columns in any order; it is written as the training data's file, or in another way that is
            found out. Of one of images a folder of them, also with a folder for each class, one image, or a table with a column ``file``. Of
            one of arrays a ``.npy`` or ``.npz`` file; of one of a series a table of its steps.
        champion: The champion that will predict them.

    Returns:
        The rows, at least one.

    Raises:
        DataError: If the file is missing, is of another format, or has no rows.
    """
    check_rows_path(path)
    if champion.metadata.series_format is not None:
        return _windows(path, SeriesFormat.from_dict(champion.metadata.series_format), champion)
    if champion.metadata.image_format is not None:
        return _images(path, ImageFormat.from_dict(champion.metadata.image_format), champion)
    return _arrays(path, champion) if champion.preprocessor.columns is None else _table(path, champion)


def _table(path: Path, champion: Champion) -> RawRows:
    if path.is_dir() or path.suffix.lower() in (*OF_ARRAYS, *OF_IMAGES):
        raise DataError(
            f'"{path}" is no table; expected a .csv or .parquet file with the columns {listed(list(champion.preprocessor.columns or ()))}'
        )
    rows = _read_table(path, champion)
    return RawRows(rows, rows)


def _read_table(path: Path, champion: Champion, columns: Mapping[str, ColumnType] | None = None) -> pd.DataFrame:
    facts = champion.metadata.table_format
    try:
        rows = tables.read_rows(path, None if facts is None else TableFormat.from_dict(facts), columns or champion.preprocessor.columns or {})
    except (ValueError, OSError, LookupError) as error:  # pandas' and pyarrow's errors of parsing and decoding are ValueErrors
        raise DataError(f'"{path}" cannot be read as a table: {_one_line(error)}') from error
    if rows.empty:
        raise DataError(f'"{path}" has no rows to predict; expected a header and at least one row')
    return rows


def _arrays(path: Path, champion: Champion) -> RawRows:
    shape = tuple(champion.preprocessor.input_shape)
    expected = f"expected an array (n_rows, {', '.join(map(str, shape))}) in a .npy file, or named x in a .npz file"
    if path.suffix.lower() not in OF_ARRAYS:
        raise DataError(f'"{path}" holds no array; {expected}')
    try:
        loaded = np.load(path, allow_pickle=False)
        found = {"x": loaded} if isinstance(loaded, np.ndarray) else dict(loaded)
    except (ValueError, OSError) as error:
        raise DataError(f'"{path}" cannot be read as arrays: {_one_line(error)}') from None
    rows = found.get("x", next((array for array in found.values() if array.shape[1:] == shape), None))
    if rows is None:
        raise DataError(f'"{path}" has the arrays {listed(list(found))}; {expected}')
    columns = {target.column for target in champion.preprocessor.targets.values()}
    labels = {name: array.ravel() for name, array in found.items() if name in columns and array.size == len(rows)}
    if "y" in found and len(columns) == 1 and found["y"].size == len(rows):
        labels |= dict.fromkeys(columns, found["y"].ravel())
    return RawRows(rows, pd.DataFrame(labels))


def _windows(path: Path, form: SeriesFormat, champion: Champion) -> RawRows:
    if path.is_dir() or path.suffix.lower() in (*OF_ARRAYS, *OF_IMAGES):
        raise DataError(f'"{path}" is no table; expected a .csv or .parquet file with the columns {listed(form.columns)}, a row per step')
    table = _read_table(path, champion, dict.fromkeys(form.columns, "numeric"))
    try:
        table = in_order(table, form.time)
        found = cut_windows(table, form)
    except ValueError as error:
        raise DataError(f'"{path}": {error}') from None
    labels = pd.DataFrame({form.target: targets_of(table, found, form)}) if form.target in table else pd.DataFrame(index=range(len(found.last)))
    return RawRows(found.features, labels, last_steps(table, found, form))


def _images(path: Path, form: ImageFormat, champion: Champion) -> RawRows:
    labels = pd.DataFrame()
    if path.is_dir():
        paths = image_files(path)
        files = [file.relative_to(path).as_posix() for file in paths]
        if all("/" in file for file in files):
            labels = pd.DataFrame({target.column: [file.partition("/")[0] for file in files] for target in champion.preprocessor.targets.values()})
    elif path.suffix.lower() in OF_IMAGES:
        paths, files = [path], [path.name]
    else:
        labels = _read_table(path, champion)
        column = next((name for name in labels if str(name).lower() in _FILE_COLUMNS), None)
        if column is None:
            raise DataError(
                f'"{path}" has the columns {listed(list(map(str, labels)))}; expected one named {" or ".join(_FILE_COLUMNS[:2])} with image files'
            )
        files = [str(name) for name in labels[column]]
        paths = [path.parent / name for name in files]
    try:
        return RawRows(read_images(paths, form), labels, pd.Series(files, name="file"))
    except (ValueError, OSError) as error:
        raise DataError(f'"{path}": {_one_line(error)}') from None


def _one_line(error: Exception) -> str:
    return shorten(one_line(str(error)), 300)
