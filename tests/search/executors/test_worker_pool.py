"""Worker processes: trials given ahead, epochs told together, and what is kept of a worker's programs."""

import os
import re
import signal
from dataclasses import replace

import keras
import pytest

from search.errors import WorkerError
from search.executors.local.process_host import ProcessHost
from search.executors.worker_pool import WorkerPool
from search.experiment.file import parse_experiment
from search.experiment.settings import TrainingSettings
from search.trial import Failure, TrialState
from tests.search.executors.conftest import CONTENT, assignment, fork_servers, forked_workers, train

LONG = TrainingSettings(epochs=1000, batch_size=1, optimizer="sgd")
"""So many steps that XLA pays."""


@pytest.fixture
def start(arrays, tmp_path):
    """Return a function that starts a pool of some workers; all are closed at the end."""
    pools = []

    def begin(n_workers, n_trials=100, *, epoch_timeout_seconds=300.0, kill_first=False, **sections):
        pools.append(pool := WorkerPool(ProcessHost(tmp_path / "logs", tmp_path / "programs")))
        executor = {"n_workers": n_workers, "epoch_timeout_seconds": epoch_timeout_seconds}
        content = CONTENT | sections | {"executor": executor, "search": {"n_trials": n_trials}}
        pool.start(parse_experiment(content, "toy"), arrays)
        if kill_first:
            fork_servers()[0].kill()
        pool.check()
        return pool

    yield begin
    for pool in pools:
        pool.close()


def all_ready(pool):
    """Wait until every worker is ready and has ended a trial."""
    while pool.n_free < pool.n_workers:
        pool.wait(lambda _: True)


def finish(pool, n):
    results = []
    while len(results) < n:
        results += pool.wait(lambda _: True)
    return results


def warmed(pool, tmp_path):
    """Have each worker end trials until the last ones compile nothing and are short."""
    all_ready(pool)
    for first in (100, 200, 300):
        for number in range(pool.n_workers):
            pool.submit(assignment(first + number, tmp_path))
        finish(pool, pool.n_workers)


def test_short_trials_are_taken_ahead_and_none_is_lost_with_a_worker(start, tmp_path):
    pool = start(2)
    warmed(pool, tmp_path)
    for number in range(4):
        pool.submit(replace(assignment(number, tmp_path), training=LONG))
    assert pool.n_free == 0
    victim = forked_workers()[0]
    os.kill(victim.pid, signal.SIGKILL)
    results = {result.number: result for result in finish(pool, 4)}
    assert sorted(results) == [0, 1, 2, 3]
    (failed,) = (result for result in results.values() if result.state is TrialState.FAILED)
    assert failed.failure is Failure.LOST
    assert "SIGKILL" in failed.reason


def test_a_worker_that_hangs_is_replaced(start, tmp_path):
    pool = start(1, model="tests.search.executors.stubborn:build", epoch_timeout_seconds=2.0)
    for attempt in range(2):
        result = train(pool, replace(assignment(0, tmp_path), model_arguments={"hangs": True}))
        assert (result.failure, result.worker) == (Failure.HUNG, "worker-0"), attempt
        assert "no epoch came from the worker process for 2 s" in result.reason
    assert train(pool, replace(assignment(1, tmp_path), model_arguments={})).state is TrialState.COMPLETE


def test_a_trial_that_runs_out_of_memory_fails_and_its_worker_is_recycled(start, tmp_path):
    pool = start(1, model="tests.search.executors.stubborn:build")
    (before,) = forked_workers()
    result = train(pool, replace(assignment(0, tmp_path), model_arguments={"n_units": 10**12}))
    assert result.failure is Failure.OUT_OF_MEMORY
    assert "out of memory" in result.reason
    assert train(pool, replace(assignment(1, tmp_path), model_arguments={})).state is TrialState.COMPLETE
    assert not before.is_running()


def test_workers_that_were_to_be_forked_by_a_killed_server_are_forked_by_another(start, tmp_path):
    pool = start(1, kill_first=True)
    assert train(pool, assignment(0, tmp_path)).state is TrialState.COMPLETE


def test_workers_outlive_their_fork_server(start, tmp_path):
    pool = start(1)
    (server,), (worker,) = fork_servers(), forked_workers()
    server.kill()
    assert train(pool, assignment(0, tmp_path)).state is TrialState.COMPLETE
    pool.submit(replace(assignment(1, tmp_path), training=LONG))
    worker.kill()
    (failed,) = finish(pool, 1)
    assert failed.failure is Failure.LOST
    assert train(pool, assignment(2, tmp_path)).state is TrialState.COMPLETE
    assert fork_servers() != [server]


def test_workers_that_cannot_start_end_the_pool(start, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "nonsense")
    with pytest.raises(WorkerError, match="cannot start"):
        start(1)


