"""The content of MLflow during and after a study."""

import dataclasses
import itertools
import json
import time
from pathlib import Path

import pytest
from mlflow import MlflowClient

from search.errors import StudyNotFoundError
from search.experiment.file import load_experiment
from search.tracking import mlflow_trial_runs
from search.tracking.base import StudyOutcome, StudyRecord
from search.tracking.mlflow_results import read_attributes
from search.tracking.mlflow_tracker import MlflowTracker
from search.tracking.mlflow_view import page_of
from search.trial import EpochReport, TrialResult, TrialState

from .conftest import COMPLETE, HISTORY, OUTCOME, Assign, children


def artifact_text(client: MlflowClient, run_id: str, path: str, folder: Path) -> str:
    return Path(client.download_artifacts(run_id, path, str(folder))).read_text(encoding="utf-8")


def test_a_study_starts_with_everything_that_makes_it_reproducible(
    tracker: MlflowTracker, client: MlflowClient, record: StudyRecord, tmp_path: Path
) -> None:
    run = client.get_run(tracker.start_study(record))
    assert run.info.status == "RUNNING"
    assert run.info.run_name == "diabetes"
    assert client.get_experiment(run.info.experiment_id).name == record.experiment.name
    params, tags = run.data.params, run.data.tags
    assert params["model"] == "models.mlp:build_mlp"
    assert params["space.model.n_hidden"] == "int 0 to 3"
    assert params["space.training.learning_rate"] == "float 0.001 to 0.1 log"
    assert (params["sampler"], params["pruner"], params["seed"]) == ("random", "auto", "7")
    assert (params["objective.metric"], params["objective.direction"]) == ("val_accuracy", "maximize")
    assert len(tags["mlflow.source.git.commit"]) == 40
    assert tags["mlflow.source.git.dirty"] in {"true", "false"}
    assert tags["perceptune.version.keras"]
    assert tags["perceptune.device"]
    stored = json.loads(artifact_text(client, run.info.run_id, "experiment.json", tmp_path))
    assert stored == record.experiment.model_dump(mode="json")
    assert "tensorflow==" in artifact_text(client, run.info.run_id, "requirements.txt", tmp_path)


def test_the_data_set_is_an_mlflow_input_with_its_fingerprint(tracker: MlflowTracker, client: MlflowClient, record: StudyRecord) -> None:
    (given,) = client.get_run(tracker.start_study(record)).inputs.dataset_inputs
    assert (given.dataset.name, given.dataset.digest) == ("diabetes", "0123456789abcdef")
    profile = json.loads(given.dataset.profile)
    assert (profile["num_rows"], profile["n_test"], profile["n_features"], profile["task"]) == (6, 2, 2, "binary")


def test_artifacts_of_a_local_store_lie_in_its_folder(tracker: MlflowTracker, client: MlflowClient, record: StudyRecord, store: Path) -> None:
    run = client.get_run(tracker.start_study(record))
    assert run.info.artifact_uri.startswith((store / "artifacts" / record.experiment.name).as_uri())


def test_a_trial_has_every_hyperparameter_and_every_epoch_once(
    tracker: MlflowTracker, client: MlflowClient, record: StudyRecord, assign: Assign
) -> None:
    parent = tracker.start_study(record)
    tracker.start_trial(assign(0))
    for epoch, metrics in enumerate(HISTORY[:2], start=1):
        tracker.log_epoch(EpochReport(0, epoch, metrics))
    tracker.log_epoch(EpochReport(0, 2, HISTORY[1]))
    tracker.finish_trial(TrialResult(number=0, history=HISTORY, **COMPLETE))
    run = children(client, parent)["0"]
    assert (run.info.run_name, run.info.status) == ("trial 0", "FINISHED")
    assert run.data.params == {"n_hidden": "2", "learning_rate": "0.01"}  # what all trials have alike is in the study's run
    assert run.data.tags["perceptune.searched"] == "n_hidden, learning_rate"
    assert run.data.tags["perceptune.seed"] == "1000"
    assert (run.data.tags["perceptune.state"], run.data.tags["perceptune.device"]) == ("COMPLETE", "cpu")
    facts = {"best_epoch": 2, "system/seconds": 1.5, "system/n_parameters": 99}
    assert run.data.metrics.items() >= ({"value": 0.8, "best_val_accuracy": 0.8, "best_loss": 0.7} | facts).items()
    assert [given.dataset.name for given in run.inputs.dataset_inputs] == ["diabetes"]
    for name in ("loss", "val_accuracy"):
        steps = {metric.step: metric.value for metric in client.get_metric_history(run.info.run_id, name)}
        assert steps == {epoch: metrics[name] for epoch, metrics in enumerate(HISTORY, start=1)}
        assert len(client.get_metric_history(run.info.run_id, name)) == 3


