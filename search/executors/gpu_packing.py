"""Decides how many workers a GPU has memory for, from what the first trials took."""

from collections.abc import Sequence

from ..experiment.sections import ExecutorSection
from ..trial import TrialResult
from .devices import DeviceShare
from .worker_handle import WorkerHandle

_SPARE = 1.25
"""A later trial may take so many times as much as the largest of the first ones."""


class GpuPacking:
    """Watches the first trials, and decides once.

    Args:
        section: The experiment's ``[executor]``; where it says how many workers there are, nothing is decided.
    """

    def __init__(self, section: ExecutorSection) -> None:
        self._is_open = section.workers_per_device == section.n_workers == "auto"
        self._peaks: dict[str, int] = {}

    def note(self, worker: WorkerHandle, result: TrialResult, workers: Sequence[WorkerHandle]) -> list[tuple[WorkerHandle, list[DeviceShare]]]:
        """Note what a trial took.

        Args:
            worker: Who trained it.
            result: How it ended.
            workers: All there are.

        Returns:
            Each worker whose share is to be divided, and the shares; nothing until each worker on a GPU has ended a
            trial, and nothing ever after.
        """
        on_gpu = [worker for worker in workers if worker.share.kind == "gpu"]
        self._peaks[worker.name] = max(result.peak_bytes, self._peaks.get(worker.name, 0))
        if not self._is_open or any(worker.name not in self._peaks for worker in on_gpu):
            return []
        self._is_open = False
        peak = max(self._peaks.values())
        counts = {worker: n_workers_that_fit(peak, worker.device_bytes, worker.share.n_threads) for worker in on_gpu if worker.capacity == 1}
        return [(worker, worker.share.split(n)) for worker, n in counts.items() if n > 1]


def n_workers_that_fit(peak_bytes: int, device_bytes: int, n_threads: int) -> int:
    """Say how many workers can share a GPU.

    Args:
        peak_bytes: The most that a trial took of its memory; 0 if that is not known.
        device_bytes: Its memory; 0 if that is not known.
        n_threads: CPU threads that there are for it.

    Returns:
        At least 1, and at most one per thread.
    """
    if not peak_bytes:
        return 1
    return max(1, min(int(device_bytes / (_SPARE * peak_bytes)), n_threads))
