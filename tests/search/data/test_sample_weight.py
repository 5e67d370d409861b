"""Weights of rows come from a column or from arrays, follow their rows into folds, and are refused where they are no weights."""

import numpy as np
import pandas as pd
import pytest

from search.data.arrays import TrainingArrays
from search.data.dataset import parse_dataset
from search.data.fitting import fit_preprocessor, prepare
from search.data.folds import folds, with_all_rows
from search.errors import DataError
from search.experiment.evaluation import EvaluationSection
from search.experiment.sections import PreprocessingSection

N = 40
ROWS = {"train": slice(0, 24), "validation": slice(24, 32), "test": slice(32, N)}
TABLE = pd.DataFrame({"x": np.arange(N, dtype=float), "w": np.arange(N) % 5 / 2})
TARGET = pd.Series(np.arange(N) % 2, name="y")


def parse(sample_weight, table=TABLE, target=TARGET, **further):
    parts = {name: (table[rows], target[rows]) for name, rows in ROWS.items()}
    return parse_dataset({**parts, "task": "binary", "sample_weight": sample_weight, **further}, "toy")


def by_part(weights=TABLE["w"]):
    return {name: weights[ROWS[name]] for name in ("train", "validation")}


@pytest.mark.parametrize(("given", "columns"), [("w", ["x"]), (by_part(), ["x", "w"])])
def test_each_row_keeps_its_weight_in_every_fold(given, columns, tmp_path):
    dataset, section = parse(given), PreprocessingSection(numeric="none")
    assert list(dataset.test.columns) == columns
    assert dataset.test.weights is None
    for number, fold in enumerate([dataset, *folds(dataset, EvaluationSection(folds=3)), with_all_rows(dataset)]):
        prepare(fold, fit_preprocessor(fold, section)).save(tmp_path / str(number))
        arrays = TrainingArrays.load(tmp_path / str(number))
        assert arrays.sample_weight.dtype == np.float32
        np.testing.assert_array_equal(arrays.sample_weight, arrays.x_train[:, 0] % 5 / 2)


@pytest.mark.parametrize(
    ("names", "given", "weights"),
    [(None, {"1": 3}, (1, 3)), (None, {0: 0.5, 1: 2}, (0.5, 2)), (["no", "yes"], {"yes": 0}, (1, 0)), (["no", "yes"], {"no": 2, "yes": 4}, (2, 4))],
)
def test_a_row_has_the_weight_of_its_class_and_its_own(names, given, weights):
    dataset, alone = parse("w", class_names=names, class_weight=given), parse(None, class_names=names, class_weight=given)
    for part in ("train", "validation"):
        of_class = np.asarray(weights)[TARGET[ROWS[part]]]
        np.testing.assert_array_equal(getattr(alone, part).weights, of_class)
        np.testing.assert_array_equal(getattr(dataset, part).weights, of_class * TABLE["w"][ROWS[part]])
    assert dataset.test.weights is None


@pytest.mark.parametrize(
    ("target", "task", "given", "message"),
    [
        (TARGET, "binary", {"2": 3}, 'class_weight has the unknown class "2"; Valid: 0, 1'),
        (TARGET, "binary", {"1": -1}, 'class_weight of "1" is -1; expected a number of at least 0'),
        (TARGET, "binary", {"1": "heavy"}, "class_weight of \"1\" is 'heavy'; expected a number"),
        (TARGET, "binary", {"0": 0, "1": 0}, "class_weight is 0 for every class"),
        (TARGET, "binary", "balanced", "class_weight = 'balanced' is a str; expected a table of weights by class, 0, 1; \"balanced\" is a value"),
        (TABLE["x"].rename("y"), "regression", {"1": 2}, "weighs the classes of one target, but the targets are y; leave it out"),
    ],
)
def test_weights_of_classes_that_there_are_not_are_refused(target, task, given, message):
    with pytest.raises(DataError) as caught:
        parse(None, target=target, task=task, class_weight=given)
    assert message in str(caught.value)


def test_the_fingerprint_depends_on_the_weights():
    others = parse(by_part(TABLE["w"] + 1)).fingerprint, parse(None).fingerprint
    assert parse(by_part()).fingerprint not in others


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("v", 'sample_weight = "v" is no column beside the target; Valid: w, x'),
        (7, "sample_weight is a int; expected the name of a column, or a dict of weights for train and validation"),
        ({"train": TABLE["w"][:24]}, "sample_weight is a dict of train; expected"),
        (by_part(TABLE["w"]) | {"train": [1.0]}, "train part: sample_weight has 1 rows, but the target 24; expected as many"),
        (by_part(1e300 * (1 + TABLE["w"].abs())), 'the weights "sample_weight" hold'),
        (by_part(1e-60 * TABLE["w"].abs()), "are 0 in every row"),
        (by_part(-TABLE["w"]), 'train part: the weights "sample_weight" hold -0.5 in row 2; expected at least 0 in every row; correct that row'),
        (by_part(TABLE["w"].where(TABLE["x"] != 25)), 'validation part: the weights "sample_weight" hold a gap in row 2; expected'),
        (by_part(TABLE["w"].astype(str) + " kg"), "holds '0.0 kg' in row 1; expected finite numbers"),
        (by_part(0 * TABLE["w"]), 'the weights "sample_weight" are 0 in every row; expected some above 0, or leave sample_weight out'),
    ],
)
def test_what_is_no_weight_is_refused(given, message):
    with pytest.raises(DataError) as caught:
        parse(given)
    assert message in str(caught.value)
    assert str(caught.value).startswith('data set "toy"')


def test_a_column_of_weights_needs_a_feature_beside_it():
    with pytest.raises(DataError, match='"w" is the only column beside the target; expected a feature too'):
        parse("w", TABLE[["w"]])
