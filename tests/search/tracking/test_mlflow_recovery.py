"""Studies that continue in MLflow after an interrupt, a kill or a deletion."""

import dataclasses
from pathlib import Path

from mlflow import MlflowClient

from search.tracking.base import StudyOutcome, StudyRecord
from search.tracking.mlflow_tracker import MlflowTracker
from search.trial import EpochReport, TrialResult

from .conftest import COMPLETE, HISTORY, OUTCOME, Assign, children


def test_an_interrupted_study_leaves_no_run_running(tracker: MlflowTracker, client: MlflowClient, record: StudyRecord, assign: Assign) -> None:
    parent = tracker.start_study(record)
    tracker.start_trial(assign(0))
    tracker.log_epoch(EpochReport(0, 1, HISTORY[0]))
    tracker.finish_study(StudyOutcome(is_complete=False, n_by_state={"INTERRUPTED": 1}))
    assert client.get_run(parent).info.status == "KILLED"
    run = children(client, parent)["0"]
    assert (run.info.status, run.data.tags["perceptune.state"]) == ("KILLED", "INTERRUPTED")
    assert run.data.metrics == HISTORY[0]


def test_continuing_after_a_kill_closes_runs_left_running(
    tracker: MlflowTracker, tracking_uri: str, store: Path, client: MlflowClient, record: StudyRecord, assign: Assign
) -> None:
    parent = tracker.start_study(record)
    tracker.start_trial(assign(0))
    search = record.experiment.search.model_copy(update={"sampler": "tpe"})
    changed = dataclasses.replace(record, parent_run_id=parent, n_trials=9, experiment=record.experiment.model_copy(update={"search": search}))
    second = MlflowTracker(tracking_uri, store / "artifacts")
    assert second.start_study(changed) == parent
    run = children(client, parent)["0"]
    assert (run.info.status, run.data.tags["perceptune.state"]) == ("KILLED", "INTERRUPTED")
    tags = client.get_run(parent).data.tags
    assert (tags["perceptune.n_trials"], tags["perceptune.resumed_with.sampler"]) == ("9", "tpe")
    second.start_trial(assign(1))
    second.finish_trial(TrialResult(number=1, history=HISTORY, **COMPLETE))
    second.finish_study(dataclasses.replace(OUTCOME, n_by_state={"COMPLETE": 1, "INTERRUPTED": 1}))
    assert client.get_run(parent).info.status == "FINISHED"
    assert {number: run.info.status for number, run in children(client, parent).items()} == {"0": "KILLED", "1": "FINISHED"}


def test_a_retried_trial_continues_its_run(
    tracker: MlflowTracker, tracking_uri: str, store: Path, client: MlflowClient, record: StudyRecord, assign: Assign
) -> None:
    parent = tracker.start_study(record)
    tracker.start_trial(assign(0))
    tracker.log_epoch(EpochReport(0, 1, HISTORY[0]))
    tracker.start_trial(dataclasses.replace(assign(0), attempt=2))
    tracker.log_epoch(EpochReport(0, 1, HISTORY[0]))
    tracker.log_epoch(EpochReport(0, 2, HISTORY[1]))
    tracker.finish_study(StudyOutcome(is_complete=False, n_by_state={"INTERRUPTED": 1}))
    before = children(client, parent)["0"]
    assert before.info.status == "KILLED"
    second = MlflowTracker(tracking_uri, store / "artifacts")
    second.start_study(dataclasses.replace(record, parent_run_id=parent))
    second.start_trial(dataclasses.replace(assign(0), attempt=3))
    assert client.get_run(before.info.run_id).info.status == "RUNNING"
    for epoch, metrics in enumerate(HISTORY, start=1):
        second.log_epoch(EpochReport(0, epoch, metrics))
    second.finish_trial(TrialResult(number=0, history=HISTORY, **COMPLETE))
    runs = children(client, parent)
    assert [run.info.run_id for run in runs.values()] == [before.info.run_id]
    tags = runs["0"].data.tags
    assert (runs["0"].info.status, tags["perceptune.state"], tags["perceptune.attempt"]) == ("FINISHED", "COMPLETE", "3")
    assert "perceptune.reason" not in tags
    assert [metric.step for metric in client.get_metric_history(before.info.run_id, "loss")] == [1, 2, 3]


