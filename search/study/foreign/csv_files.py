"""Reads trials from a CSV file: a column for each hyperparameter, and one for the value."""

import csv
from pathlib import Path

from ...errors import InputError, lacking
from .base import ForeignStudy, ForeignTrial

_OWN = {"trial", "state", "standard_error", "executions", "epochs", "seconds", "reason", "number"}


def read_csv(path: Path, value: str) -> ForeignStudy:
    """Read a file, such as ``perceptune trials --csv`` and Optuna's ``trials_dataframe().to_csv`` write.

    Args:
        path: The file.
        value: Name of the column of values. Rows without one are left out, and so are rows of a state other than COMPLETE.

    Raises:
        InputError: If it has no such column, or a value that is no number.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    columns = list(rows[0]) if rows else []
    if value not in columns:
        raise InputError(f"{path}: {lacking([value], columns)}; name the column of values with --value")
    trials = []
    for number, row in enumerate(rows):
        if not row[value] or row.get("state", "COMPLETE") != "COMPLETE":
            continue
        try:
            result = float(row[value])
        except ValueError:
            raise InputError(f'{path}: {value} = "{row[value]}" in row {number + 1} is no number') from None
        params = {name.removeprefix("params_"): text for name, text in row.items() if name not in {value, *_OWN} and text}
        trials.append(ForeignTrial(row.get("trial") or row.get("number") or str(number), params, result))
    return ForeignStudy(trials)
