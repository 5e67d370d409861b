"""A search over a table of the world needs its path and its target only, and `predict` reads it as training did."""

import json

import numpy as np
import pandas as pd
import pytest

from experiments.datasets import csv
from search.champion import load_champion, predict_file
from tests.search.study.shapes import SHAPES

EXPERIMENT = """
model = "{model}"
data = {{ loader = "experiments.datasets:csv", path = "{path}", target = {target} }}
{space}
search = {{ n_trials = 1 }}
executor.name = "in-process"
"""
NETWORK = """
space.model = { n_neurons = 8 }
space.training = { epochs = 2, batch_size = 32, learning_rate = 0.01 }
objective = { metric = "val_loss", direction = "minimize" }
executor.trainer = "keras"
"""
TREE = """
space.model.max_depth = 3
objective = {{ metric = "{}", direction = "{}" }}
"""
NETWORKS = ("no header", "gaps as words")  # a regression and a classification; a tree reads the same table without TensorFlow
QUICK = "European"
"""The one that is read, searched and predicted whenever tests are run; the others are slow. `tests/search/data/tables` tests reading alone."""
TREES = {
    "regression": ("sklearn.tree:DecisionTreeRegressor", TREE.format("val_mean_absolute_error", "minimize")),
    "binary": ("sklearn.tree:DecisionTreeClassifier", TREE.format("val_accuracy", "maximize")),
}


def _metric(loaded, predicted, expected):
    """Return the name of the test metric and its value, computed here from what `predict` wrote."""
    if loaded["task"] == "regression":
        return "mean_absolute_error", float(np.abs(predicted["prediction"] - pd.to_numeric(expected)).mean())
    return "accuracy", float((predicted["prediction"].astype(str).str.strip() == expected.str.strip()).mean())


@pytest.mark.usefixtures("forks")
@pytest.mark.filterwarnings("ignore::search.champion.UnseenValuesWarning")
@pytest.mark.parametrize("name", [name if name == QUICK else pytest.param(name, marks=pytest.mark.slow) for name in SHAPES])
def test_a_table_is_searched_and_predicted_with_path_and_target_only(shell, name):
    shape, lines = SHAPES[name], SHAPES[name].lines()
    shape.write(shell.folder / shape.name, lines)
    loaded = csv(str(shell.folder / shape.name), shape.target)
    model, space = ("models.mlp:build_mlp", NETWORK) if name in NETWORKS else TREES[loaded["task"]]
    (shell.folder / "found.toml").write_text(EXPERIMENT.format(model=model, space=space, path=shape.name, target=json.dumps(shape.target)))
    shell.call("run", "found.toml")
    tested = loaded["test"][1].index.tolist()  # numbers of the lines
    shape.write(shell.folder / f"test-{shape.name}", [lines[number] for number in tested])
    champion = load_champion("found", f"sqlite:///{shell.folder}/mlruns/mlflow.db")

    def predict(name):
        predict_file(lambda: champion, shell.folder / name, shell.folder / "predictions.csv")
        return pd.read_csv(shell.folder / "predictions.csv")

    predicted = predict(f"test-{shape.name}")
    expected = pd.Series([lines[number].split(shape.separator)[-1] for number in tested])
    metric, value = _metric(loaded, predicted, expected)
    best = json.loads(shell.call("best", "found", "--json").stdout)
    assert best["test"][metric] == pytest.approx(value, rel=1e-4)
    for number in range(0, len(tested), 9):  # alone as among others
        shape.write(shell.folder / f"one-{shape.name}", [lines[tested[number]]])
        alone = predict(f"one-{shape.name}")
        pd.testing.assert_series_equal(alone.iloc[0], predicted.iloc[number], check_names=False, rtol=1e-5)
