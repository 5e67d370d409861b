"""A data set is checked against the metrics before the first trial."""

import numpy as np
import pandas as pd
import pytest

from search.data.dataset import parse_dataset
from search.data.target_choice import choose_targets
from search.errors import ExperimentError
from search.experiment.file import parse_experiment
from search.study.data_checks import check_validation, notes


def _given(metric, validation=("fraud", "legit"), test=("fraud", "legit"), **options):
    parts = {"train": ["fraud"] + ["legit"] * 9, "validation": list(validation), "test": list(test)}
    loaded = {name: (pd.DataFrame({"x": np.arange(float(len(kinds)))}), pd.Series(kinds, name="kind")) for name, kinds in parts.items()}
    dataset = parse_dataset(loaded | {"task": "binary"} | options, "toy")
    content = {"name": "toy", "model": "models.mlp:build_mlp", "data": {"loader": "experiments.datasets:csv"}}
    experiment = parse_experiment(content | {"objective": {"metric": metric, "direction": "maximize"}}, "toy.toml")
    return experiment, dataset, choose_targets(dataset, {})


@pytest.mark.parametrize(("metric", "only"), [("val_auc", "fraud"), ("val_pr_auc", "legit"), ("val_f1_score", "legit"), ("val_recall", "legit")])
def test_a_validation_part_for_which_a_metric_is_not_defined_is_refused(metric, only):
    with pytest.raises(ExperimentError) as caught:
        check_validation(*_given(metric, validation=[only] * 3))
    name = metric.removeprefix("val_")
    assert str(caught.value).startswith(f'data set "toy": every row of the validation part is "{only}", so that {name} of "fraud" is not defined; ')


@pytest.mark.parametrize(("metric", "only"), [("val_accuracy", "legit"), ("val_recall", "fraud")])
def test_other_metrics_need_no_second_class(metric, only):
    check_validation(*_given(metric, validation=[only] * 3))


def test_the_positive_class_is_named_with_its_rows():
    assert list(notes(*_given("val_f1_score"))) == ['f1_score: those of "fraud", the class of 3 of 14 rows']
    assert list(notes(*_given("val_accuracy"))) == []


def test_a_hint_is_given_if_the_larger_class_is_the_positive_one():
    _, hint = notes(*_given("val_f1_score", positive="legit"))
    assert hint == '"legit" is the larger class; if "fraud" is to be found, set positive = "fraud" in [data], or in what the loader returns'


def test_a_test_part_of_one_class_is_announced():
    *_, note = notes(*_given("val_auc", test=["legit", "legit"]))
    assert note == 'every row of the test part is "legit": auc will not be defined there'


def _given_labels(validation, test):
    """Return what `_given` does, of two labels."""
    labels = {"train": [[0, 0], [1, 0], [0, 1]], "validation": validation, "test": test}
    loaded = {name: (pd.DataFrame({"x": np.arange(float(len(of)))}), pd.DataFrame(of, columns=["a", "b"])) for name, of in labels.items()}
    dataset = parse_dataset(loaded | {"task": {"a": "binary", "b": "binary"}}, "toy")
    experiment, *_ = _given("val_auc")
    return experiment, dataset, choose_targets(dataset, {})


def test_several_labels_are_checked_together_as_their_metrics_are():
    check_validation(*_given_labels([[0, 0], [0, 1]], [[0, 0]]))  # a label without the positive value beside one with it
    with pytest.raises(ExperimentError, match=r'every label of the validation part is "0", so that auc of "1" is not defined'):
        check_validation(*_given_labels([[0, 0], [0, 0]], [[0, 0]]))


def test_the_positive_value_of_several_labels_is_named_with_its_labels():
    assert list(notes(*_given_labels([[0, 0], [0, 1]], [[0, 0]]))) == [
        'auc: those of "1", the value of 3 of 12 labels',
        'every label of the test part is "0": auc will not be defined there',
    ]
    *_, hint = notes(*_given_labels([[1, 1], [1, 1]], [[1, 0]]))
    assert hint == '"1" is the larger value; if "0" is to be found, set positive = "0" in [data], or in what the loader returns'


def test_labels_of_text_have_the_second_class_as_the_positive_one_if_their_rarer_ones_differ():
    labels = pd.DataFrame({"a": ["no", "yes", "yes", "yes"], "b": ["no", "no", "no", "yes"]})
    loaded = {name: (pd.DataFrame({"x": np.arange(4.0)}), labels) for name in ("train", "validation", "test")}
    dataset = parse_dataset(loaded | {"task": {"a": "binary", "b": "binary"}}, "toy")
    targets = choose_targets(dataset, {})
    assert (targets[""].task, targets[""].classes) == ("multilabel", ("no", "yes"))
    assert targets[""].encode(labels).tolist() == [[0, 0], [1, 0], [1, 0], [1, 1]]
    experiment, *_ = _given("val_auc")
    assert list(notes(experiment, dataset, targets)) == ['auc: those of "yes", the value of 12 of 24 labels']
