"""Reads the repeats of trials, what trials are worth with other seeds, and logs those that MLflow lacks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from ..experiment.directions import Direction
from ..ledger import StudyView
from ..ledger.repeats import read_repeats
from ..spread import mean_and_error
from ..tracking.mlflow_repeats import log_repeats
from ..trial import TrialResult


@dataclass(frozen=True, kw_only=True)
class RepeatedTrial:
    """A trial and its repeats with other seeds.

    Attributes:
        number: The trial's number.
        value: Its value in the search; None if it FAILED there.
        values: The values of its repeats, in their order.
        mean: Their mean; None if there is no value.
        standard_error: The standard error of the mean; None for fewer than two values.
        n_failed: Number of repeats that FAILED.
        direction: The direction of the objective.
    """

    number: int
    value: float | None
    values: tuple[float, ...]
    mean: float | None
    standard_error: float | None
    n_failed: int
    direction: Direction

    @classmethod
    def of(cls, number: int, value: float | None, results: Sequence[TrialResult], direction: Direction) -> Self:
        """Summarize the results of a trial's repeats."""
        values = tuple(result.value for result in results if result.value is not None)
        mean, error = mean_and_error(values) if values else (None, None)
        n_failed = len(results) - len(values)
        return cls(number=number, value=value, values=values, mean=mean, standard_error=error, n_failed=n_failed, direction=direction)

    def is_better_than(self, other: "RepeatedTrial") -> bool:
        """Return whether the mean is better than another trial's; False if either has none."""
        if self.mean is None or other.mean is None:
            return False
        return self.mean > other.mean if self.direction == "maximize" else self.mean < other.mean


def repeated_trials(ledger: StudyView, trials: Sequence[int], epochs: int | None = None) -> list[RepeatedTrial]:
    """Read trials with their repeats.

    Args:
        ledger: The study.
        trials: The trials' numbers.
        epochs: The number of epochs of the repeats. Defaults to each trial's own.
    """
    repeats = [repeat for repeat in read_repeats(ledger) if repeat.epochs == epochs]
    direction = ledger.experiment.objective.direction
    results = {number: [repeat.result for repeat in repeats if repeat.trial == number] for number in trials}
    return [RepeatedTrial.of(number, ledger.record(number).value, results[number], direction) for number in trials]


def log_known_repeats(ledger: StudyView, tracking_uri: str, trials: Sequence[int] | None = None) -> list[int]:
    """Log the repeats of each trial's own number of epochs to MLflow, those that it has already not again.

    Args:
        ledger: The study.
        tracking_uri: MLflow's tracking URI.
        trials: The trials' numbers. Defaults to all that have repeats; nothing is asked of MLflow if none has.

    Returns:
        The trials that have no run there.

    Raises:
        InputError: If the store does not respond.
        StoreUnavailableError: If it stops responding.
    """
    repeats = [repeat for repeat in read_repeats(ledger) if repeat.epochs is None]
    chosen = sorted({repeat.trial for repeat in repeats}) if trials is None else trials
    if trials is None and not chosen:
        return []
    results = {number: [(repeat.index, repeat.result) for repeat in repeats if repeat.trial == number] for number in chosen}
    return log_repeats(tracking_uri, ledger.attribute("parent_run_id"), ledger.experiment.objective.metric, results)
