"""Chooses how a source of trials is read."""

from pathlib import Path

from ...errors import InputError
from .base import ForeignStudy
from .csv_files import read_csv
from .keras_tuner_folders import is_keras_tuner, read_keras_tuner
from .mlflow_experiments import read_mlflow
from .optuna_studies import read_optuna

MLFLOW = "mlflow:"


def read_foreign(source: str, *, name: str | None, value: str, tracking_uri: str) -> ForeignStudy:
    """Read the complete trials of another tool.

    Args:
        source: URL of an Optuna storage or path of its journal; folder of a Keras Tuner project; "mlflow:" and the name of an experiment;
            or path of a CSV file.
        name: Name of an Optuna study; None if the storage has one only.
        value: Column of a CSV file, or metric of an MLflow run, that is the value.
        tracking_uri: Where MLflow's experiments are.

    Raises:
        InputError: If the source is none of these, or cannot be read.
    """
    path = Path(source)
    if source.startswith(MLFLOW):
        return read_mlflow(source.removeprefix(MLFLOW), tracking_uri, value)
    if "://" in source:
        return read_optuna(source, name)
    if not path.exists():
        raise InputError(f"There is no {source}; give the URL of an Optuna storage, mlflow:EXPERIMENT, or a file or folder that is there")
    if path.is_dir():
        if not is_keras_tuner(path):
            raise InputError(f"{source} has no trial_*/trial.json; give the folder directory/project_name of the Keras Tuner project")
        return read_keras_tuner(path)
    return read_csv(path, value) if path.suffix == ".csv" else read_optuna(source, name)
