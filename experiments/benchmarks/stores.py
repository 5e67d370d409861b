"""The MLflow store of one search: creates an empty one, and reads the recorded curves."""

import math
import sqlite3
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

Curves = dict[int, tuple[float, ...]]
"""The validation loss after every epoch, by the trial's number; NaN where it is not finite."""

_CREATE = "import sys, mlflow; mlflow.MlflowClient(tracking_uri=sys.argv[1]).search_experiments()"
_TRIALS = "runs.name LIKE 'trial %'"


def uri(file: Path) -> str:
    """Return the tracking URI of a file."""
    return f"sqlite:///{file}"


def create(file: Path) -> None:
    """Create an empty store. MLflow needs seconds for that, so searches start with a copy of one.

    Args:
        file: The file to create.
    """
    subprocess.run([sys.executable, "-c", _CREATE, uri(file)], check=True, capture_output=True)


def n_ended(connection: sqlite3.Connection) -> int:
    """Count the trials whose runs have ended."""
    return int(connection.execute(f"SELECT COUNT(*) FROM runs WHERE {_TRIALS} AND status <> 'RUNNING'").fetchone()[0])  # noqa: S608


def read_curves(file: Path) -> Curves:
    """Read the validation loss of every trial.

    Args:
        file: A store whose runs are named ``trial <number>``.

    Returns:
        The curves.
    """
    query = f"SELECT runs.name, value, is_nan FROM metrics JOIN runs USING (run_uuid) WHERE key = 'val_loss' AND {_TRIALS} ORDER BY step"  # noqa: S608
    curves = defaultdict(list)
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        for name, value, is_nan in connection.execute(query):
            # MLflow writes infinity as the largest number.
            curves[int(name.split()[1])].append(math.nan if is_nan or abs(value) >= sys.float_info.max else value)
    return {number: tuple(values) for number, values in sorted(curves.items())}
