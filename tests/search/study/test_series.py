"""A series is searched, and its champion predicts and is evaluated by new files, as an independent computation does."""

import csv

import numpy as np
import pandas as pd
import pytest

from search import load_champion

pytestmark = pytest.mark.slow
MODULE = """
from sklearn.linear_model import Ridge

def build(alpha):
    return Ridge(alpha)
"""
EXPERIMENT = """
model = "own:build"
data = { loader = "series", path = "load.csv", target = "load", time = "day", window = 4, horizon = 2 }
objective = { metric = "val_mean_absolute_error", direction = "minimize" }
space = { model = { alpha = { type = "float", low = 0.01, high = 10.0, log = true } } }
search = { n_trials = 2 }
"""


def write(path, start, n_steps):
    steps = np.arange(start, start + n_steps)
    noise = np.random.default_rng(start).normal(size=n_steps) * 0.1
    table = {"day": (pd.Timestamp("2026-01-01") + pd.to_timedelta(steps, "D")).strftime("%d.%m.%Y"), "load": 50 + 3 * np.sin(steps / 3) + noise}
    pd.DataFrame(table | {"heat": np.cos(steps / 3)}).to_csv(path, index=False)


@pytest.fixture
def searched(write_search, forks):
    shell = write_search(MODULE, EXPERIMENT)
    write(shell.folder / "load.csv", 0, 200)
    write(shell.folder / "new.csv", 200, 30)
    assert "predict own --input series.csv" in shell.call("run", "own.toml").stdout
    return shell


def test_new_steps_are_predicted_and_evaluated(searched, monkeypatch):
    searched.call("predict", "own", "--input", "new.csv", "--output", "p.csv")
    with (searched.folder / "p.csv").open() as file:
        rows = list(csv.DictReader(file))
    new = pd.read_csv(searched.folder / "new.csv")
    assert [row["last_step"] for row in rows] == pd.to_datetime(new["day"], format="%d.%m.%Y").astype(str)[3:].tolist()
    windows = np.stack([new[["load", "heat"]].to_numpy()[first : first + 4] for first in range(27)])
    monkeypatch.chdir(searched.folder)
    expected = load_champion("own").predict(windows)["prediction"]
    assert [float(row["prediction"]) for row in rows] == pytest.approx(expected.tolist(), rel=1e-6)
    error = np.abs(expected[:25].to_numpy() - new["load"].to_numpy()[5:]).mean()
    assert error < 0.5
    output = searched.call("evaluate", "own", "--input", "new.csv").stdout
    assert "25 rows; 2 without a target are left out" in output
    assert f"mean_absolute_error  {error:.5g} " in output
    new.drop(columns="heat").to_csv(searched.folder / "other.csv", index=False)
    refused = searched.call("predict", "own", "--input", "other.csv", "--output", "p.csv", status=2).stderr
    assert "the rows lack the columns heat; they have day, load" in refused
    (searched.folder / "short.csv").write_text("day,load,heat\n01.02.2026,1,2\n")
    refused = searched.call("predict", "own", "--input", "short.csv", "--output", "p.csv", status=2).stderr
    assert "the series has 1 steps with values; expected at least a window of 4" in refused
    assert "time folds" in searched.call("run", "own.toml", "--set", "evaluation.folds=3", "--study", "folds").stdout
    assert "Windows of 4 steps of load, heat; load 2 later" in searched.call("data", "own.toml").stdout
