"""A builder of Keras Tuner is searched as it is: its space, its compile(), its champion."""

import subprocess
from dataclasses import replace

import pytest

MINE = """
import keras

def focal(gamma):
    def loss(y_true, y_pred):
        own = keras.ops.clip(keras.ops.sum(y_true * y_pred, axis=-1), 1e-7, 1.0)
        return -((1 - own) ** gamma) * keras.ops.log(own)
    return loss

def confidence(y_true, y_pred):
    return keras.ops.max(y_pred, axis=-1)

def build(hp):
    layers = [keras.layers.Input((4,)), keras.layers.Dense(hp.Int("units", 4, 32), activation="relu")]
    if hp.Boolean("deep"):
        layers.append(keras.layers.Dense(hp.Choice("width", [8, 16]), activation="relu"))
    model = keras.Sequential([*layers, keras.layers.Dense(3, activation="softmax")])
    optimizer = keras.optimizers.Adam(hp.Float("rate", 1e-2, 1e-1, sampling="log"), amsgrad=True)
    model.compile(optimizer, focal(2.0), metrics=["accuracy", confidence])
    return model

def build_as_optuna(trial):
    layers = [keras.layers.Input((4,)), keras.layers.Dense(trial.suggest_int("units", 4, 32), activation="relu")]
    if trial.suggest_categorical("deep", [False, True]):
        layers.append(keras.layers.Dense(trial.suggest_categorical("width", [8, 16]), activation="relu"))
    model = keras.Sequential([*layers, keras.layers.Dense(3, activation="softmax")])
    model.compile(keras.optimizers.SGD(trial.suggest_float("rate", 1e-2, 1e-1, log=True)), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model

def build_dying(hp):
    import os
    os._exit(3)
"""
EXPERIMENT = """
model = "mine:build"
data = { loader = "iris" }
space = { training = { epochs = 5, targets = "one_hot" } }
objective = { metric = "val_accuracy", direction = "maximize" }
search = { n_trials = 3 }
executor = { n_workers = 1 }
"""

pytestmark = pytest.mark.slow


@pytest.fixture
def mine(shell, forks):
    (shell.folder / "mine.py").write_text(MINE)
    (shell.folder / "own.toml").write_text(EXPERIMENT)
    return replace(shell, preloaded=forks)


@pytest.mark.parametrize("builder", ["build", "build_as_optuna"])
def test_it_is_searched_and_tracked_whatever_is_killed_and_its_champion_predicts(mine, rows, builder):
    named = EXPERIMENT.replace(', targets = "one_hot"', "").replace("mine:build", f"mine:{builder}")  # numbers are what its loss needs
    (mine.folder / "own.toml").write_text(EXPERIMENT if builder == "build" else named)
    with subprocess.Popen(mine.command("run", "own.toml"), cwd=mine.folder, env=mine.environment, stdout=subprocess.PIPE, text=True) as process:
        next(line for line in process.stdout if "COMPLETE" in line)
        process.kill()
    output = mine.call("run", "own.toml", "--trials", 4).stdout  # the same space is found again
    assert f"mine:{builder} asks for units, deep, rate, width; optimizer and loss are those of its compile()" in output
    assert "of 4 trials finished" in output
    trials = [trial for trial in mine.trials() if trial["state"] != "INTERRUPTED"]  # its hyperparameters were being asked for at the kill
    assert [trial["state"] for trial in trials] == ["COMPLETE"] * 4
    assert {bool(trial["width"]) == (trial["deep"] == "True") for trial in trials} == {True}
    assert "8, 16, if deep = True" in mine.call("show", "own").stdout
    params = dict(rows(mine, "select key, value from params where key like 'space.training.%'"))
    assert params["space.training.optimizer"] == params["space.training.learning_rate"] == "of compile()"
    predicted = mine.call("predict", "own", "--example").stdout
    assert "probability" in predicted
    assert (" confidence " in mine.call("evaluate", "own").stdout) == (builder == "build")  # the model is built again for its metric


def test_what_cannot_be_searched_is_refused_before_a_study_is_opened(mine):
    messages = {
        "model=mine:build_dying": 'model = "mine:build_dying": the process that builds models ended with exit status 3',
        "space.training.optimizer=adam": "space.training.optimizer is in the compile() of mine:build too; leave it out of one of them",
    }
    for change, message in messages.items():
        assert message in mine.call("run", "own.toml", "--set", change, status=2).stderr
    incomplete = "space.model={ units = { type = 'int', low = 4, high = 8 }, deep = false, rate = 0.1 }"  # nothing is looked for
    assert "is compiled: write compiled = true in [space]" in mine.call("run", "own.toml", "--set", incomplete, status=2).stderr
