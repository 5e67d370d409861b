"""Data of a session's memory: a table, a pair, or parts."""

import pickle

import numpy as np
import pandas as pd
import pytest

from experiments.datasets.memory import in_memory


@pytest.fixture
def load(tmp_path):
    def load(data, **options):
        (tmp_path / "data.pickle").write_bytes(pickle.dumps(data))
        return in_memory(tmp_path / "data.pickle", **options)

    return load


def test_a_table_is_split_as_a_file_is(load, tmp_path):
    from experiments.datasets import csv

    rng = np.random.default_rng(0)
    table = pd.DataFrame({"a": rng.normal(size=50), "b": list("xyzuv") * 10, "t": list("pq") * 25})
    table.to_csv(tmp_path / "t.csv", index=False)
    ours, files = load(table, target="t"), csv(str(tmp_path / "t.csv"), "t")
    assert ours["task"] == files["task"] == "binary"
    for part in ("train", "validation", "test"):
        assert ours[part][0].reset_index(drop=True).equals(files[part][0].reset_index(drop=True))
        assert ours[part][1].tolist() == files[part][1].tolist()


def test_rows_without_a_target_are_left_out_and_columns_are_named_by_text(load):
    table = pd.DataFrame({0: np.arange(20.0), 1: [np.nan, *np.arange(19.0)]})
    loaded = load(table, target=1, ordered=True)
    assert loaded["notes"] == ['1 rows without "1" are left out']
    assert loaded["test"][0]["0"].tolist() == [16, 17, 18, 19]


def test_a_pair_is_split_in_proportion_and_a_column_is_a_target(load):
    x, y = np.arange(60.0).reshape(30, 2), np.repeat([0, 1, 2], 10)[:, None]
    loaded = load((x, y))
    assert loaded["task"] == "multiclass"
    assert np.bincount(loaded["test"][1]).tolist() == [2, 2, 2]
    assert load([x, y[:, 0] * 0.5], task="regression")["task"] == "regression"


def test_a_target_of_several_columns_is_a_table_and_one_hot_is_refused(load):
    x, y = np.arange(60.0).reshape(30, 2), np.arange(60.0).reshape(30, 2) / 7
    loaded = load((x, y))
    assert loaded["task"] == {"target_0": "regression", "target_1": "regression"}
    assert loaded["test"][1].to_numpy().tolist() == (loaded["test"][0] / 7).tolist()
    table = load(pd.DataFrame(x, columns=["a", "b"]).assign(c=1.0 / (1 + x[:, 0])), target=["b", "c"])
    assert (list(table["train"][0]), list(table["train"][1])) == (["a"], ["b", "c"])
    assert list(load((x, pd.DataFrame(y, columns=["u", "v"])))["train"][1]) == ["u", "v"]
    with pytest.raises(ValueError, match=r"one-hot target of shape \(30, 3\); expected class numbers"):
        load((x, np.eye(3)[np.arange(30) % 3]))


def test_given_parts_are_not_split(load):
    parts = {part: (pd.DataFrame({"a": [1.0, 2.0]}), pd.Series([0.1, 0.2], name="t")) for part in ("train", "validation", "test")}
    loaded = load(parts | {"task": "regression"}, validation_size=0.5)
    assert loaded["train"][0].equals(parts["train"][0])
    assert load(parts)["task"] == "binary"
    assert load(parts, task="regression")["task"] == "regression"


def test_a_target_by_its_place_leaves_out_no_row_with_gaps_in_features(load):
    table = pd.DataFrame({"a": [np.nan] * 15 + [1.0] * 15, "t": list("pq") * 15})
    loaded = load(table, target=-1)
    assert [len(loaded[part][1]) for part in ("train", "validation", "test")] == [18, 6, 6]
    assert list(loaded["train"][0]) == ["a"]
    by_number = pd.DataFrame(np.arange(60.0).reshape(20, 3), columns=[1, 2, 3])
    assert list(load(by_number, target=3, drop=[1])["train"][0]) == ["2"]


def test_keras_own_pairs_of_pairs_get_a_validation_part(load):
    loaded = load(((np.zeros((50, 4)), np.arange(50) % 2), (np.ones((8, 4)), np.arange(8) % 2)))
    assert [len(loaded[part][1]) for part in ("train", "validation", "test")] == [40, 10, 8]
    assert loaded["task"] == "binary"


@pytest.mark.parametrize("options", [{"group": "g"}, {"drop": ["g"]}, {"target": "t"}])
def test_a_column_is_refused_where_there_is_no_table(load, options):
    with pytest.raises(ValueError, match=f"{next(iter(options))} names a column of a table, but the data are arrays; give a table"):
        load((np.zeros((30, 2)), np.arange(30) % 2), **options)


def test_rows_and_classes_have_weights(load):
    from search.data.dataset import parse_dataset

    table = pd.DataFrame({"a": np.arange(20.0), 7: np.arange(20.0), "t": ["p", "q"] * 10})
    for data, options in ((table, {"target": "t"}), ((table[["a", 7]], table["t"]), {})):
        dataset = parse_dataset(load(data, sample_weight=7, class_weight={"q": 10}, **options), "toy")
        assert list(dataset.train.columns) == ["a"]
        expected = dataset.train.features["a"] * dataset.train.target.map({"p": 1, "q": 10})
        assert dataset.train.weights.tolist() == expected.tolist()
