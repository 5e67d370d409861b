"""Rows with their targets, read from a file to evaluate a champion on them; the champion is an earlier version's."""

from contextlib import chdir

import pytest

from search import load_champion
from search.champion.labelled_rows import read_labelled
from search.errors import DataError
from tests.test_earlier_version import unpack

FEATURES = "sepal_length,sepal_width,petal_length,petal_width"
ROWS = "5.1,3.5,1.4,0.2,setosa\n6.7,3.0,5.2,2.3,virginica\n6.0,3.0,5.0,2.0,\n"


@pytest.fixture(scope="module")
def champion(tmp_path_factory):
    folder = tmp_path_factory.mktemp("earlier")
    unpack(folder)
    with chdir(folder):
        return load_champion("old_study", f"sqlite:///{folder}/mlruns/mlflow.db")


def write(path, target, rows=ROWS):
    path.write_text(f"{FEATURES},{target}\n{rows}")
    return path


def test_rows_without_a_target_are_left_out(champion, tmp_path):
    [target] = champion.preprocessor.targets.values()
    part, n_left_out = read_labelled(write(tmp_path / "rows.csv", target.column), champion)
    assert part.target.tolist() == ["setosa", "virginica"]
    assert list(part.features.columns) == FEATURES.split(",")
    assert n_left_out == 1


@pytest.mark.parametrize(
    ("rows", "message"), [("5.1,3.5,1.4,0.2,rose\n", "holds 'rose', which is none of the classes setosa"), ("5,3,1,0,\n", "has no row with a value")]
)
def test_targets_that_the_model_does_not_know_are_refused(champion, tmp_path, rows, message):
    [target] = champion.preprocessor.targets.values()
    with pytest.raises(DataError, match=message):
        read_labelled(write(tmp_path / "rows.csv", target.column, rows), champion)
