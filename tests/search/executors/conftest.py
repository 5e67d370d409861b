"""Toy arrays for executors, a host whose fork server serves many pools, and functions that train trials."""

import contextlib
import logging
import os
from dataclasses import replace
from unittest import mock

import numpy as np
import psutil
import pytest

from search.data.arrays import TrainingArrays
from search.executors.local.process_host import ProcessHost
from search.executors.ray_cluster.actor_host import ActorHost
from search.executors.ray_cluster.connection import import_ray
from search.executors.worker_pool import WorkerPool
from search.experiment.file import parse_experiment
from search.trial import Assignment
from tests.preloaded import preloaded_servers

CONTENT = {
    "name": "toy",
    "model": "models.mlp:build_mlp",
    "data": {"loader": "experiments.datasets:diabetes"},
    "space": {"model": {"n_hidden": 1}, "training": {"epochs": 2}},
    "objective": {"metric": "val_loss", "direction": "minimize"},
    "executor": {"n_workers": 1},
}
EXPERIMENT = parse_experiment(CONTENT, "toy")
SMALL = {"model": "tests.search.executors.small:build", "space": {"training": {"epochs": 1}}}
"""Sections of an experiment whose trials take a tenth of a second, for tests of the workers and not of their training."""


@pytest.fixture(scope="session")
def host(tmp_path_factory, preloaded):
    """A host whose fork servers are forked from a process that has imported the backend."""
    folder = tmp_path_factory.mktemp("host")
    return PreloadedHost(preloaded, folder / "logs", folder / "programs")


class PreloadedHost(ProcessHost):
    """The host; it serves any number of pools, one after another."""

    def __init__(self, preloaded, logs, programs):
        super().__init__(logs, programs)
        self._preloaded = preloaded

    def start_worker(self, share, name):
        with self._preloaded.in_place():
            return super().start_worker(share, name)

    @contextlib.contextmanager
    def importing(self, modules):
        """Let the workers that are started in a block import these modules as they were read."""
        with mock.patch.object(self, "_modules", modules):
            yield


@pytest.fixture(scope="session")
def arrays(tmp_path_factory):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 3)).astype("float32"), rng.integers(0, 2, (40, 1)).astype("float32")
    folder = tmp_path_factory.mktemp("arrays")
    TrainingArrays(x_train=x, y_train=y, x_validation=x, y_validation=y, task="binary", n_outputs=1).save(folder)
    return folder


@pytest.fixture
def start(host, arrays):
    """Return a function that starts a pool of workers of this machine; all pools are closed at the end."""
    pools = []

    def start_pool(n_workers=1, *, executor=(), **sections):
        pools.append(pool := WorkerPool(host))
        pool.start(parse_experiment(CONTENT | SMALL | sections | {"executor": {"n_workers": n_workers} | dict(executor)}, "toy"), arrays)
        pool.check()
        return pool

    yield start_pool
    for pool in pools:
        pool.close()


class LightActorHost(ActorHost):
    """A host whose actors import JAX, which takes half the time of TensorFlow's import."""

    def start_worker(self, share, name):
        with mock.patch.dict(os.environ, {"KERAS_BACKEND": "jax"}):
            return super().start_worker(share, name)


@pytest.fixture(scope="module")
def ray(cluster):
    """Ray, connected to the cluster for all tests of a file."""
    ray = import_ray()
    ray.init(address=cluster.address, log_to_driver=False, logging_level=logging.ERROR)
    yield ray
    ray.shutdown()


def assignment(number, folder, *, is_prunable=False, **model_arguments):
    return Assignment(
        number=number,
        params={},
        model_arguments=model_arguments,
        training=EXPERIMENT.space.training_settings({}),
        seed=0,
        is_prunable=is_prunable,
        keep_if_better_than=None,
        model_path=str(folder / f"{number}.keras"),
    )


def with_epochs(trial, epochs):
    return replace(trial, training=trial.training.model_copy(update={"epochs": epochs}))


def goes_on(_report):
    return True


def await_free(executor, n=1, report=goes_on):
    """Wait until some trials can be submitted."""
    while executor.n_free < n:
        executor.wait(report)


def finish(executor, n, report=goes_on):
    """Wait for the results of some trials."""
    results = []
    while len(results) < n:
        results += executor.wait(report)
    return results


def train(executor, trial, report=goes_on):
    """Train one trial while no other runs."""
    await_free(executor, report=report)
    executor.submit(trial)
    return finish(executor, 1, report)[0]


def fork_servers():
    """Return the processes that fork workers for this one, but the one that packages champions."""
    started = [child for child in psutil.Process().children() if "search.executors.local.fork_server" in " ".join(child.cmdline())]
    return [*started, *preloaded_servers()]


def forked_workers():
    """Return the worker processes of all pools."""
    return [worker for server in fork_servers() for worker in server.children()]


def free_worker(executor):
    """Return the only worker process, once it is ready."""
    await_free(executor)
    (worker,) = forked_workers()
    return worker
