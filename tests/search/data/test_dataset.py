import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from search.data.dataset import load_dataset, parse_dataset
from search.errors import DataError, ExperimentError, UnknownReferenceError
from search.experiment.sections import DataSection

SHIPPED = ["diabetes", "iris", "digits", "wine", "breast_cancer"]


def _part(n=4, **columns):
    features = pd.DataFrame({"x": np.arange(n, dtype=float), "s": ["a", "b"] * (n // 2)} | columns)
    return features, pd.Series([0, 1] * (n // 2), name="y")


def _loaded(**changes):
    return {"train": _part(), "validation": _part(), "test": _part(), "task": "binary"} | changes


def _target(values):
    return _part(len(values))[0], pd.Series(values, name="y")


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_data_set_is_accepted(name):
    dataset = load_dataset(DataSection(loader=f"experiments.datasets:{name}"))
    assert dataset.name == name
    assert len(dataset.class_names) == 2 if dataset.task == "binary" else len(dataset.class_names) > 2
    assert len(dataset.fingerprint) == 16
    assert set(dataset.test.target.astype(str)) <= set(dataset.class_names)


def test_arguments_reach_the_loader():
    dataset = load_dataset(DataSection(loader="experiments.datasets:diabetes", task="regression", validation_size=0.4))
    assert (dataset.task, dataset.class_names, len(dataset.validation.target)) == ("regression", (), 106)


def test_a_csv_file_names_its_data_set(tmp_path):
    _part(20)[0].to_csv(tmp_path / "cats.csv", index=False)
    dataset = load_dataset(DataSection(loader="experiments.datasets:csv", path=str(tmp_path / "cats.csv"), target="s"))
    assert (dataset.name, dataset.target, dataset.class_names) == ("cats", "s", ("a", "b"))


def test_class_numbers_become_class_names():
    dataset = parse_dataset(_loaded(class_names=["no", "yes"]), "toy")
    assert dataset.train.target.tolist() == ["no", "yes", "no", "yes"]
    assert dataset.class_names == ("no", "yes")


def test_class_names_give_the_order_of_text_targets():
    text = _part()[0], pd.Series(["no", "yes", "no", "yes"], name="y")
    dataset = parse_dataset(_loaded(train=text, validation=text, test=text, class_names=["yes", "no"]), "toy")
    assert dataset.class_names == ("yes", "no")


def test_classes_without_names_are_sorted():
    three = _target([10, 9, 2, 2])
    assert parse_dataset(_loaded(train=three, validation=three, test=three, task="multiclass"), "toy").class_names == ("2", "9", "10")


def test_the_fingerprint_does_not_depend_on_order_and_index():
    parts = _loaded()
    shuffled = {key: parts[key] for key in ("task", "test", "validation", "train")}
    shuffled["train"] = tuple(values.set_axis([9, 8, 7, 6], axis=0) for values in parts["train"])
    here = parse_dataset(parts, "toy").fingerprint
    assert parse_dataset(shuffled, "other").fingerprint == here


def test_another_process_loads_the_same_fingerprint_and_imports_neither_keras_nor_tensorflow():
    code = (
        "import sys; from search.data.dataset import load_dataset; from search.experiment.sections import DataSection; "
        "import search.data.preprocessing; "
        "print(load_dataset(DataSection(loader='experiments.datasets:iris')).fingerprint, "
        "{'keras', 'tensorflow', 'mlflow', 'optuna'} & set(sys.modules))"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert there == f"{load_dataset(DataSection(loader='experiments.datasets:iris')).fingerprint} set()"


@pytest.mark.parametrize(
    "changes",
    [
        {"test": _part(x=[0.0, 1, 2, 4])},
        {"test": _part(x=[0.0, 1, 2, None])},
        {"test": _part(s=["a", "b", "a", "c"])},
        {"test": _target([0, 1, 1, 1])},
        {"test": _part(6)},
        {"class_names": ["no", "yes"]},
        {"task": "multiclass"},
    ],
)
def test_the_fingerprint_differs_for_other_content(changes):
    assert parse_dataset(_loaded(**changes), "toy").fingerprint != parse_dataset(_loaded(), "toy").fingerprint


def test_arrays_are_accepted_and_fingerprinted():
    images = np.arange(16, dtype=np.float32).reshape(4, 2, 2)
    parts = {name: (images + shift, _part()[1]) for name, shift in (("train", 0), ("validation", 1), ("test", 2))}
    first = parse_dataset({**parts, "task": "binary"}, "toy")
    assert first.train.features.shape == (4, 2, 2)
    parts["test"] = (images + 3, _part()[1])
    assert parse_dataset({**parts, "task": "binary"}, "toy").fingerprint != first.fingerprint


def _two(**changes):
    features = _part()[0]
    target = pd.DataFrame({"kind": ["b", "a", "b", "a"], "size": [1, 2, 3, 4]} | changes)
    return {**dict.fromkeys(("train", "validation", "test"), (features, target)), "task": {"kind": "binary", "size": "regression"}}


def test_several_targets_each_have_a_task_and_classes():
    dataset = parse_dataset(_two(), "toy")
    assert (dataset.target, dataset.task) == (("kind", "size"), {"kind": "binary", "size": "regression"})
    assert dataset.class_names == {"kind": ("a", "b"), "size": ()}
    assert {name: values.tolist() for name, values in dataset.train.targets.items()} == {"kind": ["b", "a", "b", "a"], "size": [1, 2, 3, 4]}


def test_class_names_are_given_by_target():
    dataset = parse_dataset(_two(kind=[1, 0, 1, 0]) | {"class_names": {"kind": ["no", "yes"]}}, "toy")
    assert dataset.class_names == {"kind": ("no", "yes"), "size": ()}
    assert dataset.test.targets["kind"].tolist() == ["yes", "no", "yes", "no"]


def test_a_table_of_one_target_is_that_target():
    features, y = _part()
    table = parse_dataset({**dict.fromkeys(("train", "validation", "test"), (features, y.to_frame())), "task": "binary"}, "toy")
    assert (table.target, table.fingerprint) == ("y", parse_dataset(_loaded(), "toy").fingerprint)


def test_the_fingerprint_differs_for_other_values_of_any_target():
    assert len({parse_dataset(_two(**changes), "toy").fingerprint for changes in ({}, {"size": [1, 2, 3, 5]}, {"kind": ["b", "a", "a", "a"]})}) == 3


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"task": "binary"}, "task = 'binary' is for one target; expected a dict by target, kind, size"),
        ({"task": {"kind": "binary"}}, 'task has no entry for the target "size"'),
        ({"task": {"kind": "binary", "size": "regresion"}}, 'task = "regresion" is not known; did you mean "regression"'),
        ({"task": {"kind": "binary", "sise": "regression"}}, 'task has the unknown target "sise"; did you mean "size"'),
        ({"class_names": ["a", "b"]}, r"class_names = \['a', 'b'\] is for one target"),
        ({"test": _part()}, 'the target is "kind, size" in the train part, but "y" in the test part'),
        ({"train": (_part()[0], _two(size=[1, None, 3, None])["train"][1])}, 'the target "size" has 2 gaps'),
        ({"train": (_part(size=1)[0], _two()["train"][1])}, 'the features hold the target "size"'),
        ({"train": (_part()[0], pd.DataFrame(index=range(4)))}, "the targets are none"),
    ],
)
def test_inconsistent_targets_are_refused(changes, message):
    with pytest.raises(DataError, match=message):
        parse_dataset(_two() | changes, "toy")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"task": "binari"}, 'did you mean "binary"'),
        ({"tests": 1}, 'unknown key "tests"; did you mean "test"'),
        ({"train": _part()[0]}, "expected a pair"),
        ({"train": (_part()[0], [0, 1, 0, 1])}, "expected a pandas Series"),
        ({"train": ([1, 2, 3, 4], _part()[1])}, "expected a pandas DataFrame or a numpy array"),
        ({"train": (_part()[0], _part(6)[1])}, "4 rows of features and 6 of the target"),
        ({"validation": _part(0)}, "validation part has no rows"),
        ({"test": _target([0, 1, None, 1])}, 'the target "y" has 1 gaps'),
        ({"test": _part(z=1)}, "columns x, s, z, but the train part the columns x, s"),
        ({"train": _part(x=[None] * 4)}, 'the feature "x" is all gaps'),
        ({"train": _part(x=[1, 2, 3, np.inf])}, '"x" holds inf in row 4'),
        ({"train": _part(x=pd.to_timedelta(["1h"] * 4))}, '"x" holds values of type timedelta'),
        ({"train": _part(y=1)}, 'features hold the target "y"'),
        ({"train": (_part()[0].rename(columns={"x": 0}), _part()[1])}, "column 0 is not named by text"),
        ({"train": (_part()[0].set_axis(["x", "x"], axis=1), _part()[1])}, 'column "x" twice'),
        ({"test": _target([0, 1, 2, 1])}, "class 2 has no row in the train part"),
        ({"train": _target([0, 0, 0, 0])}, "class 1 has no row in the train part"),
        ({"class_names": ["no", "perhaps", "yes"]}, "class 'yes' has no row"),
        ({"class_names": ["no"]}, "the target holds 1; with 1 class_names"),
        ({"class_names": "no"}, "expected a list of different texts"),
        ({"train": _target([0, "0", 1, 1])}, "mixes text and numbers"),
        ({name: _target([0, 1, 2, 1]) for name in ("train", "validation", "test")}, "a binary task has 2 classes"),
        ({"task": "regression", "test": _target([0, 1, "many", 1])}, "test part, target: the column \"y\" holds 'many' in row 3"),
        ({"train": (np.full((4, 2), np.nan), _part()[1])}, "gaps or infinite values"),
        ({"train": (np.arange(4), _part()[1])}, r"expected numbers \(n_rows, ...\)"),
    ],
)
def test_an_invalid_return_value_of_a_loader_is_reported_in_one_line(changes, message):
    with pytest.raises(DataError, match=message) as raised:
        parse_dataset(_loaded(**changes), "toy")
    assert str(raised.value).startswith('data set "toy"')
    assert "\n" not in str(raised.value)


