"""The measured tasks: data, network, search space, number of trials and of epochs."""

import dataclasses
import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Trial = dict[str, Any]
"""The searched hyperparameters by name."""

_BATCH_SIZES = (32, 64, 16, 128)
"""The batch sizes of successive trials, the middle ones first."""


def dense_space(low: int = 4, high: int = 100) -> dict[str, Any]:
    """Return the searched arguments of the dense network, as in an experiment file.

    Args:
        low: Smallest number of neurons of a hidden layer. Defaults to 4.
        high: Largest number of neurons. Defaults to 100.
    """
    return {
        "n_hidden": {"type": "int", "low": 0, "high": 3},
        "n_neurons": {"type": "int", "low": low, "high": high},
        "activation": {"type": "categorical", "choices": ["relu", "tanh", "sigmoid", "elu"]},
    }


def training_space() -> dict[str, Any]:
    """Return the searched training settings."""
    return {
        "learning_rate": {"type": "float", "low": 1e-3, "high": 1.0, "log": True},
        "batch_size": {"type": "categorical", "choices": sorted(_BATCH_SIZES)},
    }


@dataclass(frozen=True, kw_only=True)
class Task:
    """One search that every runner does.

    Attributes:
        name: Its name.
        loader: Reference to the data set's function.
        data: Arguments of that function. Defaults to none.
        model: Reference to the model's builder. Defaults to the dense network.
        fixed: Arguments of the builder that are not searched. Defaults to none.
        model_space: Arguments of the builder that are searched. Defaults to `dense_space`.
        training_space: Training settings that are searched. Defaults to `training_space`.
        n_trials: Number of trials of a search.
        n_few: Number of trials of slow runners with ``--quick``.
        epochs: Number of epochs of a trial.
        excluded: Numbers of drawn trials that are excluded because their loss does not stay finite. Defaults to none.
    """

    name: str
    loader: str
    data: Mapping[str, Any] = field(default_factory=dict)
    model: str = "models.mlp:build_mlp"
    fixed: Mapping[str, Any] = field(default_factory=dict)
    model_space: Mapping[str, Any] = field(default_factory=dense_space)
    training_space: Mapping[str, Any] = field(default_factory=training_space)
    n_trials: int
    n_few: int
    epochs: int
    excluded: tuple[int, ...] = ()

    @property
    def space(self) -> dict[str, Any]:
        """All searched hyperparameters."""
        return {**self.model_space, **self.training_space}

    def is_model_argument(self, name: str) -> bool:
        """Return whether a hyperparameter is an argument of the builder rather than a training setting."""
        return name in self.model_space


_FASHION = "experiments.datasets:fashion_mnist"
TASKS = {
    task.name: task
    for task in (
        # The model trains on all 265 rows outside the test part, and is validated on the test part: nothing is selected here.
        Task(name="diabetes", loader="experiments.datasets:diabetes", data={"validation": "test"}, n_trials=40, n_few=4, epochs=30),
        Task(name="housing", loader="experiments.datasets:california_housing", n_trials=12, n_few=1, epochs=30, excluded=(1, 8, 12)),
        Task(name="fashion", loader=_FASHION, model_space=dense_space(32, 300), n_trials=6, n_few=2, epochs=5),
        Task(
            name="lenet",
            loader=_FASHION,
            model="models.convolutional:build_lenet",
            fixed={"activation": "relu", "pooling": "max", "initializer": "auto"},
            model_space={},
            n_trials=3,
            n_few=1,
            epochs=2,
        ),
        Task(
            name="images",
            loader="experiments.benchmarks.generated:images",
            model="models.convnet:build_convnet",
            fixed={"n_blocks": 2, "n_maps": 12, "normalization": "batch", "flip": "horizontal", "n_neurons": 32},
            model_space={"dropout": {"type": "float", "low": 0.1, "high": 0.5}},
            n_trials=4,
            n_few=1,
            epochs=4,
        ),
        Task(
            name="text",
            loader="experiments.benchmarks.generated:words",
            model="models.text:build_text",
            fixed={"vocabulary_size": 5001, "reader": "gru", "n_dimensions": 16, "n_units": 16},
            model_space={"dropout": {"type": "float", "low": 0.1, "high": 0.5}},
            n_trials=4,
            n_few=1,
            epochs=4,
        ),
    )
}

GPU_TRIALS = {"diabetes": (1_000, 40), "fashion": (200, 8)}
"""Number of trials on a GPU: of a search, and of a slow runner."""


def on_gpu(task: Task) -> Task:
    """Return the task with its number of trials on a GPU."""
    n_trials, n_few = GPU_TRIALS.get(task.name, (task.n_trials, task.n_few))
    return dataclasses.replace(task, n_trials=n_trials, n_few=n_few)


def overhead(n_trials: int) -> Task:
    """Return a task whose training takes almost no time: a scikit-learn estimator that predicts a constant.

    Args:
        n_trials: Number of trials of the search.
    """
    constant = {"constant": {"type": "float", "low": -1.0, "high": 1.0}}
    loader, model = "experiments.datasets:linear_target", "sklearn.dummy:DummyRegressor"
    return Task(
        name=f"overhead-{n_trials}",
        loader=loader,
        model=model,
        fixed={"strategy": "constant"},
        model_space=constant,
        training_space={},
        n_trials=n_trials,
        n_few=n_trials,
        epochs=1,
    )


def draw(task: Task, seed: int = 0) -> list[Trial]:
    """Draw a task's trials from its space.

    Successive trials have the batch sizes in a fixed cycle, since a search's time depends on them most: so the first trials are as
    fair a sample as the whole list.

    Args:
        task: The task.
        seed: Seed of the draw. Defaults to 0.

    Returns:
        ``task.n_trials`` sets of hyperparameters, always the same ones for the same arguments.
    """
    rng = np.random.default_rng(seed)
    drawn = [{name: _value(spec, rng) for name, spec in task.space.items()} for _ in range(task.n_trials + len(task.excluded))]
    trials = [trial for number, trial in enumerate(drawn) if number not in task.excluded]
    if "batch_size" not in task.training_space:
        return trials
    return [trial | {"batch_size": size} for trial, size in zip(trials, itertools.cycle(_BATCH_SIZES), strict=False)]


def _value(spec: Mapping[str, Any], rng: np.random.Generator) -> Any:
    if spec["type"] == "categorical":
        return spec["choices"][int(rng.integers(len(spec["choices"])))]
    if spec["type"] == "int":
        return int(rng.integers(spec["low"], spec["high"] + 1))
    if spec.get("log"):
        return math.exp(rng.uniform(math.log(spec["low"]), math.log(spec["high"])))
    return float(rng.uniform(spec["low"], spec["high"]))
