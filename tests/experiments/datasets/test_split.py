import numpy as np
import pandas as pd
import pytest

from experiments.datasets.split import three_parts

FEATURES = pd.DataFrame({"x": np.arange(100)})
TARGET = pd.Series([0, 0, 0, 1] * 25, name="y")


def test_sizes_are_parts_of_all_rows():
    parts = three_parts(FEATURES, TARGET, validation_size=0.3, test_size=0.2)
    assert [len(parts[name][1]) for name in ("train", "validation", "test")] == [50, 30, 20]


def test_stratified_parts_have_the_classes_in_the_same_proportions():
    parts = three_parts(FEATURES, TARGET)
    assert [parts[name][1].mean() for name in ("train", "validation", "test")] == [0.25, 0.25, 0.25]


def test_the_seed_chooses_the_rows():
    first, again, other = (three_parts(FEATURES, TARGET, seed=seed)["test"][0]["x"].tolist() for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize(("validation_size", "test_size"), [(0, 0.2), (0.2, 1), (0.5, 0.5), (-0.1, 0.2)])
def test_sizes_that_leave_no_rows_are_refused(validation_size, test_size):
    with pytest.raises(ValueError, match="are not parts of the rows"):
        three_parts(FEATURES, TARGET, validation_size=validation_size, test_size=test_size)


def test_too_few_rows_are_refused():
    with pytest.raises(ValueError, match="there are too few rows"):
        three_parts(FEATURES[:2], TARGET[:2], stratify=False)


def test_a_class_of_one_row_is_named():
    with pytest.raises(ValueError, match='the class 7 of "y" has too few rows'):
        three_parts(FEATURES, TARGET.where(FEATURES["x"] > 0, 7))


def test_rows_in_order_keep_it_and_the_last_ones_are_the_test_part():
    parts = three_parts(FEATURES, TARGET, ordered=True)
    rows = [*parts["train"][0].index, *parts["validation"][0].index, *parts["test"][0].index]
    assert rows == list(FEATURES.index)
    assert parts["ordered"] is True
    assert three_parts(FEATURES, TARGET)["ordered"] is False


def test_the_rows_of_a_group_are_in_one_part():
    groups = pd.Series(np.arange(len(FEATURES)) % 10, index=FEATURES.index)
    parts = three_parts(FEATURES, TARGET, groups=groups)
    found = [set(groups.loc[parts[name][0].index]) for name in ("train", "validation", "test")]
    assert sum(map(len, found)) == 10
    assert set.union(*found) == set(range(10))
