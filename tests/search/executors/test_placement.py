"""The worker of a trial, chosen from the state of the workers."""

from pathlib import Path

from search.executors.device_share import DeviceShare
from search.executors.placement import choose_worker, n_acceptable
from search.executors.worker_handle import WorkerHandle, program_key
from tests.search.executors.conftest import assignment


def trial(number=0, **options):
    return assignment(number, Path(), **options)


def worker(number=0, n_running=0, *, capacity=1, last_seconds=0.1, is_prunable=False, compiled=()):
    """A ready worker that trains some trials."""
    worker = WorkerHandle(DeviceShare("cpu", "", 1), f"worker-{number}", None)
    worker.is_ready, worker.capacity, worker.last_seconds = True, capacity, last_seconds
    worker.assignments = {index: trial(index, is_prunable=is_prunable) for index in range(n_running)}
    worker.compiled = {program_key(trial(**arguments)) for arguments in compiled}
    return worker


def test_a_worker_takes_nothing_before_it_is_ready():
    starting = worker()
    starting.is_ready = False
    assert n_acceptable(starting, 2) == 0


def test_a_free_worker_takes_as_many_trials_as_it_trains_at_once():
    assert [n_acceptable(worker(n_running=n, capacity=3), 1) for n in range(4)] == [3, 2, 1, 0]


def test_a_trial_is_queued_behind_a_short_one():
    assert n_acceptable(worker(n_running=1), 2) == 1
    assert n_acceptable(worker(n_running=2), 2) == 0
    assert n_acceptable(worker(n_running=1, last_seconds=1.5), 2) == 0


def test_nothing_is_queued_behind_a_trial_that_can_be_pruned():
    assert n_acceptable(worker(n_running=1, is_prunable=True), 2) == 0


def test_a_single_worker_queues_nothing():
    assert n_acceptable(worker(n_running=1), 1) == 0


def test_a_worker_that_is_replaced_soon_finishes_its_trials_only():
    old = worker(n_running=1, capacity=3)
    old.recycle_soon = True
    assert n_acceptable(old, 2) == 0
    old.assignments.clear()
    assert n_acceptable(old, 2) == 3


def test_a_worker_that_trains_at_once_comes_before_one_that_queues():
    busy, free = worker(0, n_running=1, compiled=[{}]), worker(1)
    assert choose_worker(trial(), [busy, free]) is free


def test_trials_are_shared_by_used_capacity():
    workers = [worker(0, n_running=2, capacity=3), worker(1, n_running=1, capacity=3)]
    assert choose_worker(trial(), workers) is workers[1]


def test_a_trial_goes_to_the_worker_that_has_compiled_its_program():
    workers = [worker(0, compiled=[{"width": 3, "dropout": 0.1}]), worker(1, compiled=[{"width": 5, "dropout": 0.1}])]
    assert choose_worker(trial(width=3, dropout=0.2), workers) is workers[0]  # the dropout rate is a value of the program
    assert choose_worker(trial(width=5, dropout=0.2), workers) is workers[1]
