"""The rows of the training and the validation part are divided into folds, each validated by a model of others; the test part stays apart."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from search.data.dataset import Dataset, parse_dataset
from search.data.fitting import fit_preprocessor
from search.data.folds import folds, joined, kind_of, shared_groups, with_all_rows, without_group
from search.data.kinds.series import SeriesFormat, cut_windows, targets_of
from search.errors import DataError, ExperimentError
from search.experiment.evaluation import EvaluationSection
from search.experiment.sections import PreprocessingSection


def make_dataset(n_rows: int = 60, *, task: str = "binary", groups: int = 12, ordered: bool = True, n_of_rarer: int | None = None) -> Dataset:
    """Return a data set whose feature ``row`` numbers the rows, with 20 rows of validation and 10 of test."""
    n_rarer = n_rows // 3 if n_of_rarer is None else n_of_rarer
    numbers = np.arange(n_rows)
    target = numbers.astype(float) if task == "regression" else np.where(numbers % (n_rows // n_rarer) == 0, "yes", "no")
    table = pd.DataFrame({"row": numbers.astype(float), "patient": [f"p{number % groups}" for number in numbers]})
    parts = {"train": slice(0, n_rows - 30), "validation": slice(n_rows - 30, n_rows - 10), "test": slice(n_rows - 10, n_rows)}
    loaded = {name: (table[rows], pd.Series(target, name="y")[rows]) for name, rows in parts.items()}
    return parse_dataset({**loaded, "task": task, "ordered": ordered}, "small")


def numbers(part) -> list[int]:
    return part.features["row"].astype(int).tolist()


@pytest.mark.parametrize("n_rows", [60, 71, 90])
@pytest.mark.parametrize("n_folds", range(2, 7))
@pytest.mark.parametrize("kind", ["stratified", "shuffled", "group"])
def test_each_row_is_validated_once_by_a_model_that_has_not_seen_it(n_folds, kind, n_rows):
    dataset = make_dataset(n_rows)
    section = EvaluationSection(folds=n_folds, kind=kind, group="patient" if kind == "group" else None)
    found = list(folds(dataset, section))
    assert sorted(row for fold in found for row in numbers(fold.validation)) == numbers(joined(dataset))
    for fold in found:
        assert sorted(numbers(fold.train) + numbers(fold.validation)) == numbers(joined(dataset))
        assert numbers(fold.test) == numbers(dataset.test)
        if kind == "group":
            assert not set(fold.train.features["patient"]) & set(fold.validation.features["patient"])


@pytest.mark.parametrize("n_rows", [60, 71, 90])
@pytest.mark.parametrize("n_folds", range(2, 7))
def test_folds_in_time_are_validated_by_models_of_earlier_rows_only(n_folds, n_rows):
    for fold in folds(make_dataset(n_rows), EvaluationSection(folds=n_folds, kind="time")):
        assert max(numbers(fold.train)) < min(numbers(fold.validation))


@pytest.mark.parametrize(("window", "horizon"), [(1, 1), (4, 3)])
def test_windows_of_folds_share_no_step_nor_one_s_step_the_other_s_target(window, horizon):
    steps = np.arange(120.0)
    ends = {"train": (0, 70), "validation": (70, 100), "test": (100, 120)}
    form = SeriesFormat(columns=("step",), target="step", window=window, horizon=horizon)
    parts = {}
    for part, (start, end) in ends.items():
        table = pd.DataFrame({"step": steps[start:end]})
        found = cut_windows(table, form)
        known = targets_of(table, found, form)
        parts[part] = (found.features[known.notna()], known.dropna().reset_index(drop=True))
    dataset = parse_dataset(parts | {"task": "regression", "row_format": form.to_dict()}, "series")
    assert kind_of(dataset, EvaluationSection(folds=3)) == "time"
    for fold in folds(dataset, EvaluationSection(folds=3)):
        assert max(fold.train.features.max(), fold.train.target.max()) < fold.validation.features.min()
    with pytest.raises(DataError, match=r"the first fold has 1\d rows before its 1\d validation rows, of which the last \d+ are left out"):
        next(folds(replace(dataset, row_format=replace(form, window=15)), EvaluationSection(folds=6)))


def test_stratified_folds_have_the_classes_in_proportion():
    shares = [(fold.validation.target == "yes").mean() for fold in folds(make_dataset(90), EvaluationSection(folds=3))]
    assert max(shares) - min(shares) < 0.06


@pytest.mark.parametrize(
    ("task", "section", "kind"),
    [
        ("binary", EvaluationSection(folds=2), "stratified"),
        ("regression", EvaluationSection(folds=2), "shuffled"),
        ("regression", EvaluationSection(folds=2, group="patient"), "group"),
        ("binary", EvaluationSection(folds=2, kind="time"), "time"),
    ],
)
def test_auto_chooses_by_the_task_and_the_group(task, section, kind):
    dataset = make_dataset(task=task)
    assert kind_of(dataset, section) == kind
    assert len(list(folds(dataset, section))) == 2


def test_folds_are_the_same_each_time():
    first, second = (folds(make_dataset(), EvaluationSection(folds=4)) for _ in range(2))
    assert [numbers(fold.validation) for fold in first] == [numbers(fold.validation) for fold in second]


def test_preprocessing_of_a_fold_does_not_see_its_validation_rows():
    """The mean of a fold's own training rows, not of all: here the last fold in time has far larger values than all before."""
    section, columns = EvaluationSection(folds=2, kind="time"), PreprocessingSection(columns={"patient": "drop"})
    for fold in folds(make_dataset(70, task="regression"), section):
        fitted = fit_preprocessor(fold, columns)
        assert abs(float(fitted.transform(fold.train.features).mean())) < 1e-6
        assert float(fitted.transform(fold.validation.features).mean()) > 1
        assert fitted.targets[""].scaling.mean == pytest.approx(np.mean(numbers(fold.train)))


