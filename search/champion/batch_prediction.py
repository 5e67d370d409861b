"""Predicts the rows of a file into another file."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from ..atomic_file import replacing
from ..errors import DataError, nearest
from ..redaction import one_line, shorten
from .pyfunc import Champion

SUFFIXES = (".csv", ".parquet")


def predict_file(load: Callable[[], Champion], input_path: Path, output_path: Path) -> int:
    """Predict the rows of a table, in their order.

    Args:
        load: Loads the champion; called after the rows are read, since it takes seconds.
        input_path: A CSV file with a header, or a Parquet file, by its suffix. It needs the training data's feature columns,
            in any order; other columns are ignored.
        output_path: A ``.csv`` or ``.parquet`` file for the columns ``prediction`` and ``probability_<class>``. An existing
            file is replaced atomically.

    Returns:
        Number of rows.

    Raises:
        DataError: If a file cannot be read or written, there are no rows, or columns are missing or of another type.
    """
    _check_suffix(output_path)
    if not output_path.absolute().parent.is_dir():
        raise DataError(f'The folder of "{output_path}" does not exist; create it first')
    if output_path.exists() and output_path.samefile(input_path):
        raise DataError(f'"{output_path}" has the rows to predict; give another file for the predictions')
    rows = read_rows(input_path)
    predictions = load().predict(rows)
    _write(predictions, output_path)
    return len(predictions)


def read_rows(path: Path) -> pd.DataFrame:
    """Read raw rows from a file.

    Args:
        path: A ``.csv`` or ``.parquet`` file.

    Returns:
        The table, at least one row.

    Raises:
        DataError: If the file is missing, is of another format, or has no rows.
    """
    _check_suffix(path)
    if not path.is_file():
        raise DataError(f'There is no file "{path}"; give the path of a .csv or .parquet file with the rows to predict')
    try:
        rows = pd.read_parquet(path) if path.suffix.lower() == ".parquet" else pd.read_csv(path)
    except (ValueError, OSError) as error:  # pandas' and pyarrow's errors of parsing and decoding are ValueErrors
        raise DataError(f'"{path}" cannot be read as {path.suffix[1:]}: {_one_line(error)}') from error
    if rows.empty:
        raise DataError(f'"{path}" has no rows to predict; expected a header and at least one row')
    return rows


def _check_suffix(path: Path) -> None:
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(f'"{path}" has the suffix "{path.suffix}"; {nearest(path.suffix, SUFFIXES)}')


def _one_line(error: Exception) -> str:
    return shorten(one_line(str(error)), 300)


def _write(predictions: pd.DataFrame, path: Path) -> None:
    try:
        with replacing(path) as temporary:
            if path.suffix.lower() == ".parquet":
                predictions.to_parquet(temporary, index=False)
            else:
                predictions.to_csv(temporary, index=False)
    except OSError as error:
        raise DataError(f'"{path}" cannot be written: {_one_line(error)}') from error
