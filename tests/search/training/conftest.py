"""Small data, experiments and trials, and the only calls by which these tests train, check and count programs."""

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from search.data.arrays import TrainingArrays
from search.experiment.file import parse_experiment
from search.experiment.settings import TrainingSettings
from search.training import preflight, run
from search.training.context import TrainingContext
from search.trial import Assignment, TrialResult
from tests.search.training.references import FitReferences

BUILDERS = "tests.search.training.builders"
OBJECTIVES = {"maximize": ("accuracy", "auc", "r2")}


@functools.cache
def make_arrays(task: str = "binary", n_train: int = 64, shape: tuple[int, ...] = (5,)) -> TrainingArrays:
    """Return data whose targets depend on the features, with 32 rows of validation.

    By default batches of 16 or 32 rows are all full, since each size of a batch is traced for itself.
    """
    generator = np.random.default_rng(0)
    x = generator.normal(size=(n_train + 32, *shape)).astype("float32")
    signal = x.reshape(len(x), -1)[:, :3].sum(axis=1, keepdims=True)
    targets = {
        "binary": (signal > 0).astype("float32"),
        "multiclass": np.digitize(signal, [-1, 1]).astype("int32"),
        "regression": signal.astype("float32"),
    }
    y, n_outputs = targets[task], 3 if task == "multiclass" else 1
    return TrainingArrays(
        x_train=x[:n_train], y_train=y[:n_train], x_validation=x[n_train:], y_validation=y[n_train:], task=task, n_outputs=n_outputs
    )


def make_experiment(builder: str = "dense", metric: str = "val_loss", trainer: str = "auto", **sections: Any) -> Any:
    direction = "maximize" if metric.removeprefix("val_") in OBJECTIVES["maximize"] else "minimize"
    content = {
        "name": "small",
        "model": builder if ":" in builder else f"{BUILDERS}:{builder}",
        "data": {"loader": "experiments.datasets:diabetes"},
        "objective": {"metric": metric, "direction": direction, "metrics": sections.pop("metrics", [])},
        "executor": {"trainer": trainer} | sections.pop("executor", {}),
    }
    return parse_experiment(content | sections, "small.toml")


def make_assignment(model_path: Path | str = "models/3", **changes: Any) -> Assignment:
    """Return trial 3, changed as given; `training` may be a dictionary of settings."""
    given = {"number": 3, "params": {}, "model_arguments": {}, "training": {}, "seed": 7, "is_prunable": False, "keep_if_better_than": None}
    given |= {"model_path": str(model_path)} | changes
    if isinstance(given["training"], dict):
        given["training"] = TrainingSettings(**({"epochs": 3} | given["training"]))
    return Assignment(**given)


def train_trial(experiment: Any, assignment: Assignment, arrays: TrainingArrays, report: Callable[..., bool] = lambda _: True) -> TrialResult:
    return run.train_trial(TrainingContext(experiment, arrays), assignment, report)


def check_builder(experiment: Any, arrays: TrainingArrays) -> tuple[str, ...]:
    return preflight.check_builder(TrainingContext(experiment, arrays))


def choose_capacity(experiment: Any, arrays: TrainingArrays) -> int:
    return run.choose_capacity(TrainingContext(experiment, arrays))


def programs_of(experiment: Any, arrays: TrainingArrays) -> Any:
    """Return the programs that this process keeps for an experiment on its data."""
    from search.training import program_cache

    return program_cache.programs_of(TrainingContext(experiment, arrays))


def program_names(experiment: Any, arrays: TrainingArrays, assignments: list[Assignment]) -> list[str]:
    """Return the kind of program that each trial would be trained by; none is traced, compiled or run."""
    from search.training.model.building import build_model
    from search.training.model.preparation import call_once
    from search.training.vectorized.lockstep import LOCKSTEP

    programs, names, context = programs_of(experiment, arrays), [], TrainingContext(experiment, arrays)
    for assignment in assignments:
        model = build_model(context, assignment.model_arguments, assignment.seed, assignment.training.precision)
        if not model.built:
            call_once(model, context, assignment.training)
        with LOCKSTEP.trial():
            program = programs.acquire_exact(model, assignment) if experiment.executor.trainer == "compiled" else programs.acquire(model, assignment)
            program.release()
        names.append(program.name)
    return names


@pytest.fixture(scope="session")
def fit(tmp_path_factory: pytest.TempPathFactory) -> FitReferences:
    """Train a trial by Keras' `fit`; identical trials are trained once a session."""
    return FitReferences(tmp_path_factory.mktemp("fit"), train_trial)


@functools.cache
def _kept_experiment(content: str) -> Any:
    return make_experiment(**json.loads(content))


@pytest.fixture
def train(tmp_path: Path) -> Callable[..., TrialResult]:
    """Return a function that trains one trial of a builder in `builders.py` and saves its model in ``tmp_path``.

    Trials of the same experiment share their compiled programs, from test to test too, unless they ask for new ones.
    """

    def train_one(
        builder: str = "dense",
        arrays: TrainingArrays | None = None,
        *,
        report: Callable[..., bool] = lambda _: True,
        experiment: dict[str, Any] | None = None,
        has_new_programs: bool = False,
        model: dict[str, Any] | None = None,
        **options: Any,
    ) -> TrialResult:
        content = {"builder": builder} | (experiment or {})
        chosen = make_experiment(**content) if has_new_programs else _kept_experiment(json.dumps(content, sort_keys=True))
        names = ("seed", "is_prunable", "is_pausable", "keep_if_better_than", "checkpoint_path")
        changes = {name: options.pop(name) for name in names if name in options}
        changes["checkpoint_path"] = str(changes.get("checkpoint_path", ""))
        path = tmp_path / f"{chosen.executor.trainer}.keras"
        return train_trial(chosen, make_assignment(path, model_arguments=model or {}, training=options, **changes), arrays or make_arrays(), report)

    return train_one
