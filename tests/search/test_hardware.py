"""GPUs by a stand-in for NVML's library; without a driver the real library finds none."""

import pytest

from search import hardware
from search.hardware import GpuMemory, default_gpu, gpu_memory, gpu_names, processor_features, processor_name, visible_gpus
from tests import nvml


@pytest.fixture
def two_gpus(monkeypatch):
    nvml.install(monkeypatch, "NVIDIA A100", "NVIDIA H100")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def test_without_a_driver_there_are_no_gpus(monkeypatch):
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
        assert (gpu_names(), visible_gpus(), gpu_memory("0")) == ([], [], None)
    else:
        pytest.skip("this machine has NVIDIA's driver")


def test_gpus_are_named_in_their_order(two_gpus):
    assert gpu_names() == ["NVIDIA A100", "NVIDIA H100"]
    assert visible_gpus() == ["0", "1"]


def test_gpus_that_the_user_hides_are_not_used(two_gpus, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert visible_gpus() == ["1"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert visible_gpus() == []


def test_gpus_may_be_named_by_uuid_and_end_at_minus_one(two_gpus, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "GPU-8f2a, MIG-abc,-1,0")
    assert visible_gpus() == ["GPU-8f2a", "MIG-abc"]
    assert default_gpu() == "GPU-8f2a"


def test_the_first_gpu_is_the_default(monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert default_gpu() == "0"


def test_a_gpus_memory_is_found_by_index_and_by_uuid(two_gpus):
    assert gpu_memory("1") == gpu_memory("GPU-1") == GpuMemory(total_bytes=80 * 2**30, free_bytes=60 * 2**30)


@pytest.mark.parametrize("gpu", ["2", "GPU-2", "MIG-1", ""])
def test_the_memory_of_an_unknown_gpu_or_a_part_of_one_is_unknown(two_gpus, gpu):
    assert gpu_memory(gpu) is None


def test_the_processor_is_described_by_its_name_and_its_instruction_sets(tmp_path, monkeypatch):
    facts = tmp_path / "cpuinfo"
    facts.write_text(
        "processor\t: 0\nmodel name\t: A Processor\nflags\t\t: avx avx2\nprocessor\t: 1\nmodel name\t: A Processor\nflags\t\t: avx avx2\n"
    )
    monkeypatch.setattr(hardware, "_CPU_INFO", facts)
    assert processor_name() == "A Processor"
    assert processor_features() == "flags\t\t: avx avx2 model name\t: A Processor"


def test_a_system_without_processor_facts_still_has_a_description(tmp_path, monkeypatch):
    monkeypatch.setattr(hardware, "_CPU_INFO", tmp_path / "missing")
    assert processor_name()
    assert processor_features()
