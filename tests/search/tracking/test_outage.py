"""An outage of the tracking server loses no epoch, writes none twice, and delays no caller."""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from search.errors import StoreUnavailableError
from search.tracking.background import BackgroundTracker
from search.tracking.base import StudyOutcome, StudyRecord
from search.tracking.call_queue import Delays
from search.tracking.mlflow_tracker import MlflowTracker
from search.trial import Assignment, EpochReport, TrialResult, TrialState
from tests.search.tracking.server import LossyProxy, Server

N_EPOCHS, MAX_QUEUED = 30, 40
DELAYS = Delays(before_retries=(0.05, 0.1, 0.2), for_space=0.5)
HISTORY = tuple({"loss": 1 / epoch, "val_loss": 2 / epoch} for epoch in range(1, N_EPOCHS + 1))
OUTCOME = StudyOutcome(is_complete=True, n_by_state={"COMPLETE": 2}, best_trial=0, best_value=0.5)
Assign = Callable[..., Assignment]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("server"))
    shutil.copy(template, server.database)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def proxy(server: Server) -> Iterator[LossyProxy]:
    proxy = LossyProxy(server)
    yield proxy
    proxy.close()


@pytest.fixture
def ledger() -> dict[int, TrialResult]:
    """The ledger's results of finished trials."""
    return {}


@pytest.fixture
def record(record: StudyRecord, ledger: dict[int, TrialResult], assign: Assign) -> StudyRecord:
    return replace(record, result_of=ledger.get, finished=lambda: [(assign(number), ledger[number]) for number in sorted(ledger, reverse=True)])


def train(tracker: BackgroundTracker, assignment: Assignment, ledger: dict[int, TrialResult], epochs: range = range(1, N_EPOCHS + 1)) -> None:
    """Report a trial to the tracker, or its given epochs."""
    if epochs.start == 1:
        tracker.start_trial(assignment)
    for epoch in epochs:
        tracker.log_epoch(EpochReport(assignment.number, epoch, HISTORY[epoch - 1]))
    if epochs.stop == N_EPOCHS + 1:
        result = TrialResult(number=assignment.number, state=TrialState.COMPLETE, value=0.5, best_epoch=1, history=HISTORY, seconds=1.0)
        ledger[assignment.number] = result
        tracker.finish_trial(result)


def check(server: Server, parent: str, n_trials: int) -> None:
    """Check that every trial has one finished run with every epoch once and in order."""
    with sqlite3.connect(server.database) as store:
        of_parent = "(select run_uuid from tags where key = 'mlflow.parentRunId' and value = ?)"
        names = store.execute(f"select replace(name, ' (best)', ''), status from runs where run_uuid in {of_parent}", [parent]).fetchall()
        query = f"select name, key, step from metrics join runs using (run_uuid) where run_uuid in {of_parent} and step > 0 order by metrics.rowid"
        steps = store.execute(query, [parent]).fetchall()
    assert sorted(names) == sorted((f"trial {number}", "FINISHED") for number in range(n_trials))
    for number in range(n_trials):
        for key in ("loss", "val_loss"):
            assert [step for name, metric, step in steps if (name.removesuffix(" (best)"), metric) == (f"trial {number}", key)] == list(
                range(1, N_EPOCHS + 1)
            )


@pytest.mark.parametrize("is_killed", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["unreachable", "killed"])
def test_after_an_outage_the_server_has_every_epoch_once_and_in_order(
    is_killed: bool, server: Server, proxy: LossyProxy, tmp_path: Path, record: StudyRecord, assign: Assign, ledger: dict[int, TrialResult]
) -> None:
    tracker = BackgroundTracker(MlflowTracker(server.uri if is_killed else proxy.uri, tmp_path), max_queued=MAX_QUEUED, delays=DELAYS)
    parent = tracker.start_study(record)
    train(tracker, assign(0), ledger)
    train(tracker, assign(1), ledger, range(1, 10))
    server.kill() if is_killed else proxy.close()
    train(tracker, assign(1), ledger, range(10, 20))
    tracker.pause_trial(1)  # its worker was lost too
    tracker.start_trial(replace(assign(1), attempt=2))
    train(tracker, assign(1), ledger, range(20, N_EPOCHS + 1))
    n_trials = 3 + 2 * MAX_QUEUED // N_EPOCHS  # more calls than the queue holds
    for number in range(2, n_trials - 1):
        train(tracker, assign(number), ledger)
    train(tracker, assign(n_trials - 1), ledger, range(1, 10))
    if is_killed:
        server.start()
    with contextlib.nullcontext() if is_killed else contextlib.closing(LossyProxy(server, proxy.port)):
        train(tracker, assign(n_trials - 1), ledger, range(10, N_EPOCHS + 1))
        tracker.finish_study(OUTCOME)
    check(server, parent, n_trials)


def test_lost_responses_duplicate_nothing(
    server: Server, proxy: LossyProxy, tmp_path: Path, record: StudyRecord, assign: Assign, ledger: dict[int, TrialResult]
) -> None:
    tracker = BackgroundTracker(MlflowTracker(proxy.uri, tmp_path), delays=DELAYS)
    parent = tracker.start_study(record)
    for number, kinds in enumerate([{"update": 2}, {"create": 1, "log-batch": 2, "update": 1}]):
        proxy.to_lose.update(kinds)
        train(tracker, assign(number), ledger)
        tracker.find_run_id(parent, number)
        assert not +proxy.to_lose
    tracker.finish_study(OUTCOME)
    assert proxy.n_lost == {"create": 1, "log-batch": 2, "update": 3}
    check(server, parent, 2)


def test_epochs_that_did_not_fit_into_the_queue_block_no_later_call(
    server: Server, proxy: LossyProxy, tmp_path: Path, record: StudyRecord, assign: Assign, ledger: dict[int, TrialResult]
) -> None:
    tracker = BackgroundTracker(MlflowTracker(proxy.uri, tmp_path), max_queued=MAX_QUEUED, delays=DELAYS)
    parent = tracker.start_study(record)
    proxy.to_lose.update({"log-batch": 2})
    train(tracker, assign(0), ledger, range(1, 2))
    for _ in range(MAX_QUEUED + N_EPOCHS):
        tracker.log_epoch(EpochReport(0, 1, HISTORY[0]))
    tracker.find_run_id(parent, 0)
    train(tracker, assign(0), ledger, range(2, N_EPOCHS + 1))
    tracker.finish_study(OUTCOME)
    check(server, parent, 1)


@pytest.mark.slow
def test_a_long_outage_ends_the_study_with_a_message_and_a_continued_study_logs_the_rest(
    server: Server, proxy: LossyProxy, tmp_path: Path, record: StudyRecord, assign: Assign, ledger: dict[int, TrialResult]
) -> None:
    tracker = BackgroundTracker(MlflowTracker(proxy.uri, tmp_path), timeout_seconds=1, delays=DELAYS)
    parent = tracker.start_study(record)
    train(tracker, assign(0), ledger)
    tracker.find_run_id(parent, 0)
    proxy.close()
    train(tracker, assign(1), ledger)
    for _ in range(2):  # the second call raises at once
        with pytest.raises(StoreUnavailableError, match=r"has not responded for 1 s \(MLflow does not respond: .*run the same command again"):
            tracker.finish_study(OUTCOME)
    with contextlib.closing(LossyProxy(server, proxy.port)) as reopened:
        again = BackgroundTracker(MlflowTracker(reopened.uri, tmp_path))
        assert again.start_study(replace(record, parent_run_id=parent)) == parent
        again.finish_study(OUTCOME)
    check(server, parent, 2)
