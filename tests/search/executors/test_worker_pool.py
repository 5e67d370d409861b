"""Worker processes: lost, hung and replaced ones, queued trials, and the programs that XLA keeps."""

from dataclasses import replace

import psutil
import pytest

from search.errors import WorkerError
from search.executors.local.process_host import ProcessHost
from search.executors.worker_pool import WorkerPool
from search.experiment.file import parse_experiment
from search.experiment.kept_modules import read_modules
from search.experiment.settings import TrainingSettings
from search.experiment.source_code import own_files
from search.trial import Failure, TrialState
from tests.search.executors.conftest import (
    CONTENT,
    SMALL,
    assignment,
    await_free,
    finish,
    fork_servers,
    forked_workers,
    free_worker,
    train,
    with_epochs,
)

LONG = TrainingSettings(epochs=1000, batch_size=1, optimizer="sgd")
"""So many steps that XLA pays."""


def test_workers_listen_nowhere(start):
    await_free(start(1))
    for process in (psutil.Process(), *fork_servers(), *forked_workers()):
        assert not [found for found in process.net_connections() if found.status == psutil.CONN_LISTEN], process.cmdline()


def test_short_trials_are_queued_and_none_is_lost_with_its_worker(start, tmp_path):
    pool = start(2)
    await_free(pool, 2)
    for first in (10, 20):  # a worker's first trial compiles and is not short
        for number in range(2):
            pool.submit(assignment(first + number, tmp_path))
        finish(pool, 2)
    for number in range(4):
        pool.submit(assignment(number, tmp_path, hangs=number < 2))
    assert pool.n_free == 0
    lost = []
    for victim in forked_workers():
        victim.kill()
        lost += finish(pool, 2)
    results = {result.number: result for result in lost}
    assert [results[number].failure for number in range(4)] == [Failure.LOST, Failure.LOST, None, None]
    assert "SIGKILL" in results[0].reason


def test_a_worker_that_hangs_is_replaced(start, tmp_path):
    pool = start(executor={"epoch_timeout_seconds": 2.0})
    hung = free_worker(pool)
    result = train(pool, assignment(0, tmp_path, hangs=True))
    assert (result.failure, result.worker) == (Failure.HUNG, "worker-0")
    assert "no epoch came from the worker process for 2 s" in result.reason
    assert free_worker(pool) != hung


@pytest.mark.slow
def test_a_replacement_that_hangs_once_ends_no_search(start, tmp_path):
    file = tmp_path / "hangs"
    space = {"model": {"file": str(file)}, "training": {"epochs": 1}}
    pool = start(model="tests.search.executors.small:build_hanging_once", space=space, executor={"start_timeout_seconds": 10.0})
    [worker] = forked_workers()
    await_free(pool)
    pool.submit(assignment(0, tmp_path, file=str(file), hangs=True))
    file.touch()
    worker.kill()
    [lost] = finish(pool, 1)
    assert lost.failure is Failure.LOST
    assert train(pool, assignment(1, tmp_path, file=str(file))).state is TrialState.COMPLETE
    assert not file.exists()


def test_a_builder_that_hangs_ends_the_start_after_a_limit(start):
    with pytest.raises(WorkerError, match=r"not ready after 2 s \(executor.start_timeout_seconds\).*worker-0.log"):
        start(model="tests.search.executors.small:build_hanging", executor={"start_timeout_seconds": 2.0})


@pytest.mark.slow
def test_a_trial_that_runs_out_of_memory_fails_and_its_worker_is_recycled(start, tmp_path):
    pool = start()
    before = free_worker(pool)
    result = train(pool, assignment(0, tmp_path, n_units=10**12))
    assert result.failure is Failure.OUT_OF_MEMORY
    assert "out of memory" in result.reason
    assert train(pool, assignment(1, tmp_path)).state is TrialState.COMPLETE
    assert not before.is_running()


def test_a_worker_is_replaced_after_its_number_of_trials(start, tmp_path):
    pool, workers = start(executor={"recycle_after_trials": 2}), []
    for number in range(3):
        workers.append(free_worker(pool))
        train(pool, assignment(number, tmp_path))
    assert workers[0] == workers[1] != workers[2]


def test_a_worker_is_replaced_when_its_memory_has_grown(start, tmp_path):
    pool, workers = start(executor={"recycle_growth_bytes": 2**27}), []
    for number, kept_bytes in enumerate((0, 2**28, 0)):
        workers.append(free_worker(pool))
        assert train(pool, assignment(number, tmp_path, kept_bytes=kept_bytes)).state is TrialState.COMPLETE
    assert workers[0] == workers[1] != workers[2]


