"""Decides when a worker is replaced by a fresh one: after a number of trials, or when its memory has grown."""

from ..experiment.executor_section import ExecutorSection
from .worker_handle import WorkerHandle


class Recycling:
    """Marks workers for replacement.

    Args:
        section: The experiment's ``[executor]``: ``recycle_after_trials`` and ``recycle_growth_bytes``.
    """

    def __init__(self, section: ExecutorSection) -> None:
        self._max_trials = section.recycle_after_trials
        self._max_growth_bytes = section.recycle_growth_bytes

    def update(self, worker: WorkerHandle, *, is_due: bool = False) -> bool:
        """Mark a worker that has reached a limit, and return whether it must be replaced now.

        Args:
            worker: A worker that has just ended a trial. A marked one finishes its other trials first.
            is_due: Whether it is replaced in any case. Defaults to False.
        """
        worker.recycle_when_idle |= is_due or worker.n_trials >= self._max_trials or worker.growth_bytes() > self._max_growth_bytes
        worker.recycle_soon = worker.recycle_when_idle or worker.n_trials + 1 >= self._max_trials
        return worker.recycle_when_idle and worker.is_idle
