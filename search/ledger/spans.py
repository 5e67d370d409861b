"""When the trials of a study ran, and how long the runs that are paid for lasted."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

from .record import PAUSED, is_paused

RUN = "run"
"""The first word of a study's attribute with a run that is paid for: when it began, and when its last trial so far ended."""
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


def run_seconds(attributes: Mapping[str, Any]) -> float:
    """Return how long the runs of a study that are paid for lasted together, in seconds, given the study's attributes."""
    spans = (span for name, span in attributes.items() if name.startswith(f"{RUN} "))
    return float(sum(end - start for start, end in spans))


def _end_of(trial: FrozenTrial, *, is_running: bool) -> datetime | None:
    if is_paused(trial):
        return datetime.fromtimestamp(trial.user_attrs[PAUSED]["finished"])
    return datetime.now() if is_running and trial.state is OptunaState.RUNNING else trial.datetime_complete
