"""Predicts the rows of a file into another file."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ..data import tables
from ..data.tables import TableFormat
from ..errors import DataError, nearest
from ..output_files import check_output, writing
from ..redaction import one_line, shorten
from .pyfunc import Champion

OUTPUT_SUFFIXES = (".csv", ".parquet")


def predict_file(load: Callable[[], Champion], input_path: Path, output_path: Path) -> int:
    """Predict the rows of a table, in their order.

    Args:
        load: Loads the champion; called after the paths are checked.
        input_path: A file as for `read_rows`, with the training data's feature columns in any order; other columns are ignored.
        output_path: A ``.csv`` or ``.parquet`` file for the columns ``prediction`` and ``probability_<class>``. An existing
            file is replaced atomically.

    Returns:
        Number of rows.

    Raises:
        DataError: If a file cannot be read or written, there are no rows, or columns are missing or of another type.
    """
    _check_suffix(output_path, OUTPUT_SUFFIXES, output_path.suffix)
    _check_input(input_path)
    check_output(output_path)
    if output_path.exists() and output_path.samefile(input_path):
        raise DataError(f'"{output_path}" has the rows to predict; give another file for the predictions')
    champion = load()
    predictions = champion.predict(read_rows(input_path, champion))
    _write(predictions, output_path)
    return len(predictions)


def predict_example(champion: Champion, output_path: Path | None = None) -> pd.DataFrame:
    """Predict the rows of the training data's validation part that the champion carries as MLflow's input example.

    Args:
        champion: The champion.
        output_path: A ``.csv`` or ``.parquet`` file for the table, which `predict_file` reads as rows. Defaults to none.

    Returns:
        The rows beside their predictions, at most five; the predictions alone if rows are arrays.

    Raises:
        DataError: If the file cannot be written, or the champion carries no example.
    """
    if output_path is not None:
        _check_suffix(output_path, OUTPUT_SUFFIXES, output_path.suffix)
        check_output(output_path)
    rows = example_rows(champion)
    predictions = champion.predict(rows)
    table = rows.join(predictions) if isinstance(rows, pd.DataFrame) else predictions
    if output_path is not None:
        _write(table, output_path)
    return table


def example_rows(champion: Champion) -> Any:
    """Return the raw rows that a champion carries, a table or an array of at most five rows.

    Raises:
        DataError: If it carries none.
    """
    from mlflow.models import Model

    folder = champion.code_folder.parent
    rows = Model.load(str(folder)).load_input_example(str(folder))
    if rows is None:
        raise DataError(f"The champion in {folder} carries no input example")
    return rows


def read_rows(path: Path, champion: Champion) -> pd.DataFrame:
    """Read raw rows from a file as the champion's training data were read: each value by its column's type.

    Args:
        path: A ``.csv`` file (also .tsv, .txt, .data, .dat), which may be compressed, or a ``.parquet`` file. It is written as the training
            data's file, or in another way that is found out: separator, line of names, decimal comma.
        champion: The champion that will predict them.

    Returns:
        The table, at least one row.

    Raises:
        DataError: If the file is missing, is of another format, or has no rows.
    """
    _check_input(path)
    facts = champion.metadata.table_format
    try:
        rows = tables.read_rows(path, None if facts is None else TableFormat.from_dict(facts), champion.preprocessor.columns or {})
    except (ValueError, OSError, LookupError) as error:  # pandas' and pyarrow's errors of parsing and decoding are ValueErrors
        raise DataError(f'"{path}" cannot be read as a table: {_one_line(error)}') from error
    if rows.empty:
        raise DataError(f'"{path}" has no rows to predict; expected a header and at least one row')
    return rows


def _check_input(path: Path) -> None:
    is_compressed = path.suffix.lower() in tables.COMPRESSED
    if not (is_compressed and not Path(path.stem).suffix):  # rows.zip may hold any of them
        _check_suffix(path, tables.SUFFIXES, Path(path.stem).suffix if is_compressed else path.suffix)
    if not path.is_file():
        raise DataError(f'There is no file "{path}"; give the path of a .csv or .parquet file with the rows to predict')


def _check_suffix(path: Path, known: Sequence[str], suffix: str) -> None:
    if suffix.lower() not in known:
        raise DataError(f'"{path}" has the suffix "{suffix}"; {nearest(suffix, known)}')


def _one_line(error: Exception) -> str:
    return shorten(one_line(str(error)), 300)


def _write(predictions: pd.DataFrame, path: Path) -> None:
    with writing(path) as temporary:
        if path.suffix.lower() == ".parquet":
            predictions.to_parquet(temporary, index=False)
        else:
            predictions.to_csv(temporary, index=False)