def test_a_target_encoding_of_a_fold_knows_no_target_of_its_validation_rows():
    """The columns are noise: encoded by the targets of all rows, they would tell each row's own target."""
    generator = np.random.default_rng(0)
    target = pd.Series(generator.integers(0, 2, 400).astype(str), name="y")
    table = pd.DataFrame({"code": [f"c{number}" for number in generator.permutation(np.repeat(np.arange(200), 2))]})
    rows = {"train": slice(0, 250), "validation": slice(250, 350), "test": slice(350, 400)}
    dataset = parse_dataset({**{name: (table[of], target[of]) for name, of in rows.items()}, "task": "binary"}, "noise")
    section = PreprocessingSection(columns={"code": "target"})
    agreement = []
    for fold in folds(dataset, EvaluationSection(folds=5)):
        fitted = fit_preprocessor(fold, section)
        encoded = fitted.transform(fold.validation.features)[:, 0]
        agreement.append(np.corrcoef(encoded, (fold.validation.target == "1").astype(float))[0, 1])
    leaking = fit_preprocessor(with_all_rows(dataset), section).transform(joined(dataset).features)[:, 0]
    assert abs(np.corrcoef(leaking, (joined(dataset).target == "1").astype(float))[0, 1]) > 0.5
    assert abs(np.mean(agreement)) < 0.15


def test_groups_are_no_feature_and_those_shared_with_the_test_part_are_counted():
    section = EvaluationSection(folds=2, group="patient")
    assert without_group(PreprocessingSection(), section).columns == {"patient": "drop"}
    named = PreprocessingSection(columns={"patient": "onehot"})
    assert without_group(named, section) == named
    assert shared_groups(make_dataset(), section) == 10
    assert shared_groups(make_dataset(), EvaluationSection(folds=2)) == 0


@pytest.mark.parametrize(
    ("dataset", "section", "error", "message"),
    [
        ({}, {"folds": 3, "group": "pat"}, ExperimentError, 'has no column "pat"; did you mean "patient"'),
        ({"task": "regression"}, {"folds": 3, "kind": "stratified"}, ExperimentError, 'use "shuffled"'),
        ({"ordered": False}, {"folds": 3, "kind": "time"}, ExperimentError, "set ordered = true"),
        ({"groups": 2}, {"folds": 3, "group": "patient"}, DataError, "there are 2 groups"),
        ({"n_rows": 90, "n_of_rarer": 1}, {"folds": 2, "kind": "shuffled"}, DataError, 'would see no row whose "y" is "yes"'),
        ({"n_of_rarer": 2}, {"folds": 3}, DataError, 'the class "yes" has 2 rows'),
    ],
)
def test_what_cannot_be_divided_is_said_in_one_line(dataset, section, error, message):
    with pytest.raises(error) as raised:
        list(folds(make_dataset(**dataset), EvaluationSection(**section)))
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(("name", "message"), [("train", "is the training part"), ("test", "is the test part")])
def test_rows_that_are_two_parts_are_not_divided(name, message):
    dataset = make_dataset()
    with pytest.raises(DataError, match=message):
        list(folds(replace(dataset, validation=getattr(dataset, name)), EvaluationSection(folds=2)))


def test_images_are_divided_too():
    images = np.arange(40 * 4).reshape(40, 2, 2)
    target = pd.Series(np.arange(40) % 2, name="y")
    dataset = parse_dataset(
        {name: (images[rows], target[rows]) for name, rows in (("train", slice(20)), ("validation", slice(20, 30)), ("test", slice(30, 40)))}
        | {"task": "binary"},
        "images",
    )
    found = list(folds(dataset, EvaluationSection(folds=3)))
    assert [fold.validation.features.shape for fold in found] == [(10, 2, 2)] * 3
