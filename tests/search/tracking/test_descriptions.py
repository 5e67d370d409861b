"""Names and texts of params, tags and metrics."""

import dataclasses

from search.data.dataset import Dataset, Part
from search.experiment.file import Experiment, parse_experiment
from search.experiment.settings import TrainingSettings
from search.tracking.base import StudyOutcome, StudyRecord
from search.tracking.descriptions import dataset_profile, outcome_metrics, outcome_tags, positive_tags, study_params, trial_params
from search.trial import Assignment

RATE = {"type": "float", "low": 0.1, "high": 0.9, "step": 0.1}


def make_record(experiment: Experiment, dataset: Dataset, **space: object) -> StudyRecord:
    content = experiment.model_dump(mode="json", exclude={"space"}) | {"space": space}
    return StudyRecord(study="s", experiment=parse_experiment(content, "the test"), dataset=dataset, n_trials=1, n_workers=1)


def params_of(record: StudyRecord, **searched: float) -> dict[str, str]:
    space = record.experiment.space
    training: TrainingSettings = space.training_settings(searched)
    assignment = Assignment(
        number=0,
        params=searched,
        model_arguments=space.model_arguments(searched),
        training=training,
        seed=0,
        is_prunable=False,
        keep_if_better_than=None,
        model_path="",
    )
    return trial_params(record, assignment)


def test_an_argument_named_as_a_training_setting_hides_neither(experiment: Experiment, dataset: Dataset) -> None:
    record = make_record(experiment, dataset, model={"momentum": 0.99}, training={"momentum": 0.5})
    params = params_of(record)
    assert (params["momentum"], params["training.momentum"]) == ("0.99", "0.5")


def test_the_searched_one_of_two_keeps_the_bare_name(experiment: Experiment, dataset: Dataset) -> None:
    record = make_record(experiment, dataset, model={"momentum": 0.99}, training={"momentum": RATE})
    params = params_of(record, momentum=0.3)
    assert (params["momentum"], params["model.momentum"]) == ("0.3", "0.99")
    assert "training.momentum" not in params


def test_the_space_is_readable(experiment: Experiment, dataset: Dataset) -> None:
    choice = {"type": "categorical", "choices": ["relu", "tanh"]}
    params = study_params(make_record(experiment, dataset, model={"activation": choice}, training={"momentum": RATE, "epochs": 5}))
    assert params["space.model.activation"] == "one of relu, tanh"
    assert params["space.training.momentum"] == "float 0.1 to 0.9 step 0.1"
    assert params["space.training.epochs"] == "5"


def test_settings_that_may_change_when_a_study_continues_are_no_params(record: StudyRecord) -> None:
    assert not {"n_trials", "timeout_seconds", "n_workers", "name"} & {name.rpartition(".")[2] for name in study_params(record)}


def test_the_features_of_images_are_counted(record: StudyRecord, images: Part) -> None:
    dataset = dataclasses.replace(record.dataset, train=images, validation=images, test=images)
    assert '"n_features": 64' in dataset_profile(dataclasses.replace(record, dataset=dataset))


def test_the_positive_class_is_a_tag_and_is_named_beside_its_metrics(record: StudyRecord) -> None:
    assert positive_tags({"": "fraud"}) == {"perceptune.positive_class": "fraud"}
    assert positive_tags({"kind": "fraud"}) == {"perceptune.positive_class.kind": "fraud"}
    outcome = StudyOutcome(is_complete=True, n_by_state={"COMPLETE": 1}, best_trial=0, best_value=0.9, test_metrics={"accuracy": 0.8, "auc": 0.7})
    note = outcome_tags(dataclasses.replace(record, positive={"": "fraud"}), outcome)["mlflow.note.content"]
    assert 'On the test part: accuracy = 0.8, auc of "fraud" = 0.7.' in note


def test_a_metric_that_is_not_defined_is_a_tag(record: StudyRecord) -> None:
    outcome = StudyOutcome(is_complete=True, n_by_state={"COMPLETE": 1}, best_trial=0, best_value=0.9, test_metrics={"accuracy": 0.8, "auc": None})
    assert outcome_metrics(outcome) == {"n_trials_complete": 1.0, "test_accuracy": 0.8, "best_value": 0.9}
    assert outcome_tags(record, outcome)["perceptune.test_auc"] == "not defined: one class in the test part"
