"""One SQLite store for all tests of tracking, since creating one takes seconds."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run

from search.data.dataset import Dataset, Part
from search.experiment.file import Experiment, parse_experiment
from search.experiment.parameters import Value
from search.tracking.base import StudyOutcome, StudyRecord
from search.tracking.mlflow_connection import prepare
from search.tracking.mlflow_tracker import MlflowTracker
from search.tracking.sqlite_store import install_template
from search.trial import Assignment, TrialState

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

HISTORY = ({"loss": 0.9, "val_accuracy": 0.5}, {"loss": 0.7, "val_accuracy": 0.8}, {"loss": 0.6, "val_accuracy": 0.75})
COMPLETE = {"state": TrialState.COMPLETE, "value": 0.8, "best_epoch": 2, "seconds": 1.5, "n_parameters": 99, "device": "cpu", "trainer": "keras"}
OUTCOME = StudyOutcome(
    is_complete=True,
    n_by_state={"COMPLETE": 1, "FAILED": 0},
    best_trial=0,
    best_value=0.8,
    best_params={"n_hidden": 2, "learning_rate": 0.01},
    model_uri="models:/diabetes/1",
    test_metrics={"accuracy": 0.77, "loss": 0.5},
)
Assign = Callable[..., Assignment]


def children(client: MlflowClient, parent_run_id: str) -> dict[str, Run]:
    experiment_id = client.get_run(parent_run_id).info.experiment_id
    runs = client.search_runs([experiment_id], f"tags.`mlflow.parentRunId` = '{parent_run_id}'")
    return {run.data.tags["perceptune.trial"]: run for run in runs}


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mlruns")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with MLflow's tables and nothing else, to copy."""
    return prepare(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def tracking_uri(store: Path, template: Path) -> str:
    install_template(template, store / "mlflow.db")
    return f"sqlite:///{store}/mlflow.db"


@pytest.fixture
def client(tracking_uri: str) -> MlflowClient:
    return MlflowClient(tracking_uri=tracking_uri)


@pytest.fixture
def tracker(tracking_uri: str, store: Path) -> MlflowTracker:
    return MlflowTracker(tracking_uri, store / "artifacts")


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