def test_continuing_logs_finished_trials_that_a_kill_left_unlogged(
    tracker: MlflowTracker, tracking_uri: str, store: Path, client: MlflowClient, record: StudyRecord, assign: Assign
) -> None:
    results = [TrialResult(number=number, history=HISTORY, **COMPLETE) for number in range(4)]
    parent = tracker.start_study(record)
    for number in (0, 1):
        tracker.start_trial(assign(number))
        tracker.finish_trial(results[number])
    before = children(client, parent)
    client.delete_run(before["0"].info.run_id)
    finished = [(assign(number), results[number]) for number in (3, 2, 1, 0)]
    second = MlflowTracker(tracking_uri, store / "artifacts")
    second.start_study(dataclasses.replace(record, parent_run_id=parent, finished=lambda: finished))
    runs = children(client, parent)
    assert {number: run.info.status for number, run in runs.items()} == dict.fromkeys("123", "FINISHED")
    assert runs["1"].info.run_id == before["1"].info.run_id
    for number in "23":
        assert runs[number].data.params == before["1"].data.params
        assert runs[number].data.tags["perceptune.seed"] == f"100{number}"
        history = client.get_metric_history(runs[number].info.run_id, "loss")
        assert [(metric.step, metric.value) for metric in history] == [(1, 0.9), (2, 0.7), (3, 0.6)]


def test_a_finished_study_can_continue_and_shows_the_newest_results(tracker: MlflowTracker, client: MlflowClient, record: StudyRecord) -> None:
    parent = tracker.start_study(record)
    tracker.finish_study(OUTCOME)
    tracker.start_study(dataclasses.replace(record, parent_run_id=parent))
    assert client.get_run(parent).info.status == "RUNNING"
    tracker.finish_study(dataclasses.replace(OUTCOME, n_by_state={"COMPLETE": 5}, best_value=0.9, best_params={"n_hidden": 3}))
    run = client.get_run(parent)
    assert (run.info.status, run.data.metrics["best_value"], run.data.tags["perceptune.best.n_hidden"]) == ("FINISHED", 0.9, "3")


def test_a_study_whose_run_was_deleted_gets_a_new_one(tracker: MlflowTracker, client: MlflowClient, record: StudyRecord) -> None:
    parent = tracker.start_study(record)
    client.delete_run(parent)
    second = tracker.start_study(dataclasses.replace(record, parent_run_id=parent))
    assert second != parent
    assert tracker.start_study(dataclasses.replace(record, parent_run_id="0" * 32)) not in {parent, second}


def test_a_study_whose_store_was_removed_gets_all_runs_anew(
    tracker: MlflowTracker, client: MlflowClient, record: StudyRecord, assign: Assign
) -> None:
    results = {number: TrialResult(number=number, history=HISTORY, **COMPLETE) for number in (0, 1)}
    lost = dataclasses.replace(record, parent_run_id="0" * 32, finished=lambda: [(assign(number), results[number]) for number in (1, 0)])
    runs = children(client, tracker.start_study(lost))
    assert {number: run.info.status for number, run in runs.items()} == {"0": "FINISHED", "1": "FINISHED"}


def test_a_deleted_mlflow_experiment_is_restored(tracker: MlflowTracker, client: MlflowClient, record: StudyRecord) -> None:
    run = client.get_run(tracker.start_study(record))
    client.delete_experiment(run.info.experiment_id)
    assert client.get_run(tracker.start_study(record)).info.experiment_id == run.info.experiment_id
    assert client.get_experiment(run.info.experiment_id).lifecycle_stage == "active"
