"""Decides whether a trial that failed is tried again."""

from ..experiment.file import Experiment
from ..ledger import RetryState, StudyView
from ..trial import Assignment, Failure, TrialResult
from .preparation import half_batch


def next_attempt(result: TrialResult, assignment: Assignment, ledger: StudyView, experiment: Experiment) -> RetryState | None:
    """Return the state of a trial's next attempt, or None if it must not be tried again.

    Args:
        result: What came of the last attempt.
        assignment: The last attempt.
        ledger: The study.
        experiment: The experiment.
    """
    retry_state, limits = ledger.retry_state(result.number), experiment.executor
    if result.failure in (Failure.LOST, Failure.HUNG):
        return retry_state.after_loss(limits.max_retries)
    if result.failure is Failure.OUT_OF_MEMORY and limits.halve_batch_on_oom and experiment.function is None:
        half = half_batch(ledger, experiment, assignment.training)
        return retry_state.next_attempt(batch_size=half) if half else None
    return None
