"""Finds the accelerators of this machine and divides it among worker processes, without importing a backend."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import Literal

import psutil

# What a worker with TensorFlow imported and a small model takes, measured: 0.6 to 0.9 GB.
_WORKER_BYTES = 2**30


@dataclass(frozen=True)
class Share:
    """One worker's part of the machine.

    Attributes:
        kind: What it trains on.
        index: The GPU as ``CUDA_VISIBLE_DEVICES`` names it, a number or a UUID; empty for the CPU.
        n_threads: CPU threads for its arithmetic.
        programs: Folder where compiled programs are kept for later runs; empty keeps none. Defaults to empty.
    """

    kind: Literal["cpu", "gpu"]
    index: str
    n_threads: int
    programs: str = ""

    @property
    def memory(self) -> dict[str, str]:
        """Environment variables that have a backend take GPU memory as it needs it."""
        return {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}

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
        return limits | self.memory | self._caches | {"CUDA_VISIBLE_DEVICES": self.index}

    @property
    def _caches(self) -> dict[str, str]:
        """Environment variables that have XLA keep what it compiles, on TensorFlow and on JAX."""
        if not self.programs or " " in self.programs:  # TensorFlow reads its flags up to a space
            return {}
        flags = f"{os.environ.get('TF_XLA_FLAGS', '')} --tf_xla_persistent_cache_directory={self.programs}"
        return {"TF_XLA_FLAGS": flags.strip(), "JAX_COMPILATION_CACHE_DIR": os.environ.get("JAX_COMPILATION_CACHE_DIR", self.programs)}


def divide(n_workers: int | Literal["auto"], programs: str = "") -> list[Share]:
    """Divide the machine.

    Args:
        n_workers: Number of workers, or "auto": one per GPU; without GPUs one per core as far as memory allows.
        programs: Folder for compiled programs. Defaults to empty, for none.

    Returns:
        A share per worker: GPUs in turn, the cores' threads divided evenly and at least one each.
    """
    gpus = visible_gpus()
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    n_for_memory = max(1, psutil.virtual_memory().available // _WORKER_BYTES)
    n_shares = n_workers if isinstance(n_workers, int) else len(gpus) or min(n_cores, n_for_memory)
    n_threads = max(1, n_cores // n_shares)
    if not gpus:
        return [Share("cpu", "", n_threads, programs) for _ in range(n_shares)]
    return [Share("gpu", gpus[i % len(gpus)], n_threads, programs) for i in range(n_shares)]


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
