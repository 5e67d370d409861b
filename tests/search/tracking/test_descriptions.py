"""Names and texts of params, tags and metrics."""

import dataclasses
import json

import pandas as pd

from search.data.dataset import Dataset, Part
from search.experiment.file import Experiment, parse_experiment
from search.tracking.base import StudyOutcome, StudyRecord
from search.tracking.descriptions import outcome_metrics, outcome_tags, positive_tags, study_params
from search.tracking.mlflow_dataset import dataset_profile, dataset_schema
from search.tracking.notes import study_note

RATE = {"type": "float", "low": 0.1, "high": 0.9, "step": 0.1}


def make_record(experiment: Experiment, dataset: Dataset, **space: object) -> StudyRecord:
    content = experiment.model_dump(mode="json", exclude={"space"}) | {"space": space}
    return StudyRecord(study="s", experiment=parse_experiment(content, "the test"), dataset=dataset, n_trials=1, n_workers=1)


def test_the_space_is_readable(experiment: Experiment, dataset: Dataset) -> None:
    choice = {"type": "categorical", "choices": ["relu", "tanh"]}
    params = study_params(make_record(experiment, dataset, model={"activation": choice}, training={"momentum": RATE, "epochs": 5}))
    assert params["space.model.activation"] == "one of relu, tanh"
    assert params["space.training.momentum"] == "float 0.1 to 0.9 step 0.1"
    assert (params["space.training.epochs"], params["space.training.batch_size"]) == ("5", "32")


def test_settings_that_may_change_when_a_study_continues_are_no_params(record: StudyRecord) -> None:
    assert not {"n_trials", "timeout_seconds", "n_workers", "name"} & {name.rpartition(".")[2] for name in study_params(record)}


def test_the_features_of_images_are_counted(record: StudyRecord, images: Part) -> None:
    dataset = dataclasses.replace(record.dataset, train=images, validation=images, test=images)
    assert '"n_features": 64' in dataset_profile(dataset)


def test_the_schema_has_a_type_for_each_column_and_the_shape_of_images(record: StudyRecord, images: Part) -> None:
    target = pd.Series([0, 1], name="sick")
    parts = {part: Part(record.dataset.train.features, target) for part in ("train", "validation", "test")}
    columns = json.loads(dataset_schema(dataclasses.replace(record.dataset, **parts)))["mlflow_colspec"]
    assert [(column["name"], column["type"]) for column in columns] == [
        *((name, "double") for name in record.dataset.train.columns),
        ("sick", "double"),
    ]
    dataset = dataclasses.replace(record.dataset, train=images, validation=images, test=images)
    (features,) = json.loads(json.loads(dataset_schema(dataset))["mlflow_tensorspec"]["features"])
    assert features["tensor-spec"]["shape"] == [-1, 8, 8]


def test_the_best_trial_comes_first_in_the_description_and_is_linked(record: StudyRecord) -> None:
    params = {"n_hidden": 2, "learning_rate": 0.0154971}
    outcome = StudyOutcome(
        is_complete=True, n_by_state={"COMPLETE": 3}, best_trial=1, best_value=0.912346, best_params=params, model_uri="models:/s/1"
    )
    first, *rest = study_note(record, outcome, "#/experiments/1/runs/abc")["mlflow.note.content"].split("\n\n")
    assert first == "**Best: [trial 1](#/experiments/1/runs/abc), val_accuracy 0.91235**"
    assert rest[0] == "Hyperparameters: n_hidden=2, learning_rate=0.015497."
    assert any("load_champion" in text for text in rest)
    assert any("mlflow models serve" in text for text in rest)


def test_the_positive_class_is_a_tag_and_is_named_beside_its_metrics(record: StudyRecord) -> None:
    assert positive_tags({"": "fraud"}) == {"perceptune.positive_class": "fraud"}
    assert positive_tags({"kind": "fraud"}) == {"perceptune.positive_class.kind": "fraud"}
    outcome = StudyOutcome(is_complete=True, n_by_state={"COMPLETE": 1}, best_trial=0, best_value=0.9, test_metrics={"accuracy": 0.8, "auc": 0.7})
    note = study_note(dataclasses.replace(record, positive={"": "fraud"}), outcome, "")["mlflow.note.content"]
    assert 'Test part (2 rows): accuracy 0.8, auc of "fraud" 0.7.' in note


def test_test_metrics_have_intervals_and_are_compared_with_the_baselines(record: StudyRecord) -> None:
    outcome = StudyOutcome(
        is_complete=True,
        n_by_state={"COMPLETE": 1},
        best_trial=0,
        best_value=0.9,
        test_metrics={"accuracy": 0.8, "loss": 0.5},
        test_intervals={"accuracy": (0.7, 0.88123), "loss": (0.41, 0.6)},
        comparisons=["better than logistic regression by 1.1 points (p = 0.2)"],
    )
    intervals = {"test_accuracy_low": 0.7, "test_accuracy_high": 0.88123, "test_loss_low": 0.41, "test_loss_high": 0.6}
    assert intervals.items() <= outcome_metrics(outcome).items()
    note = study_note(record, outcome, "")["mlflow.note.content"]
    assert "Test part (2 rows): accuracy 0.8 (95 % interval 0.7 to 0.8812), loss 0.5 (0.41 to 0.6)." in note
    assert "In accuracy, the model is better than logistic regression by 1.1 points (p = 0.2)." in note


def test_a_metric_that_is_not_defined_is_a_tag(record: StudyRecord) -> None:
    outcome = StudyOutcome(is_complete=True, n_by_state={"COMPLETE": 1}, best_trial=0, best_value=0.9, test_metrics={"accuracy": 0.8, "auc": None})
    assert outcome_metrics(outcome) == {"n_trials_complete": 1.0, "test_accuracy": 0.8, "best_value": 0.9}
    assert outcome_tags(outcome)["perceptune.test_auc"] == "not defined: one class in the test part"
