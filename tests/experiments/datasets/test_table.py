import os
from pathlib import Path

import pandas as pd
import pytest

from experiments.datasets import csv
from experiments.datasets.table import infer_task

TABLES = Path(os.environ.get("PERCEPTUNE_DATA") or "~/.cache/perceptune").expanduser() / "tables"


@pytest.fixture
def table(tmp_path):
    """A file of 20 rows; returns its path as text."""

    def write(frame=None, name="cats.csv", **options):
        frame = pd.DataFrame({"weight": range(20), "colour": ["red", "black"] * 10, "age": [1, 2, 3, 4] * 5}) if frame is None else frame
        frame.to_csv(tmp_path / name, index=False, **options)
        return str(tmp_path / name)

    return write


def test_a_csv_file_is_split_into_three_parts(table):
    loaded = csv(table(), target="colour")
    assert [len(loaded[part][1]) for part in ("train", "validation", "test")] == [12, 4, 4]
    assert (loaded["task"], loaded["name"]) == ("binary", "cats")
    assert list(loaded["train"][0].columns) == ["weight", "age"]


@pytest.mark.parametrize("column", ["weight", 0])
def test_a_column_of_weights_is_named_and_stays_beside_its_rows(table, column):
    loaded = csv(table(), target="colour", sample_weight=column)
    assert (loaded["sample_weight"], list(loaded["train"][0].columns)) == ("weight", ["weight", "age"])
    with pytest.raises(LookupError, match="wait"):
        csv(table(), target="colour", sample_weight="wait")


def test_parquet_gives_the_same_as_csv(table, tmp_path):
    path = table()
    pd.read_csv(path).to_parquet(tmp_path / "cats.parquet")
    from_csv, from_parquet = csv(path, target="colour"), csv(str(tmp_path / "cats.parquet"), target="colour")
    pd.testing.assert_frame_equal(from_csv["test"][0], from_parquet["test"][0])


def test_columns_of_a_file_without_header_are_numbered(table):
    loaded = csv(table(header=False), target=-2, header=False, drop=[0])
    assert list(loaded["train"][0].columns) == ["column_2"]
    assert loaded["train"][1].name == "column_1"


def test_separator_and_comments_are_read(table):
    path = Path(table(sep=";"))
    path.write_text("# a note\n" + path.read_text())
    assert list(csv(str(path), target="colour", separator=";", comment="#")["test"][0].columns) == ["weight", "age"]


def test_a_relative_path_is_looked_for_in_the_data_folder_too(table, tmp_path, monkeypatch):
    table()
    monkeypatch.setenv("PERCEPTUNE_DATA", str(tmp_path))
    assert csv("cats.csv", target="colour")["name"] == "cats"


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (["yes", "no"], "binary"),
        ([True, False], "binary"),
        ([1.5, 2.5], "binary"),
        (["a", "b", "c"], "multiclass"),
        ([3, 4, 5], "multiclass"),
        ([3.0, 4.0, 5.0], "multiclass"),
        (list(range(10)), "multiclass"),
        (list(range(11)), "regression"),
        ([0.1, 0.2, 0.3], "regression"),
        ([f"name {number}" for number in range(11)], "multiclass"),
    ],
)
def test_the_task_follows_from_the_target(values, task):
    assert infer_task(pd.Series(values)) == task


def test_a_missing_file_says_where_it_was_looked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("PERCEPTUNE_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=f'no file "dogs.csv", neither here nor in {tmp_path}'):
        csv("dogs.csv", target="colour")


@pytest.mark.parametrize(("column", "shown"), [("color", "age, colour, weight"), (3, "0 to 2"), (-4, "0 to 2")])
def test_a_missing_column_lists_the_columns(table, column, shown):
    with pytest.raises(LookupError, match=shown):
        csv(table(), target=column)
    with pytest.raises(LookupError, match=shown):
        csv(table(), target="age", drop=[column])


def test_the_target_cannot_be_dropped(table):
    with pytest.raises(ValueError, match='"colour" is among the columns to drop'):
        csv(table(), target="colour", drop=["colour"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"task": "binry"}, 'task = "binry" is not known; expected one of auto, binary, multiclass, regression'),
        ({"drop": "age"}, r'drop = "age" is not a list; write drop = \["age"\]'),
        ({"drop": 0}, r"drop = 0 is not a list; write drop = \[0\]"),
    ],
)
def test_task_and_drop_are_checked_before_the_file_is_read(arguments, message):
    with pytest.raises(ValueError, match=message):
        csv("absent.csv", target="colour", **arguments)


