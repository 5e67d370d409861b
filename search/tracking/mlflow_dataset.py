"""The data set of a study as MLflow shows it beside a run: name, fingerprint, source, sizes and schema."""

import json
import math
from typing import TYPE_CHECKING

from ..data.columns import column_type
from ..data.dataset import Dataset
from ..redaction import redact
from .base import StudyRecord

if TYPE_CHECKING:
    from mlflow.entities import DatasetInput

_MAX_SCHEMA_COLUMNS = 500
"""MLflow's limit is 65,535 characters."""
_TYPES = {"numeric": "double", "text": "string", "date": "datetime"}


def dataset_inputs(record: StudyRecord) -> "list[DatasetInput]":
    """Return the data set of a study as the only input of its runs; none if it has none."""
    from mlflow import entities

    if (dataset := record.dataset) is None:
        return []
    described = entities.Dataset(dataset.name, dataset.fingerprint, "code", dataset_source(record), dataset_schema(dataset), dataset_profile(dataset))
    return [entities.DatasetInput(described, [entities.InputTag("mlflow.data.context", "training")])]


def dataset_profile(dataset: Dataset) -> str:
    """Return the sizes of a data set as JSON."""
    rows = {part: len(getattr(dataset, part).target) for part in ("train", "validation", "test")}
    facts = {"num_rows": sum(rows.values()), **{f"n_{part}": count for part, count in rows.items()}, "task": dataset.task}
    return json.dumps(facts | {"n_features": n_features(dataset), "target": dataset.target})


def dataset_source(record: StudyRecord) -> str:
    """Return where a data set comes from as JSON, in the form of MLflow's ``CodeDatasetSource``."""
    data = record.experiment.data
    return json.dumps({"tags": {"loader": data.loader, **{name: redact(str(value)) for name, value in data.arguments.items()}}})


def dataset_schema(dataset: Dataset) -> str:
    """Return the features and targets of a data set as JSON, in the form of MLflow's ``Schema``; of wide tables the first 500 columns."""
    train = dataset.train
    columns = {**train.columns, **train.targets}
    if not train.columns:
        shape = [-1, *train.features.shape[1:]]
        spec = {"name": "features", "type": "tensor", "tensor-spec": {"dtype": str(train.features.dtype), "shape": shape}}
        return json.dumps({"mlflow_tensorspec": {"features": json.dumps([spec]), "targets": None}})
    first = list(columns.items())[:_MAX_SCHEMA_COLUMNS]
    specs = [{"name": name, "type": _TYPES[column_type(column, dataset.name)], "required": not column.hasnans} for name, column in first]
    return json.dumps({"mlflow_colspec": specs})


def n_features(dataset: Dataset) -> int:
    """Return the number of raw features of a row."""
    return math.prod(dataset.train.features.shape[1:])
