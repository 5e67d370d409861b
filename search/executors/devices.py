"""Divides this machine's devices among worker processes, without importing a backend."""

import os
from collections.abc import Sequence

import psutil

from ..errors import ExperimentError
from ..experiment.executor_section import ExecutorSection
from ..hardware import visible_gpus
from .device_share import DeviceShare

WORKER_BYTES = 2**30
"""Memory of a worker with TensorFlow imported and a small model, rounded up; 0.6 to 0.9 GB were measured."""


def divide_devices(section: ExecutorSection, programs: str = "") -> list[DeviceShare]:
    """Divide this machine's GPUs and CPU cores among workers.

    Args:
        section: The experiment's ``[executor]``: ``n_workers``, ``devices`` and ``workers_per_device``.
        programs: Folder for compiled programs; empty keeps none. Defaults to empty.

    Returns:
        A share per worker: first the GPUs round-robin, each divided evenly among its workers, then the CPU where it is used.
        The cores' threads are divided evenly, at least one each.

    Raises:
        ExperimentError: If only GPUs may be used and none is found.
    """
    gpus = [] if section.devices == "cpu" else visible_gpus()
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    n_for_memory = max(1, psutil.virtual_memory().available // WORKER_BYTES)
    chosen = assign_devices(section, gpus, min(n_cores, n_for_memory))
    n_threads = max(1, n_cores // len(chosen))
    return [DeviceShare("gpu" if gpu else "cpu", gpu, n_threads, programs, 1 / chosen.count(gpu) if gpu else 1.0) for gpu in chosen]


def assign_devices(section: ExecutorSection, gpus: Sequence[str], n_cpu_workers: int) -> list[str]:
    """Assign a device to each worker.

    Args:
        section: The experiment's ``[executor]``.
        gpus: Names of the GPUs that may be used.
        n_cpu_workers: Number of workers that the cores and the memory allow.

    Returns:
        A GPU's name for each worker, or an empty text for the CPU.

    Raises:
        ExperimentError: If only GPUs may be used and none is found.
    """
    if section.devices == "gpu" and not gpus:
        raise ExperimentError('executor.devices = "gpu", but no GPU is found; use "auto", or check what nvidia-smi lists')
    n_per_gpu = 1 if section.workers_per_device == "auto" else section.workers_per_device
    on_gpus = [*gpus] * n_per_gpu
    uses_cpu = section.devices == "all" or not gpus
    chosen = on_gpus + [""] * max(n_cpu_workers - len(on_gpus), 0) if uses_cpu else on_gpus
    if section.n_workers == "auto":
        return chosen
    if uses_cpu:
        return (chosen + [""] * section.n_workers)[: section.n_workers]
    n_workers = section.n_workers if section.workers_per_device == "auto" else min(section.n_workers, len(on_gpus))
    return [gpus[i % len(gpus)] for i in range(n_workers)]
