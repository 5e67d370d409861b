"""Decides whether a trial that failed is tried again."""

from ..experiment.file import ExecutorSection
from ..ledger import RetryState
from ..trial import Assignment, Failure, TrialResult


def next_attempt(result: TrialResult, assignment: Assignment, retry_state: RetryState, limits: ExecutorSection) -> RetryState | None:
    """Return the state of a trial's next attempt, or None if it must not be tried again.

    Args:
        result: What came of the last attempt.
        assignment: The last attempt.
        retry_state: Its state.
        limits: ``[executor]`` of the experiment.
    """
    if result.failure in (Failure.LOST, Failure.HUNG):
        return retry_state.after_loss(limits.max_retries)
    batch_size = assignment.training.batch_size
    if result.failure is Failure.OUT_OF_MEMORY and limits.halve_batch_on_oom and batch_size > 1:
        return retry_state.next_attempt(batch_size=batch_size // 2)
    return None
