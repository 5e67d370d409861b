"""Chooses the worker of a trial, from how many trials each worker can take."""

from collections.abc import Sequence

from ..trial import Assignment
from .worker_handle import WorkerHandle, program_key

_SHORT_TRIAL_SECONDS = 1.0
"""While trials are this short, the next one is queued before the last one has ended."""


def n_acceptable(worker: WorkerHandle, n_workers: int) -> int:
    """Return how many trials can be submitted to a worker now.

    Args:
        worker: The worker. If it is about to be replaced, it finishes its trials and takes no others.
        n_workers: Number of workers. With a single one nothing is queued, so that its study can be repeated exactly.
    """
    if worker.is_free and not (worker.recycle_soon and worker.assignments):
        return worker.capacity - len(worker.assignments)
    return int(n_workers > 1 and _can_queue(worker))


def choose_worker(assignment: Assignment, workers: Sequence[WorkerHandle]) -> WorkerHandle:
    """Choose the worker for a trial.

    Args:
        assignment: The trial.
        workers: All workers, of which one can take a trial.

    Returns:
        A worker that trains the trial at once, or else one that can queue it; among these the one with the smallest part of its
        capacity used; among equals one that has compiled the trial's program before.
    """
    key = program_key(assignment)
    acceptable = [worker for worker in workers if n_acceptable(worker, len(workers))]
    return max(acceptable, key=lambda worker: (worker.is_free, -len(worker.assignments) / worker.capacity, key in worker.compiled))


def _can_queue(worker: WorkerHandle) -> bool:
    """Return whether a worker's last trial will end so soon that the next one may be proposed without its result."""
    is_short = worker.last_seconds <= _SHORT_TRIAL_SECONDS and not any(trial.is_prunable for trial in worker.assignments.values())
    return is_short and len(worker.assignments) == worker.capacity and not worker.recycle_soon
