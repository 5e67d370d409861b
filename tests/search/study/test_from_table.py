"""A table's file in place of an experiment: `run` and `init`."""

import tomllib

import numpy as np
import pandas as pd
import pytest

from search.errors import DataError, ExperimentError
from search.experiment.file import load_experiment
from search.study.from_table import experiment_reader, is_table, table_stem
from search.study.usual import study_name


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with one table of several targets, as CSV, and compressed under a name that no study can have."""
    folder, random, n = tmp_path_factory.mktemp("tables"), np.random.default_rng(0), 200
    table = pd.DataFrame({"age": random.normal(40, 10, n).round(1), "plan": random.choice(["a", "b", "c"], n)})
    table["rare"] = np.where(np.arange(n) % 10 == 0, "yes", "no")
    table["price"] = random.normal(100, 10, n).round(2)
    table["stays"] = random.choice(["yes", "no"], n)
    table.to_csv(folder / "customers.csv", index=False)
    table.to_csv(folder / "My customers (1).csv.gz", index=False)
    return folder


@pytest.fixture
def here(folder, monkeypatch):
    monkeypatch.chdir(folder)


@pytest.mark.parametrize(
    ("target", "metric", "direction", "task"),
    [
        ("stays", "val_accuracy", "maximize", "binary"),
        ("rare", "val_auc", "maximize", "binary"),
        ("plan", "val_accuracy", "maximize", "multiclass"),
        ("price", "val_root_mean_squared_error", "minimize", "regression"),
        ("-1", "val_accuracy", "maximize", "binary"),
    ],
)
def test_the_objective_follows_from_the_target(here, target, metric, direction, task):
    experiment = experiment_reader("customers.csv", target)([])
    assert (experiment.name, experiment.objective.metric, experiment.objective.direction) == ("customers", metric, direction)
    assert experiment.data.arguments["task"] == task
    assert experiment.search.n_trials == 40
    assert experiment.search.baselines


def test_overrides_decide_how_the_table_is_read_and_change_everything_else(here):
    overrides = ["data.drop=[0]", "search.n_trials=3", "space.model.n_hidden=1"]
    experiment = experiment_reader("./customers.csv", "stays", overrides)(overrides)
    assert (experiment.data.arguments["drop"], experiment.search.n_trials, experiment.space.model["n_hidden"]) == ([0], 3, 1)


def test_the_task_that_is_asked_for_decides_the_objective(folder, here):
    pd.DataFrame({"x": range(60), "grade": [3, 4, 5] * 20}).to_csv(folder / "grades.csv", index=False)
    assert experiment_reader("grades.csv", "grade")([]).objective.metric == "val_accuracy"
    assert experiment_reader("grades.csv", "grade", ["data.task=regression"])([]).objective.metric == "val_root_mean_squared_error"


def test_init_writes_the_experiment_of_the_same_study(folder, here, tmp_path):
    path = tmp_path / "mine.toml"
    _call(folder, "init", "My customers (1).csv.gz", "--target", "price", "--output", path)
    written, of_table = load_experiment(path), experiment_reader("My customers (1).csv.gz", "price")([])
    assert written == of_table
    assert written.fingerprint == of_table.fingerprint
    assert written.name == "My-customers-1"
    assert "#" in path.read_text()


def test_init_replaces_no_file_unless_it_is_told_to(folder, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("mine")
    words = ("init", "customers.csv", "--target", "stays", "--output", path)
    assert "--force" in _call(folder, *words, status=2).stderr
    assert path.read_text() == "mine"
    assert f"perceptune run {path}" in _call(folder, *words, "--force").stdout
    assert tomllib.loads(path.read_text())["data"]["target"] == "stays"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "customers.csv"), 'such as --target "stays"; its columns are age, plan, rare, price, stays'),
        (("run", "customers.csv", "--target", "stay"), 'customers.csv has no column "stay"; did you mean "stays"?'),
        (("run", "absent.csv", "--target", "stays"), 'There is no file "absent.csv"'),
        (("run", "diabetes", "--target", "y"), '--target y is for a table, such as customers.csv, but "diabetes" is an experiment'),
        (("run", "customers.csv", "--target", "stays", "--set", "data.task=rank"), 'task = "rank" is not known'),
        (("init", "customers.toml", "--target", "stays"), '"customers.toml" is no table'),
        (("init", "customers.csv", "--target", "stays", "--set", "search.n_trials=2"), "--set search.n_trials: init takes data.key=value only"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(folder, words, message):
    error = _call(folder, *words, status=2).stderr
    assert message in error
    assert len(error.strip().splitlines()) == 1
    assert not (folder / "mlruns" / "studies").exists()


def test_data_shows_a_table(folder):
    assert "Target stays: binary" in _call(folder, "data", "customers.csv", "--target", "stays").stdout


@pytest.mark.parametrize("name", ["a.csv", "a.TSV", "b/a.txt.gz", "a.parquet", "a.csv.zip"])
def test_tables_are_told_by_their_suffix(name):
    assert is_table(name)
    assert study_name(table_stem(name)) == "a"


@pytest.mark.parametrize("name", ["diabetes", "diabetes.toml", "a.csv.toml", "csv", "a.gz"])
def test_experiments_are_no_tables(name):
    assert not is_table(name)


def test_the_columns_of_a_table_in_the_folder_of_data_files_are_known(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PERCEPTUNE_DATA", str(folder))
    with pytest.raises(ExperimentError, match="its columns are age, plan, rare, price, stays"):
        experiment_reader("customers.csv", None)


def test_errors_are_the_users_mistakes(here):
    with pytest.raises(ExperimentError):
        experiment_reader("customers.csv", None)
    with pytest.raises(DataError):
        experiment_reader("customers.csv", "nothing")


def _call(folder, *words, status=0):
    from tests.conftest import Shell

    return Shell(folder).call(*words, status=status)
