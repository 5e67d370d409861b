"""The positive class of a binary target, and the metrics that are about it."""

import numpy as np
import pandas as pd
import pytest

from experiments.datasets import csv
from search.data.dataset import parse_dataset
from search.data.fitting import fit_preprocessor
from search.data.positive_class import is_defined, why_undefined, with_class
from search.data.targets import positive_classes, read_targets
from search.errors import DataError
from search.experiment.sections import PreprocessingSection

RARE_FRAUD, EVEN = ["fraud", "legit", "legit", "legit"], ["b", "a", "a", "b"]


def _dataset(values, **options):
    part = pd.DataFrame({"x": np.arange(float(len(values)))}), pd.Series(values, name="kind")
    return parse_dataset(dict.fromkeys(("train", "validation", "test"), part) | {"task": "binary"} | options, "toy")


@pytest.mark.parametrize(
    ("values", "options", "positive"),
    [
        (RARE_FRAUD, {}, "fraud"),
        (["a", "a", "b"], {}, "b"),
        (EVEN, {}, "b"),
        (RARE_FRAUD, {"positive": "legit"}, "legit"),
        (RARE_FRAUD, {"class_names": ["fraud", "legit"]}, "legit"),
        (RARE_FRAUD, {"class_names": ["fraud", "legit"], "positive": "fraud"}, "fraud"),
        ([1, 1, 1, 0], {}, "1"),
        ([1, 1, 1, 0], {"positive": 0}, "0"),
        ([1.0, 2.0, 2.0], {"positive": 1}, "1.0"),
        ([True, True, False], {}, "True"),
        ([True, True, False], {"positive": False}, "False"),
    ],
)
def test_the_positive_class_is_the_given_one_or_the_rarer_text_or_the_larger_number(values, options, positive):
    dataset = _dataset(values, **options)
    assert dataset.class_names[-1] == positive
    target = fit_preprocessor(dataset, PreprocessingSection()).targets[""]
    assert target.positive == positive
    assert target.encode(dataset.train.target).ravel().tolist() == [float(str(value) == positive) for value in dataset.train.target]


def test_the_fingerprint_does_not_depend_on_the_positive_class():
    assert _dataset(RARE_FRAUD).fingerprint == _dataset(RARE_FRAUD, positive="legit").fingerprint
    assert _dataset(RARE_FRAUD).fingerprint == "f449bce8ea392ffb"  # that of the version before


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        (RARE_FRAUD, {"positive": "fruad"}, """positive = 'fruad' is none of the classes; did you mean "fraud"? Valid: fraud, legit"""),
        (["a", "b", "c"], {"positive": "a", "task": "multiclass"}, """positive = 'a' is for a binary task; "kind" has the task "multiclass\""""),
    ],
)
def test_a_positive_class_that_does_not_exist_is_refused(values, options, message):
    with pytest.raises(DataError, match=message.replace("?", "[?]")):
        _dataset(values, **options)


def test_csv_takes_the_positive_class(tmp_path):
    pd.DataFrame({"x": range(40), "kind": ["fraud", "legit"] * 20}).to_csv(tmp_path / "rows.csv", index=False)
    loaded = csv(str(tmp_path / "rows.csv"), "kind", positive="fraud")
    assert parse_dataset(loaded, "rows").class_names == ("legit", "fraud")


def test_the_positive_class_is_read_from_a_saved_preprocessor(tmp_path):
    assert read_targets(tmp_path) == {}
    fit_preprocessor(_dataset(RARE_FRAUD), PreprocessingSection()).save(tmp_path)
    assert positive_classes(read_targets(tmp_path)) == {"": "fraud"}


def test_metrics_are_shown_with_the_class_that_they_are_about():
    assert with_class("val_f1_score", {"": "fraud"}) == 'val_f1_score of "fraud"'
    assert with_class("val_kind_auc", {"kind": "fraud"}) == 'val_kind_auc of "fraud"'
    assert [with_class(name, {"": "fraud"}) for name in ("val_accuracy", "loss")] == ["val_accuracy", "loss"]
    assert with_class("val_auc", {}) == "val_auc"


@pytest.mark.parametrize(
    ("target", "defined"),
    [([0, 1], {"auc", "recall", "f1_score", "accuracy"}), ([1, 1], {"recall", "f1_score", "accuracy"}), ([0, 0], {"accuracy"})],
)
def test_metrics_that_need_a_class_are_not_defined_without_it(target, defined):
    assert {name for name in ("auc", "recall", "f1_score", "accuracy") if is_defined(name, np.array(target))} == defined


def test_the_reason_is_named():
    assert why_undefined("kind_auc") == "not defined: one class in the test part"
    assert why_undefined("r2") == "not defined: one value of the target in the test part"