def test_epochs_have_the_times_at_which_they_ended(tracker: MlflowTracker, client: MlflowClient, record: StudyRecord, assign: Assign) -> None:
    parent = tracker.start_study(record)
    tracker.start_trial(assign(0))
    tracker.finish_trial(TrialResult(number=0, history=HISTORY, **COMPLETE))
    times = [metric.timestamp for metric in client.get_metric_history(children(client, parent)["0"].info.run_id, "loss")]
    assert [later - earlier for earlier, later in itertools.pairwise(times)] == [500, 500]


@pytest.mark.parametrize(
    ("ending", "status", "state"),
    [
        ({"state": TrialState.PRUNED, "value": 0.5, "ended_by": "race"}, "FINISHED", "PRUNED"),
        ({"state": TrialState.FAILED, "reason": "out of memory"}, "FAILED", "FAILED"),
    ],
    ids=["pruned", "failed"],
)
def test_the_end_of_a_trial_shows_in_status_and_state(
    tracker: MlflowTracker, client: MlflowClient, record: StudyRecord, assign: Assign, ending: dict[str, object], status: str, state: str
) -> None:
    parent = tracker.start_study(record)
    tracker.start_trial(assign(3))
    tracker.finish_trial(TrialResult(number=3, **ending))
    run = children(client, parent)["3"]
    assert (run.info.status, run.data.tags["perceptune.state"]) == (status, state)
    assert run.data.tags.get("perceptune.reason", "") == ending.get("reason", "")
    assert run.data.tags.get("perceptune.ended_by", "") == ending.get("ended_by", "")


def test_metrics_of_a_running_trial_appear_within_the_interval(
    tracker: MlflowTracker, client: MlflowClient, record: StudyRecord, assign: Assign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mlflow_trial_runs, "WRITE_INTERVAL_SECONDS", 1000.0)
    parent = tracker.start_study(record)
    tracker.start_trial(assign(0))
    tracker.log_epoch(EpochReport(0, 1, HISTORY[0]))
    started = children(client, parent)["0"].data
    assert (started.params["n_hidden"], started.metrics) == ("2", {})
    tracker.write_due()
    assert children(client, parent)["0"].data.metrics == {}
    monkeypatch.setattr(mlflow_trial_runs, "WRITE_INTERVAL_SECONDS", 0.0)
    tracker.write_due()
    run = children(client, parent)["0"]
    assert run.data.metrics == HISTORY[0]
    assert run.info.status == "RUNNING"


def test_a_study_ends_with_its_best_trial_and_test_metrics(tracker: MlflowTracker, client: MlflowClient, record: StudyRecord, tmp_path: Path) -> None:
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "history.html").write_text("<html></html>")
    parent = tracker.start_study(record)
    tracker.finish_study(dataclasses.replace(OUTCOME, artifacts=tmp_path))
    run = client.get_run(parent)
    assert run.info.status == "FINISHED"
    expected = {"best_value": 0.8, "test_accuracy": 0.77, "test_loss": 0.5, "n_trials_complete": 1, "n_trials_failed": 0}
    assert run.data.metrics == expected
    assert run.data.tags["perceptune.best.n_hidden"] == "2"
    assert run.data.tags["perceptune.best_trial"] == "0"
    assert run.data.tags["perceptune.model_uri"] == "models:/diabetes/1"
    assert "**Best: trial 0, val_accuracy 0.8**" in run.data.tags["mlflow.note.content"]
    assert [file.path for file in client.list_artifacts(parent, "plots")] == ["plots/history.html"]


def test_a_rebuilt_ledger_has_the_champions_test_metrics_with_their_intervals_and_not_those_of_the_baselines(
    tracker: MlflowTracker, client: MlflowClient, record: StudyRecord
) -> None:
    parent = tracker.start_study(record)
    further = {"test_intervals": {"accuracy": (0.7, 0.8)}, "baseline_metrics": {"baseline_mean_loss": 0.9}}
    tracker.finish_study(dataclasses.replace(OUTCOME, **further))
    champion = read_attributes(client, client.get_run(parent))["champion"]
    assert (champion["test"], champion["test_intervals"]) == ({"accuracy": 0.77, "loss": 0.5}, {"accuracy": [0.7, 0.8]})


