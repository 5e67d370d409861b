"""Predicts the rows of a file into another file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import DataError
from ..output_files import check_output, writing
from .pyfunc import Champion
from .row_files import check_rows_path, check_suffix, read_rows

OUTPUT_SUFFIXES = (".csv", ".parquet")


def predict_file(load: Callable[[], Champion], input_path: Path, output_path: Path) -> int:
    """Predict the rows of a file or a folder, in their order.

    Args:
        load: Loads the champion; called after the paths are checked.
        input_path: As for `search.champion.row_files.read_rows`.
        output_path: A ``.csv`` or ``.parquet`` file for the columns ``prediction`` and ``probability_<class>``, after the ``file`` of images or the
            ``last_step`` of windows. An existing file is replaced atomically.

    Returns:
        Number of rows.

    Raises:
        DataError: If a file cannot be read or written, there are no rows, or columns are missing or of another type.
    """
    check_suffix(output_path, OUTPUT_SUFFIXES, output_path.suffix)
    check_rows_path(input_path)
    check_output(output_path)
    if output_path.exists() and output_path.samefile(input_path):
        raise DataError(f'"{output_path}" has the rows to predict; give another file for the predictions')
    champion = load()
    rows = read_rows(input_path, champion)
    predictions = champion.predict(rows.features)
    if rows.names is not None:
        predictions.insert(0, str(rows.names.name), rows.names)
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
        check_suffix(output_path, OUTPUT_SUFFIXES, output_path.suffix)
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


def _write(predictions: pd.DataFrame, path: Path) -> None:
    with writing(path) as temporary:
        if path.suffix.lower() == ".parquet":
            predictions.to_parquet(temporary, index=False)
        else:
            predictions.to_csv(temporary, index=False)
