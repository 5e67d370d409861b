"""The contract of every data set that this project ships, and what is particular to each."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

from experiments.datasets import breast_cancer, diabetes, digits, iris, wine

LOADERS = [diabetes, iris, digits, wine, breast_cancer]


@pytest.mark.parametrize("loader", LOADERS)
def test_it_has_three_parts_of_named_features_and_a_named_target(loader):
    loaded = loader()
    columns = list(loaded["train"][0].columns)
    for part in ("train", "validation", "test"):
        features, target = loaded[part]
        assert len(features) == len(target) > 0
        assert list(features.columns) == columns
        assert not features.isna().to_numpy().any()
        assert target.name
        assert target.name not in columns


@pytest.mark.parametrize("loader", LOADERS)
def test_no_row_is_in_two_parts(loader):
    loaded = loader()
    rows = pd.concat([loaded[part][0] for part in ("train", "validation", "test")])
    assert rows.index.is_unique
    assert sorted(rows.index) == list(range(len(rows)))


@pytest.mark.parametrize("loader", LOADERS)
def test_it_is_the_same_each_time(loader):
    once, again = loader(), loader()
    for part in ("train", "validation", "test"):
        pd.testing.assert_frame_equal(once[part][0], again[part][0])
        pd.testing.assert_series_equal(once[part][1], again[part][1])


@pytest.mark.parametrize("loader", LOADERS)
def test_every_class_is_in_every_part(loader):
    loaded = loader()
    classes = [set(loaded[part][1]) for part in ("train", "validation", "test")]
    assert classes[0] == classes[1] == classes[2]


def test_the_test_part_of_diabetes_is_the_documented_one():
    features, progression = load_diabetes(return_X_y=True, as_frame=True)
    rest, test, _, test_target = train_test_split(features, (progression >= 140).astype(int), test_size=0.4, random_state=42)
    loaded = diabetes()
    assert (len(rest), len(test)) == (265, 177)
    pd.testing.assert_frame_equal(loaded["test"][0], test)
    pd.testing.assert_series_equal(loaded["test"][1], test_target)
    assert (len(loaded["train"][1]), len(loaded["validation"][1])) == (198, 67)
    assert {*loaded["train"][0].index, *loaded["validation"][0].index} == set(rest.index)


def test_diabetes_is_a_regression_on_demand():
    loaded = diabetes(task="regression")
    assert loaded["task"] == "regression"
    assert loaded["train"][1].between(25, 346).all()
    with pytest.raises(ValueError, match="multiclass"):
        diabetes(task="multiclass")


def test_digits_are_images_on_demand_with_the_same_rows():
    table, images = digits(), digits(as_images=True)
    assert images["test"][0].shape == (360, 8, 8, 1)
    np.testing.assert_allclose(images["test"][0].reshape(360, 64) * 16, table["test"][0].to_numpy())


def test_malignant_is_the_positive_class_of_breast_cancer():
    loaded = breast_cancer()
    n_malignant = sum(int(loaded[part][1].sum()) for part in ("train", "validation", "test"))
    assert (loaded["class_names"], n_malignant) == (["benign", "malignant"], 212)


def test_all_265_rows_of_diabetes_are_trained_on_only_where_the_test_part_is_asked_to_validate():
    loaded = diabetes(validation="test")
    assert [len(loaded[part][1]) for part in ("train", "validation", "test")] == [265, 177, 177]
    assert loaded["validation"][0].equals(loaded["test"][0])
    with pytest.raises(ValueError, match='validation="none"'):
        diabetes(validation="none")


def test_iris_has_some_columns_and_two_classes_on_demand():
    loaded = iris(features=["petal_length", "petal_width"], positive="setosa")
    assert loaded["train"][0].columns.tolist() == ["petal_length", "petal_width"]
    assert (loaded["task"], loaded["class_names"]) == ("binary", ["other", "setosa"])
    assert [int(loaded[part][1].sum()) for part in ("train", "validation", "test")] == [30, 10, 10]
    assert len(iris(whole=True)["train"][1]) == 150


@pytest.mark.parametrize(("options", "name"), [({"features": ["petal"]}, "petal"), ({"positive": "rose"}, "rose")])
def test_a_column_or_species_that_iris_has_not_is_named(options, name):
    with pytest.raises(ValueError, match=f'iris has no "{name}"'):
        iris(**options)
