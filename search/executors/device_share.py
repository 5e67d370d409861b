"""The share of a machine's devices that one worker computes on, and the environment variables that keep it within that share."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ..hardware import VISIBLE_GPUS

MEMORY_FRACTION = "PERCEPTUNE_MEMORY_FRACTION"
"""Environment variable with the fraction of its GPU's memory that a worker may take; if it is not set, all of it."""
_USABLE_FRACTION = 0.9
"""Workers that share a GPU leave the rest of its memory to the driver."""


@dataclass(frozen=True)
class DeviceShare:
    """The devices of one worker.

    Attributes:
        kind: The device that it trains on.
        gpu: The GPU as ``CUDA_VISIBLE_DEVICES`` names it, an index or a UUID; empty for the CPU.
        n_threads: Number of CPU threads.
        programs: Folder in which compiled programs are kept for later runs; empty keeps none. Defaults to empty.
        memory_fraction: The fraction of the GPU's memory that it may take, above 0. Defaults to 1.
    """

    kind: Literal["cpu", "gpu"]
    gpu: str
    n_threads: int
    programs: str = ""
    memory_fraction: float = 1.0

    @property
    def memory_environment(self) -> dict[str, str]:
        """Environment variables by which a backend allocates GPU memory as needed, up to the share's fraction."""
        as_needed = {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
        if self.memory_fraction == 1:
            return as_needed
        fraction = f"{_USABLE_FRACTION * self.memory_fraction:.4f}"
        return as_needed | {"XLA_PYTHON_CLIENT_MEM_FRACTION": fraction, MEMORY_FRACTION: fraction}

    @property
    def environment(self) -> dict[str, str]:
        """Environment variables that keep a backend within this share; they must be set before the backend is imported."""
        threads = str(self.n_threads)
        limits = {
            "OMP_NUM_THREADS": threads,
            "TF_NUM_INTRAOP_THREADS": threads,
            "TF_NUM_INTEROP_THREADS": "1" if self.n_threads == 1 else "2",
            "TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "2"),
        }
        return limits | self.memory_environment | self._cache_environment | {VISIBLE_GPUS: self.gpu}

    @contextlib.contextmanager
    def applied(self) -> Iterator[None]:
        """Keep this process within the share during a block, in which the backend is imported, if it is not imported yet."""
        before = {name: os.environ.get(name) for name in self.environment}
        os.environ.update(self.environment)
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name, None)
                os.environ.update({} if value is None else {name: value})

    def split(self, n: int) -> "list[DeviceShare]":
        """Divide this share into equal ones.

        Args:
            n: Number of new shares.
        """
        return [replace(self, memory_fraction=self.memory_fraction / n, n_threads=max(1, self.n_threads // n))] * n

    @property
    def _cache_environment(self) -> dict[str, str]:
        """Environment variables by which XLA keeps compiled programs, on TensorFlow and on JAX."""
        if not self.programs or " " in self.programs:  # TensorFlow reads its flags up to a space
            return {}
        flags = f"{os.environ.get('TF_XLA_FLAGS', '')} --tf_xla_persistent_cache_directory={self.programs}"
        return {"TF_XLA_FLAGS": flags.strip(), "JAX_COMPILATION_CACHE_DIR": os.environ.get("JAX_COMPILATION_CACHE_DIR", self.programs)}