def test_a_replaced_worker_trains_with_the_code_that_the_search_began_with(start, host, tmp_path, monkeypatch):
    file = tmp_path / "own_edited.py"
    file.write_text(
        "import tests.search.executors.small as small\n\ndef build(input_shape, hangs=False):\n    return small.build(input_shape, hangs)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with host.importing(read_modules(own_files(["own_edited"]))):
        pool = start(model="own_edited:build")
    worker = free_worker(pool)
    pool.submit(assignment(0, tmp_path, hangs=True))
    file.write_text("edited = True\n")
    worker.kill()
    [lost] = finish(pool, 1)
    assert lost.failure is Failure.LOST
    assert train(pool, assignment(1, tmp_path)).state is TrialState.COMPLETE


def test_closing_ends_busy_workers(start, tmp_path):
    pool = start()
    worker = free_worker(pool)
    pool.submit(assignment(0, tmp_path, hangs=True))
    pool.close()
    assert not worker.is_running()


@pytest.mark.slow
def test_workers_do_not_depend_on_the_fork_server_that_forked_them(arrays, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")  # which takes half the time of TensorFlow to import
    pool = WorkerPool(ProcessHost(tmp_path / "logs"))
    known = fork_servers()
    pool.start(parse_experiment(CONTENT | SMALL, "toy"), arrays)
    (first,) = set(fork_servers()) - set(known)
    first.kill()  # before it has imported the backend and forked a worker
    pool.check()
    (second,) = set(fork_servers()) - {*known, first}
    (worker,) = second.children()
    second.kill()
    assert train(pool, assignment(0, tmp_path)).state is TrialState.COMPLETE
    pool.submit(assignment(1, tmp_path, hangs=True))
    worker.kill()
    (failed,) = finish(pool, 1)
    assert failed.failure is Failure.LOST
    pool.close()


def test_workers_that_cannot_start_are_an_error(arrays, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "nonsense")
    pool = WorkerPool(ProcessHost(tmp_path / "logs"))
    pool.start(parse_experiment(CONTENT | SMALL, "toy"), arrays)
    with pytest.raises(WorkerError, match="cannot start"):
        pool.check()
    pool.close()


def test_values_that_a_module_sets_for_its_thread_at_import_reach_its_trials(start, tmp_path):
    pool = start(model="tests.search.executors.thread_local:build")
    assert train(pool, assignment(0, tmp_path)).reason == ""


@pytest.mark.slow
def test_a_worker_with_capacity_trains_several_trials_at_once_and_loses_them_together(start, tmp_path):
    alone = start(model="models.mlp:build_mlp")
    expected = train(alone, assignment(0, tmp_path, n_hidden=1))
    alone.close()
    pool = start(model="tests.search.executors.several:build")
    assert (pool.n_workers, pool.n_free) == (1, 3)
    for number in range(3):
        pool.submit(assignment(number, tmp_path, n_hidden=1))
    assert pool.n_free == 0
    results = finish(pool, 3)
    assert {(result.trainer, result.reason) for result in results} == {("population", "")}
    assert [result.value for result in results] == [pytest.approx(expected.value, rel=1e-4)] * 3

    for number in range(3):
        pool.submit(assignment(number, tmp_path, is_prunable=True, n_hidden=1))
    states = {result.number: result.state for result in finish(pool, 3, lambda epoch: epoch.number != 1)}
    assert states == {0: TrialState.COMPLETE, 1: TrialState.PRUNED, 2: TrialState.COMPLETE}

    for number in range(3):
        pool.submit(with_epochs(assignment(number, tmp_path, n_hidden=1), 10**6))
    (victim,) = forked_workers()
    victim.kill()
    results = finish(pool, 3)
    assert sorted(result.number for result in results) == [0, 1, 2]
    assert all("SIGKILL" in result.reason for result in results)


@pytest.mark.slow
@pytest.mark.usefixtures("forks")
def test_programs_that_xla_compiled_serve_the_next_run(arrays, tmp_path):
    written = []
    for run in range(2):
        pool = WorkerPool(ProcessHost(tmp_path / "logs", tmp_path / "programs"))
        pool.start(parse_experiment(CONTENT, "toy"), arrays)
        pool.check()
        assert train(pool, replace(assignment(run, tmp_path, n_hidden=1), training=LONG)).reason == ""
        pool.close()
        written.append({path.name: path.stat().st_mtime_ns for path in (tmp_path / "programs").iterdir()})
    assert written[0]
    assert written[0] == written[1]
