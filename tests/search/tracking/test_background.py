"""A slow or failing store, seen by the caller of the tracker."""

import contextlib
import itertools
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from mlflow import MlflowClient

from search.errors import PerceptuneError
from search.tracking.background import BackgroundTracker
from search.tracking.base import StudyOutcome, StudyRecord
from search.tracking.call_queue import MAX_QUEUED
from search.tracking.mlflow_tracker import MlflowTracker
from search.trial import Assignment, EpochReport, TrialResult, TrialState

N_EPOCHS = 3
HISTORY = tuple({"loss": 1 / epoch} for epoch in range(1, N_EPOCHS + 1))
OUTCOME = StudyOutcome(is_complete=True, n_by_state={"COMPLETE": 2}, best_trial=0, best_value=0.5)
Assign = Callable[..., Assignment]
Busy = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def tracker(tracking_uri: str, store: Path) -> BackgroundTracker:
    return BackgroundTracker(MlflowTracker(tracking_uri, store / "artifacts"))


@pytest.fixture
def busy(store: Path) -> Busy:
    """A function that locks the store for all other writers."""

    @contextlib.contextmanager
    def hold() -> Iterator[None]:
        with contextlib.closing(sqlite3.connect(store / "mlflow.db", isolation_level=None)) as other:
            other.execute("begin exclusive")
            yield
            other.execute("rollback")

    return hold


@pytest.fixture
def track(tracker: BackgroundTracker, assign: Assign) -> Callable[[int], None]:
    """A function that reports a whole trial to the tracker."""

    def report(number: int) -> None:
        tracker.start_trial(assign(number))
        for epoch, metrics in enumerate(HISTORY, start=1):
            tracker.log_epoch(EpochReport(number, epoch, metrics))
        tracker.finish_trial(result(number))

    return report


def result(number: int) -> TrialResult:
    return TrialResult(number=number, state=TrialState.COMPLETE, value=0.5, best_epoch=1, history=HISTORY, seconds=1.0)


def statuses(client: MlflowClient, parent_run_id: str) -> dict[str, str]:
    experiment_id = client.get_run(parent_run_id).info.experiment_id
    runs = client.search_runs([experiment_id], f"tags.`mlflow.parentRunId` = '{parent_run_id}'")
    return {run.info.run_name: run.info.status for run in runs}


def test_a_busy_store_delays_no_caller_and_everything_is_written_once_in_order(
    tracker: BackgroundTracker, client: MlflowClient, record: StudyRecord, track: Callable[[int], None], busy: Busy
) -> None:
    parent = tracker.start_study(record)
    with busy():
        track(0)
        track(1)
    run_ids = [tracker.find_run_id(parent, number) for number in range(2)]
    assert statuses(client, parent) == {"trial 0": "FINISHED", "trial 1": "FINISHED"}
    for run_id in run_ids:
        history = client.get_metric_history(run_id, "loss")
        assert [(metric.step, metric.value) for metric in history] == [(epoch, 1 / epoch) for epoch in range(1, N_EPOCHS + 1)]
    assert client.get_run(run_ids[0]).info.start_time <= client.get_run(run_ids[1]).info.start_time


def test_the_end_of_a_study_waits_until_its_trials_are_written(
    tracker: BackgroundTracker, client: MlflowClient, record: StudyRecord, assign: Assign, track: Callable[[int], None]
) -> None:
    n_threads = threading.active_count()
    parent = tracker.start_study(record)
    track(0)
    tracker.start_trial(assign(1))
    tracker.finish_study(OUTCOME)
    assert statuses(client, parent) == {"trial 0 (best)": "FINISHED", "trial 1": "KILLED"}
    assert client.get_run(parent).info.status == "FINISHED"
    assert threading.active_count() == n_threads
    tracker.start_study(StudyRecord(**{**vars(record), "parent_run_id": parent}))
    track(2)
    tracker.finish_study(OUTCOME)
    assert statuses(client, parent)["trial 2"] == "FINISHED"


def test_no_more_calls_are_queued_than_are_allowed(tracker: BackgroundTracker, record: StudyRecord, assign: Assign, busy: Busy) -> None:
    parent = tracker.start_study(record)
    added = itertools.count()

    def add() -> None:
        tracker.start_trial(assign(0))
        for epoch in range(1, 2 * MAX_QUEUED):
            tracker.log_epoch(EpochReport(0, epoch, HISTORY[0]))
            next(added)

    adding = threading.Thread(target=add)
    with busy():
        adding.start()
        adding.join(timeout=1)
        assert adding.is_alive()
        assert next(added) <= MAX_QUEUED
    adding.join()
    assert next(added) == 2 * MAX_QUEUED
    assert tracker.find_run_id(parent, 0)
    tracker.finish_study(OUTCOME)


def test_an_error_is_raised_once_and_the_calls_queued_behind_it_are_dropped(
    tracker: BackgroundTracker, client: MlflowClient, record: StudyRecord, assign: Assign, track: Callable[[int], None], busy: Busy
) -> None:
    parent = tracker.start_study(record)
    tracker.start_trial(assign(0))
    run_id = tracker.find_run_id(parent, 0)
    client.delete_run(run_id)
    with busy():
        tracker.finish_trial(result(0))
        track(1)
    with pytest.raises(PerceptuneError, match=f"{run_id} must be in the 'active' state"):
        tracker.find_run_id(parent, 0)
    assert statuses(client, parent) == {}
    track(2)
    tracker.finish_study(OUTCOME)
    assert statuses(client, parent) == {"trial 2": "FINISHED"}


def test_an_error_stops_the_next_call_that_would_have_returned_at_once(
    tracker: BackgroundTracker, client: MlflowClient, record: StudyRecord, assign: Assign
) -> None:
    parent = tracker.start_study(record)
    tracker.start_trial(assign(0))
    client.delete_run(tracker.find_run_id(parent, 0))
    tracker.finish_trial(result(0))

    def start_many() -> None:
        for number in range(1, 2 * MAX_QUEUED):
            tracker.start_trial(assign(number))

    with pytest.raises(PerceptuneError, match="'active' state"):
        start_many()
    tracker.finish_study(OUTCOME)


def test_an_error_at_the_end_is_raised_and_the_study_can_continue(
    tracker: BackgroundTracker, client: MlflowClient, record: StudyRecord, assign: Assign
) -> None:
    parent = tracker.start_study(record)
    tracker.start_trial(assign(0))
    client.delete_run(tracker.find_run_id(parent, 0))
    tracker.finish_trial(result(0))
    with pytest.raises(PerceptuneError, match="'active' state"):
        tracker.finish_study(OUTCOME)
    run = client.get_run(parent)
    assert (run.info.status, run.data.tags["perceptune.state"]) == ("KILLED", "INTERRUPTED")