def test_a_table_without_rows_is_refused(table):
    with pytest.raises(ValueError, match="has no rows"):
        csv(table(pd.DataFrame({"x": [], "y": []})), target="y")


def test_rows_without_a_target_are_left_out_and_counted(table):
    loaded = csv(table(pd.DataFrame({"x": range(20), "y": [1, None, 2, 2] * 5})), target="y")
    assert sum(len(loaded[part][1]) for part in ("train", "validation", "test")) == 15
    assert loaded["notes"] == ['5 of 20 rows have no target "y" and are left out']


def test_several_targets_are_columns_of_a_table(table):
    rows = pd.DataFrame({"x": range(20), "a": [0.5, None, 1.5, 2.25] * 5, "b": [1, 2, 3, 4] * 5})
    loaded = csv(table(rows), target=["a", -1], task="regression")
    assert (list(loaded["train"][0]), list(loaded["train"][1])) == (["x"], ["a", "b"])
    assert (loaded["task"], csv(table(rows), target=["a", "b"])["task"]) == (
        dict.fromkeys("ab", "regression"),
        {"a": "regression", "b": "multiclass"},
    )
    assert (loaded["table_format"]["target"], loaded["notes"]) == (("a", "b"), ['5 of 20 rows have no target "a", "b" and are left out'])
    with pytest.raises(ValueError, match="is no list of different columns; name at least one"):
        csv(table(rows), target=["a", 1])


def test_classes_that_differ_in_their_case_are_named(table):
    loaded = csv(table(pd.DataFrame({"x": range(40), "y": ["yes", "Yes", "no", "no"] * 10})), target="y")
    assert loaded["notes"] == ['the target "y" has classes that differ in their case only: yes, Yes']


def test_a_target_of_one_value_is_refused(table):
    with pytest.raises(ValueError, match="in every row"):
        csv(table(pd.DataFrame({"x": [1, 2, 3], "y": ["a", "a", "a"]})), target="y")


def test_too_few_rows_name_the_file(table):
    with pytest.raises(ValueError, match=r"few.csv: there are too few rows"):
        csv(table(pd.DataFrame({"x": [1, 2], "y": [1.5, 2.5]}), name="few.csv"), target="y", task="regression")


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.csv", b""), ("image.csv", b"\xff\xd8\xff\x00,1\n"), ("no.parquet", b"no parquet"), ("uneven.csv", b"a,b\n1,2\n1,2,3\n")],
)
def test_an_unreadable_file_is_named(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=f"{name} cannot be read as a table") as raised:
        csv(str(tmp_path / name), target="b")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "arguments", "task", "n_rows"),
    [
        ("titanic.csv", {"target": "survived", "drop": ["alive"]}, "binary", 891),
        ("winequality-white.csv", {"target": -1, "header": False}, "multiclass", 4898),
        ("abalone.csv", {"target": 8, "header": False}, "regression", 4177),
        ("pima.csv", {"target": "column_8", "header": False}, "binary", 768),
        ("zoo.csv", {"target": 16, "header": False, "comment": "#"}, "multiclass", 101),
    ],
)
def test_real_tables_are_read(name, arguments, task, n_rows):
    if not (TABLES / name).is_file():
        pytest.skip(f"{name} is not in {TABLES}; PERCEPTUNE_DATA names the folder above")
    loaded = csv(f"tables/{name}", **arguments)
    assert loaded["task"] == task
    assert sum(len(loaded[part][1]) for part in ("train", "validation", "test")) == n_rows
