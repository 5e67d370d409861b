"""What every executor does, with real training."""

from dataclasses import replace

import psutil
import pytest

from search.errors import ExperimentError, UnknownReferenceError
from search.executors.in_process import InProcessExecutor
from search.executors.local.process_host import ProcessHost
from search.executors.ray_cluster.actor_host import ActorHost
from search.executors.worker_pool import WorkerPool
from search.experiment.file import parse_experiment
from search.trial import TrialState
from tests.search.executors.conftest import CONTENT, EXPERIMENT, assignment, free_worker, train


@pytest.fixture(params=["in-process", "workers", "ray"])
def executor(request, tmp_path):
    if request.param == "ray":
        request.getfixturevalue("ray_cluster")
    makers = {
        "in-process": InProcessExecutor,
        "workers": lambda: WorkerPool(ProcessHost(tmp_path / "logs")),
        "ray": lambda: WorkerPool(ActorHost(tmp_path / "programs")),
    }
    executor = makers[request.param]()
    yield executor
    executor.close()


def test_trials_are_trained_one_after_another_with_equal_results(executor, arrays, tmp_path):
    executor.start(EXPERIMENT, arrays)
    executor.check()
    assert executor.n_workers == executor.n_free == 1
    results = [train(executor, assignment(number, tmp_path)) for number in range(3)]
    assert [(result.number, result.state) for result in results] == [(number, TrialState.COMPLETE) for number in range(3)]
    assert len({result.value for result in results}) == 1
    assert (tmp_path / "0.keras").is_file()


def test_every_epoch_is_reported_and_an_answer_prunes(executor, arrays, tmp_path):
    executor.start(EXPERIMENT, arrays)
    executor.check()
    reported = []

    def report(epoch):
        reported.append((epoch.number, epoch.epoch))
        return False

    assert train(executor, assignment(7, tmp_path, is_prunable=True), report).state is TrialState.PRUNED
    assert reported == [(7, 1)]


def test_a_wrong_argument_is_told_before_any_trial(executor, arrays):
    wrong = parse_experiment(CONTENT | {"space": {"model": {"n_hiden": 1}}}, "toy")
    executor.start(wrong, arrays)
    with pytest.raises(ExperimentError, match='did you mean "n_hidden"'):
        executor.check()


def test_a_wrong_reference_is_told_before_any_trial(executor, arrays):
    executor.start(parse_experiment(CONTENT | {"model": "models.mlp:build_mpl"}, "toy"), arrays)
    with pytest.raises(UnknownReferenceError, match="build_mlp"):
        executor.check()


def test_closing_twice_is_allowed(executor, arrays):
    executor.start(EXPERIMENT, arrays)
    executor.close()
    executor.close()


def test_a_worker_is_replaced_after_its_number_of_trials(arrays, tmp_path):
    pool = WorkerPool(ProcessHost(tmp_path / "logs"))
    pool.start(EXPERIMENT, arrays)
    pool.check()
    workers = []
    for number in range(3):
        workers.append(free_worker(pool))
        train(pool, assignment(number, tmp_path))
    pool.close()
    assert workers[0] == workers[1] != workers[2]


def test_a_worker_is_replaced_when_its_memory_has_grown(arrays, tmp_path):
    content = CONTENT | {"model": "tests.search.executors.stubborn:build", "executor": {"n_workers": 1, "recycle_growth_bytes": 2**29}}
    pool = WorkerPool(ProcessHost(tmp_path / "logs"))
    pool.start(parse_experiment(content, "toy"), arrays)
    pool.check()
    workers = []
    for number, kept_bytes in enumerate((0, 2**30, 0)):
        workers.append(free_worker(pool))
        assert train(pool, replace(assignment(number, tmp_path), model_arguments={"kept_bytes": kept_bytes})).state is TrialState.COMPLETE
    pool.close()
    assert workers[0] == workers[1] != workers[2]


def test_closing_leaves_no_process(arrays, tmp_path):
    before = set(psutil.Process().children())
    pool = WorkerPool(ProcessHost(tmp_path / "logs"))
    pool.start(EXPERIMENT, arrays)
    pool.check()
    pool.submit(assignment(0, tmp_path))
    pool.close()
    assert set(psutil.Process().children()) == before


def test_trials_in_this_process_share_programs(arrays, tmp_path):
    executor = InProcessExecutor()
    executor.start(EXPERIMENT, arrays)
    executor.check()
    first, second = (train(executor, assignment(number, tmp_path)) for number in range(2))
    assert second.seconds < first.seconds / 2
