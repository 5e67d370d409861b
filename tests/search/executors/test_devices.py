import os
import stat

import pytest

from search.executors.devices import Share, divide, visible_gpus


@pytest.fixture
def two_gpus(tmp_path, monkeypatch):
    """A real program in place of the driver's, as on a machine with two GPUs."""
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\nprintf '0\\n1\\n'\n")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def test_every_gpu_gets_a_worker(two_gpus):
    assert [(share.kind, share.index) for share in divide("auto")] == [("gpu", "0"), ("gpu", "1")]


def test_more_workers_than_gpus_share_them_in_turn(two_gpus):
    assert [share.index for share in divide(3)] == ["0", "1", "0"]


def test_gpus_that_the_user_hides_are_not_used(two_gpus, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert visible_gpus() == ["1"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert visible_gpus() == []


def test_gpus_may_be_named_by_uuid_and_end_at_minus_one(two_gpus, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "GPU-8f2a,MIG-abc,-1,0")
    assert [share.index for share in divide("auto")] == ["GPU-8f2a", "MIG-abc"]


def test_without_gpus_there_is_one_worker_a_core_at_most(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    shares = divide("auto")
    assert 1 <= len(shares) <= len(os.sched_getaffinity(0))
    assert all(share.kind == "cpu" for share in shares)


def test_threads_are_divided_and_never_zero(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    n_cores = len(os.sched_getaffinity(0))
    assert [share.n_threads for share in divide(1)] == [n_cores]
    assert {share.n_threads for share in divide(4 * n_cores)} == {1}


def test_a_worker_sees_only_its_own_gpu_and_takes_its_memory_as_needed():
    environment = Share("gpu", "3", 4).environment
    assert environment["CUDA_VISIBLE_DEVICES"] == "3"
    assert environment["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
    assert environment["OMP_NUM_THREADS"] == "4"


def test_a_cpu_worker_sees_no_gpu():
    assert Share("cpu", "", 1).environment["CUDA_VISIBLE_DEVICES"] == ""


def test_what_is_compiled_is_kept_where_it_is_said(monkeypatch):
    monkeypatch.setenv("TF_XLA_FLAGS", "--tf_xla_auto_jit=0")
    monkeypatch.delenv("JAX_COMPILATION_CACHE_DIR", raising=False)
    environment = Share("cpu", "", 1, "somewhere").environment
    assert environment["TF_XLA_FLAGS"] == "--tf_xla_auto_jit=0 --tf_xla_persistent_cache_directory=somewhere"
    assert environment["JAX_COMPILATION_CACHE_DIR"] == "somewhere"
    assert "TF_XLA_FLAGS" not in Share("cpu", "", 1).environment
