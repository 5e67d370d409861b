"""Reads raw rows from files as a champion's training data were read."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from ..data import tables
from ..data.columns import ColumnType
from ..data.kinds import RawRows, RowFormat, row_format
from ..data.kinds.arrays import SUFFIXES as OF_ARRAYS
from ..data.kinds.arrays import ArrayFormat
from ..data.kinds.images import SUFFIXES as OF_IMAGES
from ..data.kinds.images import image_files
from ..data.tables import TableFormat
from ..errors import DataError, listed, nearest
from ..redaction import one_line, shorten
from .pyfunc import Champion


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
            found out. Of one of images a folder of them, also with a folder for each class, one image, or a table of files. Of one of arrays
            a ``.npy`` or ``.npz`` file; of one of a series a table of its steps.
        champion: The champion that will predict them.

    Returns:
        The rows, at least one.

    Raises:
        DataError: If the file is missing, is of another format, or has no rows.
    """
    check_rows_path(path)

    def read(table: Path, columns: Mapping[str, ColumnType]) -> pd.DataFrame:
        return _read_table(table, champion, columns)

    form, columns = _format_of(champion), champion.preprocessor.columns
    if form is not None:
        targets = [column for target in champion.preprocessor.targets.values() for column in target.columns]
        return form.read(path, champion.preprocessor.input_shape, targets, read)  # type: ignore[arg-type] # arrays have one input
    rows = read(path, columns or {})
    return RawRows(rows, rows)


def _format_of(champion: Champion) -> RowFormat | None:
    """Return how files become rows; None for a table. An earlier version's champion of arrays does not say so."""
    if champion.metadata.row_format is not None:
        return row_format(champion.metadata.row_format)
    return ArrayFormat() if champion.preprocessor.columns is None else None


def _read_table(path: Path, champion: Champion, columns: Mapping[str, ColumnType]) -> pd.DataFrame:
    """Read a table in the format of the training data's."""
    if path.is_dir() or path.suffix.lower() in (*OF_ARRAYS, *OF_IMAGES):
        of = f" with the columns {listed(list(columns))}" if columns else ""
        raise DataError(f'"{path}" is no table; expected a .csv or .parquet file{of}')
    facts = champion.metadata.table_format
    try:
        rows = tables.read_rows(path, None if facts is None else TableFormat.from_dict(facts), columns)
    except (ValueError, OSError, LookupError) as error:  # pandas' and pyarrow's errors of parsing and decoding are ValueErrors
        raise DataError(f'"{path}" cannot be read as a table: {shorten(one_line(str(error)), 300)}') from error
    if rows.empty:
        raise DataError(f'"{path}" has no rows to predict; expected a header and at least one row')
    return rows
