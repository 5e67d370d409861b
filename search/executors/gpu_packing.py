"""Decides how many workers share a GPU, from the memory that the first trials took."""

from collections.abc import Sequence

from ..experiment.executor_section import ExecutorSection
from ..trial import TrialResult
from .device_share import DeviceShare
from .worker_handle import WorkerHandle

_MEMORY_MARGIN = 1.25
"""A later trial may take this many times the memory of the largest of the first trials."""


class GpuPacking:
    """Records the memory of the first trials, and divides the GPUs once.

    Args:
        section: The experiment's ``[executor]``; if it sets a number of workers, nothing is divided.
    """

    def __init__(self, section: ExecutorSection) -> None:
        self._is_undecided = section.workers_per_device == section.n_workers == "auto"
        self._peaks: dict[str, int] = {}

    def update(self, worker: WorkerHandle, result: TrialResult, workers: Sequence[WorkerHandle]) -> list[tuple[WorkerHandle, list[DeviceShare]]]:
        """Record a trial's memory, and return the shares to divide.

        Args:
            worker: The worker that trained the trial.
            result: The trial's result.
            workers: All workers.

        Returns:
            Each worker whose share is to be divided, and its parts. Empty until each worker on a GPU has ended a trial, and after
            the first division.
        """
        on_gpu = [worker for worker in workers if worker.share.kind == "gpu"]
        self._peaks[worker.name] = max(result.peak_bytes, self._peaks.get(worker.name, 0))
        if not self._is_undecided or any(worker.name not in self._peaks for worker in on_gpu):
            return []
        self._is_undecided = False
        peak = max(self._peaks.values())
        counts = {worker: n_workers_that_fit(peak, worker.device_bytes, worker.share.n_threads) for worker in on_gpu if worker.capacity == 1}
        return [(worker, worker.share.split(n)) for worker, n in counts.items() if n > 1]


def n_workers_that_fit(peak_bytes: int, device_bytes: int, n_threads: int) -> int:
    """Return how many workers can share a GPU.

    Args:
        peak_bytes: The largest GPU memory of a trial; 0 if it is unknown.
        device_bytes: The GPU's memory; 0 if it is unknown.
        n_threads: CPU threads of the GPU's workers.

    Returns:
        At least 1, and at most one per thread.
    """
    if not peak_bytes:
        return 1
    return max(1, min(int(device_bytes / (_MEMORY_MARGIN * peak_bytes)), n_threads))
