"""Actors: the copy of the arrays in the object store, the files that return from nodes, and lost actors."""

import re
from dataclasses import replace

import keras
import numpy as np
import pytest

from search.executors.in_process import InProcessExecutor
from search.executors.worker_pool import WorkerPool
from search.experiment.file import parse_experiment
from search.trial import Failure, TrialState
from tests.search.executors.conftest import CONTENT, LightActorHost, assignment, await_free, finish, train, with_epochs

NETWORK = CONTENT | {"model": "tests.search.executors.small:build", "space": {"training": {"epochs": 2}}}
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


@pytest.fixture(scope="module")
def deaths(tmp_path_factory):
    """A folder: a trial whose number is the name of a file in it kills its actor."""
    return tmp_path_factory.mktemp("deaths")


@pytest.fixture(scope="module")
def pool(ray, arrays, deaths, tmp_path_factory):
    """Two actors that share the CPU of the cluster; callbacks write a file, another one in place of a checkpoint, and may kill an actor."""
    callbacks = [
        {"use": "keras.callbacks:CSVLogger", "filename": "epochs.csv"},
        {"use": "keras.callbacks:CSVLogger", "filename": "{study_folder}/checkpoints/{trial}.npz", "append": True},
        {"use": "tests.search.executors.deadly:Deadly", "filename": f"{deaths}/{{trial}}"},
    ]
    pool = WorkerPool(LightActorHost(tmp_path_factory.mktemp("programs")))
    executor = {"n_workers": 2, "callback_folders": [str(deaths)]}
    pool.start(parse_experiment(NETWORK | {"executor": executor, "callbacks": callbacks}, "toy"), arrays)
    pool.check()
    yield pool
    pool.close()


def study_assignment(number, folder, **model_arguments):
    """A trial with its paths as a study has them."""
    return replace(
        assignment(number, folder, **model_arguments),
        model_path=str(folder / "models" / str(number)),
        checkpoint_path=str(folder / "checkpoints" / f"{number}.npz"),
    )


@pytest.mark.slow
def test_models_and_what_callbacks_write_come_back_from_the_node(pool, tmp_path):
    result = train(pool, study_assignment(3, tmp_path))
    assert result.model_path == str(tmp_path / "models" / "3.keras")
    with np.load(tmp_path / "models" / "3.expected.npz") as answers:
        assert len(answers["outputs"]) == 40
    assert keras.saving.load_model(result.model_path, safe_mode=True).count_params() == result.n_parameters
    assert len((tmp_path / "callbacks" / "3" / "epochs.csv").read_text().splitlines()) == 3
    assert re.match(r"worker-[01] on ", result.worker)


@pytest.mark.slow
def test_a_local_cluster_listens_on_loopback_only_and_has_a_token(shell):
    found = shell.python(LISTENING)
    assert found.splitlines()[-1] == "['127.0.0.1'] token 64"


@pytest.mark.slow
def test_more_workers_than_cpus_share_them_and_one_copy_of_the_arrays_and_train_as_this_process_does(pool, arrays, tmp_path):
    from ray._private.internal_api import memory_summary
    from ray._private.worker import global_worker

    here = InProcessExecutor()
    here.start(parse_experiment(NETWORK, "toy"), arrays)
    network = {"n_units": 3, "initializer": "ones"}  # which is equal on all backends
    expected = train(here, assignment(0, tmp_path, **network))

    await_free(pool, 2)
    summary = memory_summary(global_worker.node.address, stats_only=True)
    assert "1 objects" in summary, summary
    for number in range(2):
        pool.submit(study_assignment(number, tmp_path, **network))
    for found in finish(pool, 2):
        assert [epoch["loss"] for epoch in found.history] == pytest.approx([epoch["loss"] for epoch in expected.history], rel=1e-4)


@pytest.mark.slow
def test_a_trial_whose_actor_dies_goes_on_elsewhere_with_its_newest_checkpoint(pool, deaths, tmp_path):
    trial = with_epochs(replace(study_assignment(5, tmp_path), is_prunable=True), 3)
    (deaths / "5").touch()
    lost = train(pool, trial)
    assert (lost.number, lost.failure) == (5, Failure.LOST)
    first = (tmp_path / "checkpoints" / "5.npz").read_text()
    assert first
    assert train(pool, replace(trial, attempt=2)).state is TrialState.COMPLETE
    assert (tmp_path / "checkpoints" / "5.npz").read_text().startswith(first)
