import os

import pytest

from search.errors import ExperimentError
from search.executors.device_share import MEMORY_FRACTION, DeviceShare
from search.executors.devices import divide_devices
from search.experiment.executor_section import ExecutorSection
from tests import nvml


@pytest.fixture
def two_gpus(monkeypatch):
    nvml.install(monkeypatch, "NVIDIA A100", "NVIDIA A100")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def shares(**keys):
    return divide_devices(ExecutorSection(**keys))


def places(**keys):
    """The device of each worker: a GPU's index, or an empty text for the CPU."""
    return [share.gpu for share in shares(**keys)]


def test_every_gpu_gets_a_worker(two_gpus):
    assert [(share.kind, share.gpu) for share in shares()] == [("gpu", "0"), ("gpu", "1")]


def test_more_workers_than_gpus_share_them_round_robin(two_gpus):
    assert places(n_workers=3) == ["0", "1", "0"]


def test_only_visible_gpus_get_workers(two_gpus, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "GPU-8f2a,MIG-abc,-1,0")
    assert places() == ["GPU-8f2a", "MIG-abc"]


def test_without_gpus_there_is_one_worker_a_core_at_most(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert 1 <= len(shares()) <= len(os.sched_getaffinity(0))
    assert all(share.kind == "cpu" for share in shares())


def test_threads_are_divided_and_never_zero(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    n_cores = len(os.sched_getaffinity(0))
    assert [share.n_threads for share in shares(n_workers=1)] == [n_cores]
    assert {share.n_threads for share in shares(n_workers=4 * n_cores)} == {1}


def test_a_worker_sees_only_its_own_gpu_and_takes_its_memory_as_needed():
    environment = DeviceShare("gpu", "3", 4).environment
    assert environment["CUDA_VISIBLE_DEVICES"] == "3"
    assert environment["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
    assert environment["OMP_NUM_THREADS"] == "4"


def test_a_cpu_worker_sees_no_gpu():
    assert DeviceShare("cpu", "", 1).environment["CUDA_VISIBLE_DEVICES"] == ""


def test_compiled_programs_are_kept_in_the_given_folder(monkeypatch):
    monkeypatch.setenv("TF_XLA_FLAGS", "--tf_xla_auto_jit=0")
    monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR", raising=False)
    environment = DeviceShare("cpu", "", 1, "somewhere").environment
    assert environment["TF_XLA_FLAGS"] == "--tf_xla_auto_jit=0 --tf_xla_persistent_cache_directory=somewhere"
    assert environment["JAX_COMPILATION_CACHE_DIR"] == "somewhere"
    assert "TF_XLA_FLAGS" not in DeviceShare("cpu", "", 1).environment


def test_workers_that_share_a_gpu_get_equal_parts_of_its_memory(two_gpus):
    assert [(share.gpu, share.memory_fraction) for share in shares(workers_per_device=2)] == [("0", 0.5), ("1", 0.5), ("0", 0.5), ("1", 0.5)]
    assert [share.memory_fraction for share in shares(n_workers=3)] == [0.5, 1, 0.5]
    environment = DeviceShare("gpu", "0", 1, memory_fraction=0.5).environment
    assert float(environment[MEMORY_FRACTION]) == float(environment["XLA_PYTHON_CLIENT_MEM_FRACTION"]) == 0.45
    assert MEMORY_FRACTION not in DeviceShare("gpu", "0", 1).environment


def test_a_number_of_workers_bounds_those_of_all_devices(two_gpus):
    assert places(n_workers=3, workers_per_device=2) == ["0", "1", "0"]
    assert places(n_workers=9, workers_per_device=2) == ["0", "1", "0", "1"]


def test_the_cpu_is_used_beside_gpus_only_when_asked_for(two_gpus):
    n_cores = len(os.sched_getaffinity(0))
    assert places(devices="gpu") == ["0", "1"]
    assert set(places(devices="cpu")) == {""}
    assert places(devices="all", n_workers=4) == ["0", "1", "", ""]
    assert places(devices="all")[:2] == ["0", "1"]
    assert len(places(devices="all")) <= max(n_cores, 2)


def test_requested_gpus_that_do_not_exist_are_an_error(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    with pytest.raises(ExperimentError, match="no GPU is found"):
        shares(devices="gpu")


def test_a_share_is_split_evenly():
    assert DeviceShare("gpu", "1", 5).split(2) == [DeviceShare("gpu", "1", 2, memory_fraction=0.5)] * 2
    assert DeviceShare("gpu", "1", 1).split(2)[0].n_threads == 1
