"""Arrays in files are searched, and the champion predicts and is evaluated by arrays in files."""

import csv

import numpy as np
import pytest

from tests.search.study.trees import TREES

pytestmark = pytest.mark.slow
EXPERIMENT = """
model = "own:build"
data = { loader = "arrays", path = "data.npz" }
preprocessing = { arrays = "standard" }
objective = { metric = "val_accuracy", direction = "maximize" }
[space.model]
max_depth = { type = "int", low = 1, high = 4 }
[search]
n_trials = 2
"""


@pytest.fixture
def searched(write_search, forks):
    shell = write_search(TREES, EXPERIMENT)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(80, 3))
    np.savez(shell.folder / "data.npz", x=x, y=(x[:, 1] > 0).astype(int))
    assert "predict own --input rows.npy" in shell.call("run", "own.toml").stdout
    return shell


def test_a_champion_of_arrays_takes_files_of_arrays(searched):
    folder = searched.folder
    np.savez(folder / "new.npz", x=np.load(folder / "data.npz")["x"], y=np.load(folder / "data.npz")["y"])
    np.save(folder / "rows.npy", np.load(folder / "data.npz")["x"])
    for given in ("new.npz", "rows.npy"):
        searched.call("predict", "own", "--input", given, "--output", f"{given}.csv")
    texts = [(folder / f"{given}.csv").read_text() for given in ("new.npz", "rows.npy")]
    assert texts[0] == texts[1]
    predicted = np.array([int(row["prediction"]) for row in csv.DictReader(texts[0].splitlines())])
    accuracy = (predicted == np.load(folder / "data.npz")["y"]).mean()
    assert f"accuracy  {accuracy:.5g} " in searched.call("evaluate", "own", "--input", "new.npz").stdout
    np.savez(folder / "other.npz", a=np.zeros((2, 5)))
    refused = {
        "other.npz": '"other.npz" has the arrays a; expected an array (n_rows, 3) in a .npy file, or named x in a .npz file',
        "own.py": 'has the suffix ".py"',
        "rows.npy": '"rows.npy" lacks the target y; it has no targets',
    }
    (folder / "rows.csv").write_text("a\n1\n")
    assert '"rows.csv" holds no array' in searched.call("predict", "own", "--input", "rows.csv", "--output", "p.csv", status=2).stderr
    for given, message in refused.items():
        command = ["evaluate", "own", "--input", given] if given == "rows.npy" else ["predict", "own", "--input", given, "--output", "p.csv"]
        assert message in searched.call(*command, status=2).stderr