def test_a_trial_that_can_be_pruned_is_alone_with_its_worker(start, tmp_path):
    pool = start(2)
    warmed(pool, tmp_path)
    for number in range(2):
        pool.submit(assignment(number, tmp_path, is_prunable=True))
    assert pool.n_free == 0
    finish(pool, 2)


def test_a_single_worker_takes_nothing_ahead(start, tmp_path):
    pool = start(1)
    warmed(pool, tmp_path)
    pool.submit(assignment(0, tmp_path))
    assert pool.n_free == 0
    finish(pool, 1)


def test_every_epoch_is_told_in_order_before_the_result(start, tmp_path):
    pool, told = start(1), []

    def report(epoch):
        told.append(epoch.epoch)
        return True

    longer = assignment(0, tmp_path).training.model_copy(update={"epochs": 40})
    result = train(pool, replace(assignment(0, tmp_path), training=longer), report)
    assert told == list(range(1, 41))
    assert len(result.history) == 40


def test_a_trial_goes_to_the_worker_that_has_its_program(start, tmp_path):
    pool = start(2, model="tests.search.executors.test_worker_pool:build_loudly", space={"training": {"epochs": 2}})
    all_ready(pool)
    for dropout in (0.1, 0.2, 0.3):  # a value of the program
        for number, width in enumerate((3, 5)):
            pool.submit(replace(assignment(number, tmp_path), model_arguments={"width": width, "dropout": dropout}))
        finish(pool, 2)
        for number, width in enumerate((5, 3)):
            pool.submit(replace(assignment(number, tmp_path), model_arguments={"width": width, "dropout": dropout / 2}))
        finish(pool, 2)
    widths = [set(re.findall(r"width=(\d)", path.read_text())) - {"1"} for path in sorted((tmp_path / "logs").glob("worker-*"))]
    assert sorted(map(sorted, widths)) == [["3"], ["5"]]


def test_a_worker_with_room_trains_several_trials_at_once(start, arrays, tmp_path):
    alone = start(1)
    expected = train(alone, assignment(0, tmp_path))
    pool = start(1, model="tests.search.executors.roomy:build")
    assert (pool.n_workers, pool.n_free) == (1, 3)
    for number in range(3):
        pool.submit(assignment(number, tmp_path))
    assert pool.n_free == 0
    results = finish(pool, 3)
    assert {(result.trainer, result.reason) for result in results} == {("population", "")}
    assert [result.value for result in results] == [pytest.approx(expected.value, rel=1e-4)] * 3


def test_what_a_module_sets_at_import_for_its_thread_reaches_its_trials(start, tmp_path):
    pool = start(1, model="tests.search.executors.local:build")
    assert train(pool, assignment(0, tmp_path)).reason == ""


def test_workers_with_room_share_the_trials(start, tmp_path):
    pool = start(2, model="tests.search.executors.roomy:build")
    while pool.n_free < 6:
        pool.wait(lambda _: True)
    for number in range(4):
        pool.submit(assignment(number, tmp_path))
    results = finish(pool, 4)
    assert sorted(result.worker for result in results) == ["worker-0"] * 2 + ["worker-1"] * 2


def test_trials_that_wait_for_a_pruner_at_once_are_each_answered(start, tmp_path):
    pool = start(1, model="tests.search.executors.roomy:build")
    for number in range(3):
        pool.submit(assignment(number, tmp_path, is_prunable=True))
    results = []
    while len(results) < 3:
        results += pool.wait(lambda epoch: epoch.number != 1)
    assert {result.number: result.state for result in results} == {0: TrialState.COMPLETE, 1: TrialState.PRUNED, 2: TrialState.COMPLETE}


def test_a_dead_worker_has_failed_all_that_it_trained(start, tmp_path):
    pool = start(1, model="tests.search.executors.roomy:build")
    for number in range(3):
        pool.submit(replace(assignment(number, tmp_path), training=LONG))
    (victim,) = forked_workers()
    os.kill(victim.pid, signal.SIGKILL)
    results = finish(pool, 3)
    assert sorted(result.number for result in results) == [0, 1, 2]
    assert all("SIGKILL" in result.reason for result in results)


def build_loudly(input_shape, width=1, dropout=0.0):
    print(f"width={width}")
    layers = [keras.layers.Dense(width), keras.layers.Dropout(dropout), keras.layers.Dense(1, activation="sigmoid")]
    return keras.Sequential([keras.Input(input_shape), *layers])


@pytest.mark.slow
def test_what_xla_compiled_serves_the_next_run(start, tmp_path):
    written = []
    for run in range(2):
        pool = start(1, n_trials=1)
        assert train(pool, replace(assignment(run, tmp_path), training=LONG)).reason == ""
        pool.close()
        written.append({path.name: path.stat().st_mtime_ns for path in (tmp_path / "programs").iterdir()})
    assert written[0]
    assert written[0] == written[1]