def test_the_best_value_is_a_curve_of_the_study_and_the_best_trial_is_marked(
    tracker: MlflowTracker, client: MlflowClient, record: StudyRecord, assign: Assign
) -> None:
    parent = tracker.start_study(record)
    for number, accuracy in enumerate((0.6, 0.9, 0.7)):
        tracker.start_trial(assign(number))
        metrics = {"loss": 1 - accuracy, "val_accuracy": accuracy}
        tracker.finish_trial(TrialResult(number=number, history=(metrics,), **COMPLETE | {"value": accuracy, "best_epoch": 1}))
        for _ in range(2):  # as after an outage
            tracker.log_best(number + 1, max(accuracy, 0.9 if number else 0), metrics if number < 2 else {})
    for best in (0, 1):
        tracker.finish_study(dataclasses.replace(OUTCOME, best_trial=best, best_value=0.9, best_metrics={"val_accuracy": 0.9, "learning_rate": 0.1}))
    history = client.get_metric_history(parent, "best_value")
    assert [(entry.step, entry.value) for entry in history][:3] == [(1, 0.6), (2, 0.9), (3, 0.9)]
    assert client.get_run(parent).data.metrics.keys() >= {"best_val_accuracy", "best_loss"}
    runs = children(client, parent)
    assert [runs[str(number)].info.run_name for number in range(3)] == ["trial 0", "trial 1 (best)", "trial 2"]
    assert (
        f"[trial 1](#/experiments/{runs['1'].info.experiment_id}/runs/{runs['1'].info.run_id})"
        in client.get_run(parent).data.tags["mlflow.note.content"]
    )


def test_a_study_s_run_keeps_the_name_that_a_person_has_given(tracker: MlflowTracker, client: MlflowClient, record: StudyRecord) -> None:
    parent = tracker.start_study(record)
    client.update_run(parent, name="the one for the paper")
    tracker.start_study(dataclasses.replace(record, parent_run_id=parent))
    run = client.get_run(parent)
    assert (run.info.run_name, run.info.status) == ("the one for the paper", "RUNNING")


def test_the_page_of_the_studies_shows_the_best_trials_first(tracker: MlflowTracker, client: MlflowClient, record: StudyRecord) -> None:
    parent = tracker.start_study(record)
    experiment = client.get_experiment(client.get_run(parent).info.experiment_id)
    view = json.loads(experiment.tags["mlflow.sharedViewState.perceptune"])
    assert (view["orderByKey"], view["orderByAsc"], view["runsExpanded"]) == ("metrics.`best_val_accuracy`", False, {parent: True})
    assert view["selectedColumns"][:3] == ["metrics.`best_val_accuracy`", "params.`n_hidden`", "params.`learning_rate`"]
    client.set_tag(parent, "perceptune.study", "an archived one")
    tracker.start_study(dataclasses.replace(record, parent_run_id=None))
    view = json.loads(client.get_experiment(experiment.experiment_id).tags["mlflow.sharedViewState.perceptune"])
    assert view["selectedColumns"][:2] == ["tags.`perceptune.study`", "metrics.`best_val_accuracy`"]
    client.set_tag(parent, "perceptune.study", record.study)
    tracker.start_study(dataclasses.replace(record, parent_run_id=parent))
    page = page_of(experiment.experiment_id, experiment.tags)
    assert page.endswith("&viewStateShareKey=perceptune")
    note = experiment.tags["mlflow.note.content"]
    assert f"[All trials, the best first]({page}) | [learning curves of the best ten]({page}&compareRunsMode=CHART)" in note
    client.set_experiment_tag(experiment.experiment_id, "mlflow.note.content", "what an earlier version wrote")
    client.set_experiment_tag(experiment.experiment_id, "perceptune.note", "what an earlier version wrote")
    tracker.start_study(dataclasses.replace(record, parent_run_id=parent))
    tags = client.get_experiment(experiment.experiment_id).tags
    assert (tags["mlflow.note.content"], "perceptune.note" in tags) == (note, False)
    client.set_experiment_tag(experiment.experiment_id, "mlflow.note.content", "a person's own words")
    tracker.start_study(dataclasses.replace(record, parent_run_id=parent))
    assert client.get_experiment(experiment.experiment_id).tags["mlflow.note.content"] == "a person's own words"
    assert "viewStateShareKey" not in page_of("1", {})


