"""The attempts of a trial: how often it was begun, and what the next attempt is trained with."""

from dataclasses import dataclass

from optuna.trial import FrozenTrial

RETRY_STATE = "again"


@dataclass(frozen=True, kw_only=True)
class RetryState:
    """The state of a trial's next attempt.

    Attributes:
        attempt: Number of the attempt, from 1. Defaults to 1.
        n_lost: Number of earlier attempts whose worker or coordinator died. Defaults to 0.
        batch_size: Batch size of the attempt; None for the trial's own. Defaults to None.
    """

    attempt: int = 1
    n_lost: int = 0
    batch_size: int | None = None

    def after_loss(self, max_retries: int) -> "RetryState | None":
        """Return the state of the attempt after one whose worker or coordinator died, or None if the trial must not be retried.

        Args:
            max_retries: How many attempts of a trial may be lost and retried.
        """
        return self.next_attempt(is_lost=True) if self.n_lost < max_retries else None

    def next_attempt(self, *, is_lost: bool = False, batch_size: int | None = None) -> "RetryState":
        """Return the state of the attempt after this one.

        Args:
            is_lost: Whether this attempt's worker or coordinator died. Defaults to False.
            batch_size: Batch size of the next attempt; None for the same as in this one. Defaults to None.
        """
        return RetryState(attempt=self.attempt + 1, n_lost=self.n_lost + is_lost, batch_size=batch_size or self.batch_size)


def to_retry_state(trial: FrozenTrial) -> RetryState:
    """Read the retry state of a trial."""
    return RetryState(**trial.user_attrs.get(RETRY_STATE, {}))
