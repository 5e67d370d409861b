"""When the trials of a study ran."""

from collections.abc import Iterable
from datetime import datetime

from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

from .record import ATTRIBUTE, PAUSED, is_paused

Span = tuple[datetime, datetime]
"""Start and end, in local time."""


def spans_of(trials: Iterable[FrozenTrial], *, is_running: bool) -> list[Span]:
    """Return when each trial was last started, and when it has ended, was paused, or that it runs until now.

    Args:
        trials: The trials; one that a killed process ran has no known end, and is left out.
        is_running: Whether a process runs the study, so that trials in the state RUNNING do run.
    """
    ends = ((trial.datetime_start, _end_of(trial, is_running=is_running)) for trial in trials)
    return [(start, end) for start, end in ends if start and end]


def trained_seconds(trials: Iterable[FrozenTrial]) -> float:
    """Return how long at least one of the finished and paused trials was trained, as if each had been trained without a break until its end."""
    results = (trial.user_attrs.get(PAUSED if is_paused(trial) else ATTRIBUTE) or {} for trial in trials)
    return covered_seconds((of["finished"] - of.get("seconds", 0.0), of["finished"]) for of in results if "finished" in of)


def covered_seconds(spans: Iterable[tuple[float, float]]) -> float:
    """Return how long at least one of some spans of time lasted.

    Args:
        spans: Start and end of each, in seconds.
    """
    seconds, end = 0.0, float("-inf")
    for start, stop in sorted(spans):
        seconds, end = seconds + max(0.0, stop - max(start, end)), max(stop, end)
    return seconds


def _end_of(trial: FrozenTrial, *, is_running: bool) -> datetime | None:
    if is_paused(trial):
        return datetime.fromtimestamp(trial.user_attrs[PAUSED]["finished"])
    return datetime.now() if is_running and trial.state is OptunaState.RUNNING else trial.datetime_complete
