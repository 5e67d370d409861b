"""One SQLite store for all tests of tracking: creating one takes seconds."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient

from search.dataset import Dataset, Part
from search.experiment import Experiment, parse_experiment
from search.tracking.base import StudyRecord
from search.trial import Assignment, Value

EXPERIMENT = {
    "model": "models.mlp:build_mlp",
    "data": {"loader": "experiments.datasets:diabetes"},
    "space": {
        "model": {"n_hidden": {"type": "int", "low": 0, "high": 3}, "activation": "relu"},
        "training": {"learning_rate": {"type": "float", "low": 1e-3, "high": 0.1, "log": True}, "epochs": 3},
    },
    "objective": {"metric": "val_accuracy", "direction": "maximize"},
    "search": {"sampler": "random", "n_trials": 4, "seed": 7},
}


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mlruns")


@pytest.fixture(scope="session")
def tracking_uri(store: Path) -> str:
    return f"sqlite:///{store}/mlflow.db"


@pytest.fixture
def client(tracking_uri: str) -> MlflowClient:
    return MlflowClient(tracking_uri=tracking_uri)


@pytest.fixture
def experiment(request: pytest.FixtureRequest) -> Experiment:
    """An experiment of the test's own name."""
    return parse_experiment(EXPERIMENT | {"name": request.node.name.replace("[", "-").replace("]", "")}, "the test")


@pytest.fixture
def dataset() -> Dataset:
    part = Part(pd.DataFrame({"age": [1.0, 2.0], "bmi": [0.5, 0.25]}), pd.Series([0, 1]))
    names = ("no", "yes")
    parts = {"train": part, "validation": part, "test": part}
    return Dataset(name="diabetes", **parts, target="sick", task="binary", class_names=names, fingerprint="0123456789abcdef")


@pytest.fixture
def record(experiment: Experiment, dataset: Dataset) -> StudyRecord:
    return StudyRecord(study="diabetes", experiment=experiment, dataset=dataset, n_trials=4, n_workers=2)


@pytest.fixture
def assign(experiment: Experiment) -> Callable[..., Assignment]:
    def build(number: int, **params: Value) -> Assignment:
        chosen: dict[str, Value] = {"n_hidden": 2, "learning_rate": 0.01} | params
        return Assignment(
            number=number,
            params=chosen,
            model_arguments=experiment.space.model_arguments(chosen),
            training=experiment.space.training_settings(chosen),
            seed=1000 + number,
            is_prunable=False,
            keep_if_better_than=None,
            model_path="trial.keras",
        )

    return build


@pytest.fixture
def images() -> Part:
    return Part(np.zeros((2, 8, 8)), pd.Series([0, 1]))
