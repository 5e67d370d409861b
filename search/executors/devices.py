"""Finds the accelerators of this machine and divides it among worker processes, without importing a backend."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import psutil

from ..errors import ExperimentError
from ..experiment.sections import ExecutorSection

WORKER_BYTES = 2**30
"""What a worker with TensorFlow imported and a small model takes, rounded up; measured: 0.6 to 0.9 GB."""
_USABLE_FRACTION = 0.9
"""Workers that share a GPU leave the rest of its memory to the driver."""


Devices = Literal["auto", "gpu", "cpu", "all"]
MEMORY_FRACTION = "PERCEPTUNE_MEMORY_FRACTION"
"""Environment variable with the part of its GPU's memory that a worker may take; where it is not set, all of it."""


@dataclass(frozen=True)
class DeviceShare:
    """One worker's part of the machine.

    Attributes:
        kind: What it trains on.
        index: The GPU as ``CUDA_VISIBLE_DEVICES`` names it, a number or a UUID; empty for the CPU.
        n_threads: CPU threads for its arithmetic.
        programs: Folder where compiled programs are kept for later runs; empty keeps none. Defaults to empty.
        part: The part of the GPU's memory that it may take, above 0. Defaults to 1, for all of it.
    """

    kind: Literal["cpu", "gpu"]
    index: str
    n_threads: int
    programs: str = ""
    part: float = 1.0

    @property
    def memory(self) -> dict[str, str]:
        """Environment variables that have a backend take GPU memory as it needs it, and no more than its part."""
        as_needed = {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
        if self.memory_fraction == 1:
            return as_needed
        part = f"{_USABLE_FRACTION * self.memory_fraction:.4f}"
        return as_needed | {"XLA_PYTHON_CLIENT_MEM_FRACTION": part, MEMORY_FRACTION: part}

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables that keep a backend within this share; to be set before it is imported."""
        threads = str(self.n_threads)
        limits = {
            "OMP_NUM_THREADS": threads,
            "TF_NUM_INTRAOP_THREADS": threads,
            "TF_NUM_INTEROP_THREADS": "1" if self.n_threads == 1 else "2",
            "TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "2"),
        }
        return limits | self.memory | self._caches | {"CUDA_VISIBLE_DEVICES": self.gpu}

    def split(self, n: int) -> "list[DeviceShare]":
        """Divide this share into equal ones.

        Args:
            n: How many.
        """
        return [replace(self, memory_fraction=self.memory_fraction / n, n_threads=max(1, self.n_threads // n))] * n

    @property
    def _caches(self) -> dict[str, str]:
        """Environment variables that have XLA keep what it compiles, on TensorFlow and on JAX."""
        if not self.programs or " " in self.programs:  # TensorFlow reads its flags up to a space
            return {}
        flags = f"{os.environ.get('TF_XLA_FLAGS', '')} --tf_xla_persistent_cache_directory={self.programs}"
        return {"TF_XLA_FLAGS": flags.strip(), "JAX_COMPILATION_CACHE_DIR": os.environ.get("JAX_COMPILATION_CACHE_DIR", self.programs)}


def divide(section: ExecutorSection, programs: str = "") -> list[DeviceShare]:
    """Divide the machine.

    Args:
        section: The experiment's ``[executor]``: ``n_workers``, ``devices`` and ``workers_per_device``.
        programs: Folder for compiled programs. Defaults to empty, for none.

    Returns:
        A share per worker: GPUs in turn, each divided evenly among its workers, then the CPU where it is used; the
        cores' threads divided evenly and at least one each.

    Raises:
        ExperimentError: If only GPUs are to be used and there is none.
    """
    gpus = [] if section.devices == "cpu" else visible_gpus()
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    n_for_memory = max(1, psutil.virtual_memory().available // WORKER_BYTES)
    places = worker_devices(section, gpus, min(n_cores, n_for_memory))
    n_threads = max(1, n_cores // len(places))
    return [DeviceShare("gpu" if place else "cpu", place, n_threads, programs, 1 / places.count(place) if place else 1.0) for place in places]


def worker_devices(section: ExecutorSection, gpus: Sequence[str], n_on_cpu: int) -> list[str]:
    """Choose what each worker trains on.

    Args:
        section: The experiment's ``[executor]``.
        gpus: The GPUs that may be used, by name.
        n_on_cpu: How many workers the cores and the memory allow.

    Returns:
        A GPU's name for each worker, or an empty text for the CPU.

    Raises:
        ExperimentError: If only GPUs are to be used and there is none.
    """
    if section.devices == "gpu" and not gpus:
        raise ExperimentError('executor.devices = "gpu", but no GPU is found; use "auto", or look at what nvidia-smi says')
    n_per_gpu = 1 if section.workers_per_device == "auto" else section.workers_per_device
    on_gpus = [*gpus] * n_per_gpu
    is_mixed = section.devices == "all"
    chosen = on_gpus + [""] * max(n_on_cpu - len(on_gpus), 0) if is_mixed or not gpus else on_gpus
    if section.n_workers == "auto":
        return chosen
    if is_mixed or not gpus:
        return (chosen + [""] * section.n_workers)[: section.n_workers]
    n = section.n_workers if section.workers_per_device == "auto" else min(section.n_workers, len(on_gpus))
    return [gpus[i % len(gpus)] for i in range(n)]


def visible_gpus() -> list[str]:
    """Return the NVIDIA GPUs that this process may use, as ``CUDA_VISIBLE_DEVICES`` names them."""
    allowed = os.environ.get("CUDA_VISIBLE_DEVICES")
    command = shutil.which("nvidia-smi")
    if command is None or allowed == "":
        return []
    try:
        listed = subprocess.run([command, "--query-gpu=index", "--format=csv,noheader"], capture_output=True, text=True, timeout=30, check=True)
    except (subprocess.SubprocessError, OSError):
        return []  # a driver without a device answers with an error
    if allowed is None:
        return listed.stdout.split()
    named = [name.strip() for name in allowed.split(",")]
    return named[: named.index("-1")] if "-1" in named else named  # CUDA stops at -1 too