def test_the_experiment_that_is_tracked_runs_again(tracker: MlflowTracker, client: MlflowClient, record: StudyRecord, tmp_path: Path) -> None:
    parent = tracker.start_study(record)
    path = Path(client.download_artifacts(parent, "experiment.toml", str(tmp_path)))
    assert f"--study {record.study}" in path.read_text(encoding="utf-8")
    assert load_experiment(path).fingerprint == record.experiment.fingerprint


def test_a_study_without_any_value_has_failed(tracker: MlflowTracker, client: MlflowClient, record: StudyRecord) -> None:
    parent = tracker.start_study(record)
    tracker.finish_study(StudyOutcome(is_complete=True, n_by_state={"FAILED": 4}))
    assert client.get_run(parent).info.status == "FAILED"


def test_times_are_those_of_the_training_even_if_written_later(
    tracker: MlflowTracker, client: MlflowClient, record: StudyRecord, assign: Assign
) -> None:
    parent = tracker.start_study(record)
    tracker.start_trial(dataclasses.replace(assign(0), started=1000.5))
    tracker.log_epoch(EpochReport(0, 1, {"loss": 0.9}, finished=1001.25))
    tracker.finish_trial(TrialResult(number=0, history=({"loss": 0.9},), finished=1002.0, **COMPLETE))
    info = children(client, parent)["0"].info
    (metric,) = client.get_metric_history(info.run_id, "loss")
    assert (info.start_time, metric.timestamp, info.end_time) == (1_000_500, 1_001_250, 1_002_000)


def test_mlflow_variables_in_the_environment_change_nothing(
    tracker: MlflowTracker, client: MlflowClient, record: StudyRecord, assign: Assign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_RUN_ID", "1" * 32)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", "999")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "another")
    parent = tracker.start_study(record)
    tracker.start_trial(assign(0))
    tracker.finish_trial(TrialResult(number=0, history=HISTORY, **COMPLETE))
    tracker.finish_study(OUTCOME)
    assert client.get_experiment(client.get_run(parent).info.experiment_id).name == record.experiment.name
    assert children(client, parent)["0"].data.metrics["loss"] == 0.6


def test_a_trials_run_is_found_by_its_number(
    tracker: MlflowTracker, tracking_uri: str, store: Path, client: MlflowClient, record: StudyRecord, assign: Assign
) -> None:
    parent = tracker.start_study(record)
    tracker.start_trial(assign(11))
    other = MlflowTracker(tracking_uri, store / "artifacts")
    assert other.find_run_id(parent, 11) == children(client, parent)["11"].info.run_id
    with pytest.raises(StudyNotFoundError, match="no run of trial 12"):
        other.find_run_id(parent, 12)


def test_a_trial_takes_a_fraction_of_one_request_per_metric(
    tracker: MlflowTracker, client: MlflowClient, record: StudyRecord, assign: Assign
) -> None:
    metrics = dict.fromkeys(("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"), 0.5)
    parent, n_trials = tracker.start_study(record), 5
    started = time.process_time()
    for epoch in range(1, 11):
        for name, value in metrics.items():
            client.log_metric(parent, name, value, step=epoch)
    a_third = time.process_time() - started
    started = time.process_time()
    for number in range(n_trials):
        tracker.start_trial(assign(number))
        for epoch in range(1, 31):
            tracker.log_epoch(EpochReport(number, epoch, metrics))
        tracker.finish_trial(TrialResult(number=number, history=(metrics,) * 30, **COMPLETE))
    assert (time.process_time() - started) / n_trials < a_third  # a quarter of it is usual


def test_a_paused_trial_has_its_values_so_far_and_later_those_of_its_end(
    tracker: MlflowTracker, client: MlflowClient, record: StudyRecord, assign: Assign
) -> None:
    parent_run_id = tracker.start_study(record)
    tracker.start_trial(assign(0))
    tracker.pause_trial(0, TrialResult(number=0, state=TrialState.PRUNED, value=0.5, best_epoch=1, history=HISTORY[:1]))
    run = children(client, parent_run_id)["0"]
    assert (run.info.status, run.data.tags["perceptune.state"]) == ("SCHEDULED", "PAUSED")
    assert (run.data.metrics["value"], run.data.metrics["best_val_accuracy"]) == (0.5, 0.5)
    tracker.start_trial(dataclasses.replace(assign(0), attempt=2))
    tracker.finish_trial(TrialResult(number=0, history=HISTORY, **COMPLETE))
    run = children(client, parent_run_id)["0"]
    assert (run.info.status, run.data.metrics["value"], run.data.metrics["best_val_accuracy"]) == ("FINISHED", 0.8, 0.8)
