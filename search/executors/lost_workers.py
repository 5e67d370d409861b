"""The results of trials whose worker died or hung, and the limit of workers that cannot start."""

from ..errors import WorkerError
from ..trial import Failure, TrialResult, TrialState
from .base import WorkerConnection
from .worker_handle import WorkerHandle

_MAX_FAILED_STARTS = 5


def failed_results(worker: WorkerHandle, epoch_timeout_seconds: float) -> list[TrialResult]:
    """Return a FAILED result for each trial that an ended worker was training.

    Args:
        worker: A worker that has ended unexpectedly.
        epoch_timeout_seconds: The longest allowed time without a message, for the reason of a hung worker.
    """
    failure, cause = Failure.LOST, f"the worker process died: {worker.connection.exit_reason}"
    if worker.is_hung:
        limit = f"{epoch_timeout_seconds:g} s (executor.epoch_timeout_seconds)"
        failure, cause = Failure.HUNG, f"no epoch came from the worker process for {limit}"
    reason = f"{cause}; {output_of(worker.connection)}"
    return [TrialResult(number=trial.number, state=TrialState.FAILED, failure=failure, reason=reason, worker=worker.name) for trial in worker.running]


class FailedStarts:
    """Counts workers that ended before they were ready, one after another."""

    def __init__(self) -> None:
        self._n, self._has_started = 0, False

    def reset(self) -> None:
        """Record a successful start."""
        self._n, self._has_started = 0, True

    def add(self, worker: WorkerHandle, start_timeout_seconds: float) -> None:
        """Record a worker that ended before it was ready; the loss of its machine does not count.

        Raises:
            WorkerError: If too many workers have failed, or no worker has started and one was not ready in time: another one would hang too.
        """
        if worker.is_hung and not self._has_started:
            limit = f"{start_timeout_seconds:g} s (executor.start_timeout_seconds)"
            raise WorkerError(f"A worker was not ready after {limit}: it imports its backend or builds the model; {output_of(worker.connection)}")
        self._n += not worker.connection.is_node_lost
        if self._n >= _MAX_FAILED_STARTS:
            raise WorkerError(f"Worker processes cannot start ({worker.connection.exit_reason}); {output_of(worker.connection)}")


def output_of(connection: WorkerConnection) -> str:
    """Return where the output of a worker is, and its last line, for a message."""
    last = connection.last_output
    where = f"its output is in {connection.log}"
    if last is None:
        return where
    return f"{where}, which ends with: {last}" if last else f"{where}, which is empty"
