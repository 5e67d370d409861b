"""The hardware of this machine: its NVIDIA GPUs, as NVML reports them, and its processor.

Without NVIDIA's driver there are no GPUs, and nothing is raised. This is the only file of search/ that imports pynvml.
"""

import contextlib
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

VISIBLE_GPUS = "CUDA_VISIBLE_DEVICES"
"""Environment variable with the GPUs that CUDA may use: indices, or UUIDs such as ``GPU-...`` and ``MIG-...``."""
_MIG_PREFIX = "MIG-"
_CPU_INFO = Path("/proc/cpuinfo")

T = TypeVar("T")


@dataclass(frozen=True)
class GpuMemory:
    """The memory of one GPU.

    Attributes:
        total_bytes: Installed memory.
        free_bytes: Memory that no process has allocated.
    """

    total_bytes: int
    free_bytes: int


def gpu_names() -> list[str]:
    """Return the names of all NVIDIA GPUs by index, such as ``NVIDIA A100-SXM4-80GB``; none without a driver."""

    def read(nvml: Any) -> list[str]:
        return [str(nvml.nvmlDeviceGetName(nvml.nvmlDeviceGetHandleByIndex(index))) for index in range(nvml.nvmlDeviceGetCount())]

    return _query(read) or []


def visible_gpus() -> list[str]:
    """Return the NVIDIA GPUs that this process may use, as ``CUDA_VISIBLE_DEVICES`` names them; all of them if it is not set."""
    allowed = os.environ.get(VISIBLE_GPUS)
    n_gpus = 0 if allowed == "" else len(gpu_names())
    if allowed is None or not n_gpus:
        return [str(index) for index in range(n_gpus)]
    named = [name.strip() for name in allowed.split(",")]
    return named[: named.index("-1")] if "-1" in named else named  # CUDA stops at -1 too


def default_gpu() -> str:
    """Return the GPU that this process computes on by default, as ``CUDA_VISIBLE_DEVICES`` names it.

    A backend numbers the visible GPUs from 0, so a worker's only GPU is 0 to its backend and 3 on the machine, for example.
    """
    return os.environ.get(VISIBLE_GPUS, "0").partition(",")[0]


def gpu_memory(gpu: str) -> GpuMemory | None:
    """Return the memory of a GPU.

    Args:
        gpu: Its index or its UUID.

    Returns:
        The memory; None for a MIG instance, an unknown GPU, or if the driver does not report it.
    """
    if gpu.startswith(_MIG_PREFIX):
        return None

    def read(nvml: Any) -> GpuMemory:
        handle = nvml.nvmlDeviceGetHandleByIndex(int(gpu)) if gpu.isdecimal() else nvml.nvmlDeviceGetHandleByUUID(gpu)
        memory = nvml.nvmlDeviceGetMemoryInfo(handle)
        return GpuMemory(int(memory.total), int(memory.free))

    return _query(read)


def processor_name() -> str:
    """Return the processor's name, such as ``AMD EPYC 7763 64-Core Processor``, or else its architecture."""
    names = [line.partition(":")[2].strip() for line in _cpu_lines() if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def processor_features() -> str:
    """Return the processor's name and instruction sets, as far as the system lists them, in one line."""
    lines = _cpu_lines() or [f"{platform.processor()} {platform.machine()}"]
    return " ".join(sorted({line for line in lines if line.startswith(("model name", "flags", "Features"))} or set(lines)))


def _cpu_lines() -> list[str]:
    try:
        return _CPU_INFO.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _query(read: Callable[[Any], T]) -> T | None:
    """Return what a function reads from NVML, or None if there is no driver or the driver does not report it."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return None
    try:
        return read(pynvml)
    except pynvml.NVMLError:
        return None
    finally:
        with contextlib.suppress(pynvml.NVMLError):
            pynvml.nvmlShutdown()
