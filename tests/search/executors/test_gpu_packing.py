import pytest

from search.executors.device_share import DeviceShare
from search.executors.gpu_packing import GpuPacking, n_workers_that_fit
from search.executors.worker_handle import WorkerHandle
from search.experiment.executor_section import ExecutorSection
from search.trial import TrialResult, TrialState

GIB = 2**30


def gpu_worker(number, capacity=1):
    worker = WorkerHandle(DeviceShare("gpu", str(number), 4), f"worker-{number}", None)
    worker.device_bytes, worker.capacity = 16 * GIB, capacity
    return worker


def result(peak_bytes):
    return TrialResult(number=0, state=TrialState.COMPLETE, value=0.0, peak_bytes=peak_bytes)


@pytest.mark.parametrize(("peak", "n_threads", "expected"), [(2 * GIB, 8, 6), (2 * GIB, 4, 4), (15 * GIB, 8, 1), (0, 8, 1)])
def test_memory_and_threads_bound_the_workers_of_a_gpu(peak, n_threads, expected):
    assert n_workers_that_fit(peak, 16 * GIB, n_threads) == expected


def test_it_decides_once_by_the_largest_trial_when_every_gpu_has_ended_one():
    packing, workers = GpuPacking(ExecutorSection()), [gpu_worker(0), gpu_worker(1)]
    assert packing.update(workers[0], result(1 * GIB), workers) == []
    divided = packing.update(workers[1], result(4 * GIB), workers)
    assert [worker.name for worker, _ in divided] == ["worker-0", "worker-1"]
    assert all([share.memory_fraction for share in shares] == [1 / 3] * 3 for _, shares in divided)
    assert packing.update(workers[0], result(1 * GIB), workers) == []


def test_a_worker_that_trains_side_by_side_stays_alone():
    worker = gpu_worker(0, capacity=16)
    assert GpuPacking(ExecutorSection()).update(worker, result(1 * GIB), [worker]) == []


@pytest.mark.parametrize("keys", [{"workers_per_device": 1}, {"n_workers": 1}])
def test_a_number_that_the_user_gave_stands(keys):
    worker = gpu_worker(0)
    assert GpuPacking(ExecutorSection(**keys)).update(worker, result(1 * GIB), [worker]) == []
