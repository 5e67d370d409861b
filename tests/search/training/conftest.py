"""Small data of each task, and one call that trains one trial."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from search.data.arrays import TrainingArrays
from search.experiment.file import parse_experiment
from search.experiment.settings import TrainingSettings
from search.training.context import TrainingContext
from search.training.run import train_trial
from search.trial import Assignment, EpochReport, TrialResult

BUILDERS = "tests.search.training.builders"
OBJECTIVES = {"maximize": ("accuracy", "auc", "r2")}


def make_arrays(task: str = "binary", n_train: int = 70, shape: tuple[int, ...] = (5,)) -> TrainingArrays:
    """Targets follow from the features, so that there is something to learn; 33 rows of validation."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=(n_train + 33, *shape)).astype("float32")
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


@pytest.fixture
def train(tmp_path: Path) -> Callable[..., TrialResult]:
    """Train one trial of a builder in `builders.py`; the model is kept in ``tmp_path``."""

    def train_one(
        builder: str = "dense",
        arrays: TrainingArrays | None = None,
        *,
        report: Callable[[EpochReport], bool] = lambda _: True,
        keep_if_better_than: float | None = None,
        seed: int = 7,
        is_prunable: bool = False,
        checkpoint_path: Path | str = "",
        model: dict[str, Any] | None = None,
        experiment: dict[str, Any] | None = None,
        **settings: Any,
    ) -> TrialResult:
        chosen = make_experiment(builder, **(experiment or {}))
        assignment = Assignment(
            number=3,
            params={},
            model_arguments=model or {},
            training=TrainingSettings(**({"epochs": 5} | settings)),
            seed=seed,
            is_prunable=is_prunable,
            keep_if_better_than=keep_if_better_than,
            model_path=str(tmp_path / f"{chosen.executor.trainer}.keras"),
            checkpoint_path=str(checkpoint_path),
        )
        return train_trial(TrainingContext(chosen, arrays or make_arrays()), assignment, report)

    return train_one
