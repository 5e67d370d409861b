"""Toy arrays for executors, and one call that trains one trial."""

import logging

import numpy as np
import psutil
import pytest

from search.data.arrays import TrainingArrays
from search.experiment.file import parse_experiment
from search.trial import Assignment

CONTENT = {
    "name": "toy",
    "model": "models.mlp:build_mlp",
    "data": {"loader": "experiments.datasets:diabetes"},
    "space": {"model": {"n_hidden": 1}, "training": {"epochs": 2}},
    "objective": {"metric": "val_loss", "direction": "minimize"},
    "executor": {"n_workers": 1, "recycle_after_trials": 2},
}
EXPERIMENT = parse_experiment(CONTENT, "toy")


@pytest.fixture(scope="module")
def ray_cluster():
    """A Ray cluster of one node with two CPUs, for all tests of a file."""
    from search.executors.ray_cluster.connection import import_ray

    ray = import_ray()
    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
    yield ray
    ray.shutdown()


@pytest.fixture
def arrays(tmp_path):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 3)).astype("float32"), rng.integers(0, 2, (40, 1)).astype("float32")
    folder = tmp_path / "arrays"
    TrainingArrays(x_train=x, y_train=y, x_validation=x, y_validation=y, task="binary", n_outputs=1).save(folder)
    return folder


def assignment(number, tmp_path, *, is_prunable=False, n_hidden=1):
    return Assignment(
        number=number,
        params={},
        model_arguments={"n_hidden": n_hidden},
        training=EXPERIMENT.space.training_settings({}),
        seed=0,
        is_prunable=is_prunable,
        keep_if_better_than=None,
        model_path=str(tmp_path / f"{number}.keras"),
    )


def await_free(executor, report=lambda _: True):
    while not executor.n_free:
        executor.wait(report)


def train(executor, assignment, report=lambda _: True):
    await_free(executor, report)
    executor.submit(assignment)
    results = []
    while not results:
        results = executor.wait(report)
    return results[0]


def fork_servers():
    """The processes of this one that fork workers."""
    return [child for child in psutil.Process().children() if "search.executors.local.fork_server" in " ".join(child.cmdline())]


def forked_workers():
    """The worker processes of all pools."""
    return [worker for server in fork_servers() for worker in server.children()]


def free_worker(executor):
    """The only worker process of a pool, once it is ready."""
    await_free(executor)
    (worker,) = forked_workers()
    return worker
