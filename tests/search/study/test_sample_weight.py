"""Trials, and the champion that is trained on the rows of all folds, learn from rows by their weights, which rows to predict do not have."""

import csv
import re

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.slow
EXPERIMENT = """
model = "sklearn.linear_model:LogisticRegression"
data = { loader = "csv", path = "rows.csv", target = "kind", sample_weight = "trust" }
space.model.C = { type = "float", low = 1.0, high = 9.0 }
objective = { metric = "val_loss", direction = "minimize" }
evaluation.folds = 3
champion.ensemble = "none"
executor.name = "in-process"
search.n_trials = 1
"""


@pytest.fixture
def searched(shell):
    """A study of rows of which most have the wrong class, and the weight 0."""
    x, is_wrong = np.random.default_rng(0).normal(size=200), np.arange(200) % 5 < 3
    table = pd.DataFrame({"x": x, "trust": np.where(is_wrong, 0, 1.5), "kind": np.where((x > 0) ^ is_wrong, "up", "down")})
    table.to_csv(shell.folder / "rows.csv", index=False)
    right = table[~is_wrong].drop(columns="trust")
    right.to_csv(shell.folder / "right.csv", index=False)
    right.drop(columns="kind").to_csv(shell.folder / "new.csv", index=False)
    (shell.folder / "weighted.toml").write_text(EXPERIMENT)
    shell.call("run", "weighted.toml")
    return shell


def test_the_champion_has_learnt_from_rows_by_their_weights_and_predicts_rows_without(searched):
    assert re.search(r"data.sample_weight +trust", searched.call("show", "weighted").stdout)
    searched.call("predict", "weighted", "--input", "new.csv", "--output", "p.csv")
    predicted = [row["prediction"] for row in csv.DictReader((searched.folder / "p.csv").read_text().splitlines())]
    right = (np.array(predicted) == pd.read_csv(searched.folder / "right.csv")["kind"]).mean()
    assert right > 0.95
    assert f"accuracy  {right:.5g} " in searched.call("evaluate", "weighted", "--input", "right.csv").stdout