def test_a_missing_key_is_named():
    with pytest.raises(DataError, match='no "validation"'):
        parse_dataset({key: value for key, value in _loaded().items() if key != "validation"}, "toy")
    with pytest.raises(DataError, match="returned a list"):
        parse_dataset([], "toy")


@pytest.mark.parametrize(
    ("section", "error", "message"),
    [
        ({"loader": "experiments.datasets:iriss"}, UnknownReferenceError, 'did you mean "iris"'),
        ({"loader": "experiments.datasets:iris", "sead": 1}, ExperimentError, 'did you mean "seed"'),
        ({"loader": "experiments.datasets:csv", "path": "x.csv"}, ExperimentError, 'needs the argument "target"'),
        ({"loader": "experiments.datasets:csv", "path": "nowhere.csv", "target": "y"}, DataError, 'There is no file "nowhere.csv"'),
        ({"loader": "experiments.datasets:iris", "test_size": "half"}, ExperimentError, 'test_size = "half" is not accepted'),
        ({"loader": "search.data.dataset:PARTS"}, DataError, "expected a function"),
    ],
)
def test_a_wrong_loader_is_the_users_mistake(section, error, message):
    with pytest.raises(error, match=message):
        load_dataset(DataSection(**section))


def test_a_csv_without_the_target_is_reported_with_its_columns(tmp_path):
    _part(20)[0].to_csv(tmp_path / "cats.csv", index=False)
    with pytest.raises(DataError, match=r'cats.csv has no column "y"; Valid: s, x. ') as raised:
        load_dataset(DataSection(loader="experiments.datasets:csv", path=str(tmp_path / "cats.csv"), target="y"))
    assert "'" not in str(raised.value)


def looking_up(kind):
    if kind == "column":
        return pd.DataFrame({"x": [1]})["sepal length"]
    return [][0]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("column", 'KeyError: "sepal length": the loader found no such key; correct the loader, or an argument in [data]'),
        ("row", "IndexError: list index out of range"),
    ],
)
def test_a_failed_lookup_in_a_loader_is_reported_as_such(kind, message):
    with pytest.raises(DataError) as raised:
        load_dataset(DataSection(loader=f"{__name__}:looking_up", kind=kind))
    assert str(raised.value) == f'[data] loader = "{__name__}:looking_up": {message}'
