"""Decides when a study must end because too many of its trials fail in a row."""

from collections import Counter

from ..trial import Failure, TrialResult, TrialState


class CircuitBreaker:
    """Counts consecutive failures.

    Args:
        max_in_a_row: Number of consecutive failures, on one worker or of one kind on all workers, that ends the study; 0 for no
            limit. Trials that were lost with their workers count per worker only, since one lost machine loses many at once.
    """

    def __init__(self, max_in_a_row: int) -> None:
        self._max_in_a_row = max_in_a_row
        self._of_worker: Counter[str] = Counter()
        self._kind: Failure | None = None
        self._n_of_kind = 0

    def record(self, result: TrialResult) -> str:
        """Count the result of a trial or of one attempt.

        Args:
            result: The result, also of an attempt that will be retried.

        Returns:
            The reason why the study must end; empty if it continues.
        """
        if result.state is not TrialState.FAILED:
            self._of_worker[result.worker] = self._n_of_kind = 0
            self._kind = None
            return ""
        self._of_worker[result.worker] += 1
        if result.failure is not Failure.LOST:
            self._n_of_kind = self._n_of_kind + 1 if result.failure is self._kind else 1
            self._kind = result.failure
        return self._reason(result)

    def _reason(self, result: TrialResult) -> str:
        if not self._max_in_a_row:
            return ""
        if self._n_of_kind >= self._max_in_a_row:
            what = f"{self._n_of_kind} trials in a row failed in the same way ({self._kind})"
        elif self._of_worker[result.worker] >= self._max_in_a_row:
            what = f"{self._of_worker[result.worker]} trials in a row failed on {result.worker or 'the worker'}"
        else:
            return ""
        return (
            f"{what}, the last one, trial {result.number}: {result.reason}. Finished trials are kept, and count: fix the cause and run "
            "the same command with more --trials, or with --fresh; search.max_failures_in_a_row allows more failures"
        )
