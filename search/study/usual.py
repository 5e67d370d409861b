"""What is usual where a user gives data and no experiment: its name, its objective, and how its file is begun."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit

from ..data.dataset import Dataset, load_dataset
from ..errors import DataError
from ..experiment.file import parse_experiment
from ..experiment.shipped import EXPERIMENTS

RARE = 0.25
"""A class of a binary target with a smaller part of the rows is rare: predicting the other one is accurate, and says nothing."""


def usual_objective(dataset: Dataset) -> tuple[str, str]:
    """Return the metric and direction of a data set's only target, or of several that one output predicts."""
    if len(dataset.tasks) > 1:
        return "val_loss", "minimize"  # of scaled targets: the errors of each count alike, whatever its units
    if dataset.task == "regression":
        return "val_root_mean_squared_error", "minimize"
    is_rare = dataset.task == "binary" and dataset.train.target.value_counts(normalize=True).min() < RARE
    if is_rare and dataset.validation.target.nunique() < 2:
        return "val_loss", "minimize"  # an AUC of one class is not defined
    return "val_auc" if is_rare else "val_accuracy", "maximize"


def begin_file(template: str, stem: str, data: Mapping[str, Any], overrides: Sequence[str]) -> tuple[Dataset, Any]:
    """Load data, and begin the experiment file that uses them: name, data and objective.

    Args:
        template: The text of the file.
        stem: The name of the table's file or of the folder, without its suffix.
        data: ``[data]``; ``path`` is named in messages.
        overrides: Changes as ``key.path=value``, of which those of ``data`` count.

    Returns:
        The data set, and the file as of `tomlkit`.

    Raises:
        ExperimentError: If an override is not valid.
        DataError: If the data cannot be loaded.
    """
    first = {"name": study_name(stem), "model": "mlp", "data": dict(data), "objective": {"metric": "val_loss", "direction": "minimize"}}
    of_data = [change for change in overrides if change.partition("=")[0].strip().split(".")[0] == "data"]
    section = parse_experiment(first, str(data["path"]), of_data).data
    try:
        dataset = load_dataset(section)
    except DataError as error:
        raise DataError(str(error).removeprefix(f'[data] loader = "{section.loader}": ')) from None
    file: Any = tomlkit.parse(template)
    file["name"] = study_name(stem)
    for key, value in {**data, **section.arguments}.items():
        file["data"][key] = value
    file["objective"]["metric"], file["objective"]["direction"] = usual_objective(dataset)
    return dataset, file


def finish_file(file: Any) -> str:
    """Return the text of a file, with the address of the schema, which editors read."""
    return f"#:schema {(EXPERIMENTS / 'schema.json').as_uri()}\n{tomlkit.dumps(file)}"


def study_name(stem: str) -> str:
    """Return a name of a study: with "-" in place of characters that it cannot have."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-_") or "data"
