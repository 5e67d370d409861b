"""One line about a study: its state, when it ran and for how long, its best value and the champion's on the test part."""

from dataclasses import dataclass
from datetime import datetime

from ..ledger import StudyView


@dataclass(frozen=True, kw_only=True)
class StudyOverview:
    """A study in a list of studies.

    Attributes:
        name: The study's name.
        state: ``RUNNING`` while a process runs it, ``COMPLETE`` once its search has ended and its champion is registered, ``FAILED``
            if it has ended and no trial is COMPLETE, else ``INTERRUPTED``.
        started: Start of the first trial, in local time; None if there is none.
        seconds: How long trials ran, those that run or are paused too; the time between two commands that ran the study is not counted.
        n_finished: Number of COMPLETE, PRUNED and FAILED trials.
        n_trials: Number of trials to finish in total, at least that of the finished ones.
        direction: "minimize" or "maximize".
        metric: The objective's metric.
        further: Further objectives, such as "minimize n_parameters".
        value: Value of the best trial; None if there is none.
        standard_error: Its standard error over executions; None for fewer than two.
        test_value: The best trial's value of the objective's metric on the test part; None if it is not registered, or not defined there.
        model_uri: URI of the registered champion; empty until it is registered.
    """

    name: str
    state: str
    started: datetime | None
    seconds: float
    n_finished: int
    n_trials: int
    direction: str
    metric: str
    further: list[str]
    value: float | None
    standard_error: float | None
    test_value: float | None
    model_uri: str


def overview_of(ledger: StudyView, *, is_running: bool) -> StudyOverview:
    """Return the overview of a study.

    Args:
        ledger: The study.
        is_running: Whether a process runs it.
    """
    objective, champion = ledger.experiment.objective, ledger.attribute("champion") or {}
    n_trials = ledger.attribute("n_trials") or ledger.experiment.search.n_trials
    is_best = ledger.best is not None and champion.get("trial") == ledger.best[0]
    spans = ledger.spans(is_running=is_running)
    return StudyOverview(
        name=ledger.name,
        state="RUNNING" if is_running else _state(ledger),
        started=min((start for start, _ in spans), default=None),
        seconds=_covered_seconds(spans),
        n_finished=ledger.n_finished,
        n_trials=max(n_trials, ledger.n_finished),
        direction=objective.direction,
        metric=objective.metric,
        further=[f"{further.direction} {further.metric}" for further in ledger.experiment.objectives[1:]],
        value=ledger.best[1] if ledger.best else None,
        standard_error=result.standard_error if ledger.best and (result := ledger.result(ledger.best[0])) else None,
        test_value=champion.get("test", {}).get(objective.metric.removeprefix("val_")) if is_best else None,
        model_uri=champion.get("model_uri", ""),
    )


def _state(ledger: StudyView) -> str:
    """Return the state of a study that no process runs."""
    if ledger.n_finished == 0 or ledger.attribute("tracked") != ledger.n_finished:
        return "INTERRUPTED"
    return "COMPLETE" if ledger.best is not None else "FAILED"


def _covered_seconds(spans: list[tuple[datetime, datetime]]) -> float:
    """Return how long at least one of some spans of time lasted."""
    seconds, end = 0.0, None
    for start, stop in sorted(spans):
        start = start if end is None else max(start, end)
        if stop > start:
            seconds, end = seconds + (stop - start).total_seconds(), stop
    return seconds
