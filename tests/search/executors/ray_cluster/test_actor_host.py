"""Actors: the copy of the arrays in the object store, the files that return from nodes, and lost actors."""

from dataclasses import replace

import keras
import numpy as np
import psutil
import pytest

from search.executors.ray_cluster.actor_host import ActorHost
from search.executors.worker_pool import WorkerPool
from search.experiment.file import parse_experiment
from search.trial import Failure, TrialState
from tests.search.executors.conftest import CONTENT, assignment, await_free, finish, train

LISTENING = """
import os, psutil
from search.executors.ray_cluster.connection import connect, import_ray
ray = import_ray()
connect(ray)
@ray.remote
def process():
    return os.getpid()
ray.get(process.remote())
family = psutil.Process().children(recursive=True) + [psutil.Process()]
listening = [found.laddr.ip for process in family for found in process.net_connections() if found.status == psutil.CONN_LISTEN]
print(sorted({address.removeprefix("::ffff:") for address in listening}), os.environ["RAY_AUTH_MODE"], len(os.environ["RAY_AUTH_TOKEN"]))
ray.shutdown()
"""


@pytest.fixture
def start(ray_cluster, arrays, tmp_path):
    """Return a function that starts actors; all are closed at the end."""
    pools = []

    def start_pool(n_workers=1, **sections):
        pools.append(pool := WorkerPool(ActorHost(tmp_path / "programs")))
        pool.start(parse_experiment(CONTENT | {"executor": {"n_workers": n_workers}} | sections, "toy"), arrays)
        pool.check()
        return pool

    yield start_pool
    for pool in pools:
        pool.close()


def study_assignment(number, folder):
    """A trial with its paths as a study has them."""
    return replace(
        assignment(number, folder, n_hidden=1),
        model_path=str(folder / "models" / str(number)),
        checkpoint_path=str(folder / "checkpoints" / f"{number}.npz"),
    )


def test_models_and_what_callbacks_write_come_back_from_the_node(start, tmp_path):
    logger = {"use": "keras.callbacks:CSVLogger", "filename": "epochs.csv"}
    pool = start(callbacks=[logger])
    result = train(pool, study_assignment(3, tmp_path))
    assert result.model_path == str(tmp_path / "models" / "3.keras")
    with np.load(tmp_path / "models" / "3.expected.npz") as answers:
        assert len(answers["outputs"]) == 40
    assert keras.saving.load_model(result.model_path, safe_mode=True).count_params() == result.n_parameters
    assert len((tmp_path / "callbacks" / "3" / "epochs.csv").read_text().splitlines()) == 3
    assert result.worker.startswith("worker-0 on ")


@pytest.mark.slow
def test_a_local_cluster_listens_on_loopback_only_and_has_a_token(shell):
    found = shell.python(LISTENING)
    assert found.splitlines()[-1] == "['127.0.0.1'] token 64"


def kill_actor():
    """End the only actor as a machine's fault would."""
    [victim] = [child for child in psutil.Process().children(recursive=True) if child.name().startswith("ray::RayWorker")]
    victim.kill()


@pytest.mark.slow
def test_a_trial_whose_actor_dies_goes_on_elsewhere_with_its_newest_checkpoint(start, tmp_path):
    stand_in = {"use": "keras.callbacks:CSVLogger", "filename": "{study_folder}/checkpoints/{trial}.npz", "append": True}
    pool, trial = start(callbacks=[stand_in]), replace(study_assignment(5, tmp_path), is_prunable=True)

    def report(epoch):
        if epoch.epoch == 2:
            kill_actor()
        return True

    pool.submit(trial)
    [lost] = finish(pool, 1, report)
    assert (lost.number, lost.failure) == (5, Failure.LOST)
    first = (tmp_path / "checkpoints" / "5.npz").read_text()
    assert first
    assert train(pool, replace(trial, attempt=2)).state is TrialState.COMPLETE
    assert (tmp_path / "checkpoints" / "5.npz").read_text().startswith(first)


@pytest.mark.slow
def test_more_workers_than_cpus_share_them_and_one_copy_of_the_arrays_and_train_as_a_local_worker_does(start, host, arrays, tmp_path):
    from ray._private.internal_api import memory_summary
    from ray._private.worker import global_worker

    here = WorkerPool(host)
    here.start(parse_experiment(CONTENT, "toy"), arrays)
    here.check()
    expected = train(here, assignment(0, tmp_path, n_hidden=1))
    here.close()

    pool = start(3)
    await_free(pool, 3)
    summary = memory_summary(global_worker.node.address, stats_only=True)
    assert "1 objects" in summary, summary
    for number in range(3):
        pool.submit(assignment(number, tmp_path, n_hidden=1))
    for found in finish(pool, 3):
        assert [epoch["loss"] for epoch in found.history] == pytest.approx([epoch["loss"] for epoch in expected.history], rel=1e-4)
