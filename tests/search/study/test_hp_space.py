"""A builder of Keras Tuner is searched as it is: its space, its compile(), its champion."""

import json
import subprocess

import pytest

MINE = """
import keras

def build(hp):
    layers = [keras.layers.Input((4,)), keras.layers.Dense(hp.Int("units", 4, 32), activation="relu")]
    if hp.Boolean("deep"):
        layers.append(keras.layers.Dense(hp.Choice("width", [8, 16]), activation="relu"))
    model = keras.Sequential([*layers, keras.layers.Dense(3, activation="softmax")])
    optimizer = keras.optimizers.SGD(hp.Float("rate", 1e-2, 1e-1, sampling="log"), momentum=0.9)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model

def build_logits(hp):
    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(hp.Int("units", 4, 8)), keras.layers.Dense(3)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model

def build_dying(hp):
    import os
    os._exit(3)
"""
EXPERIMENT = """
model = "mine:build"
data = { loader = "iris" }
space = { training = { epochs = 5 } }
objective = { metric = "val_accuracy", direction = "maximize" }
search = { n_trials = 3 }
executor = { n_workers = 1 }
"""


@pytest.fixture
def mine(shell, forks):
    (shell.folder / "mine.py").write_text(MINE)
    (shell.folder / "own.toml").write_text(EXPERIMENT)
    return shell


def test_the_space_is_found_searched_and_tracked_and_the_champion_predicts(mine, rows):
    output = mine.call("run", "own.toml").stdout
    assert "mine:build asks for units, deep, rate, width; optimizer and loss are those of its compile()" in output
    trials = mine.trials()
    assert len(trials) == 3
    assert {bool(trial["width"]) == (trial["deep"] == "True") for trial in trials} == {True}
    shown = mine.call("show", "own").stdout
    assert "width" in shown
    assert "8, 16, if deep = True" in shown
    params = dict(rows(mine, "select key, value from params where key like 'space.training.%'"))
    assert params["space.training.optimizer"] == params["space.training.learning_rate"] == "of compile()"
    best = json.loads(mine.call("best", "own", "--json").stdout)
    assert best["test"]["accuracy"] > 0.3
    again = mine.call("run", "own.toml").stdout  # the same space is found again
    assert "all 3 trials finished" in again or "3 of 3 trials finished" in again


@pytest.mark.slow
def test_what_cannot_be_searched_is_refused_before_a_study_is_opened(mine):
    messages = {
        "model=mine:build_logits": "is compiled with sparse_categorical_crossentropy of logits",
        "model=mine:build_dying": 'model = "mine:build_dying": the process that builds models ended with exit status 3',
        "space.training.optimizer=adam": "space.training.optimizer is in the compile() of mine:build too; leave it out of one of them",
        "space.model.units={ type = 'int', low = 4, high = 8 }": 'asks for hp "deep", which this trial does not have',
        "space.model={ units = { type = 'int', low = 4, high = 8 }, deep = false, rate = 0.1 }": "is compiled: write compiled = true in [space]",
        "space.model.unit=3": 'model = "mine:build": it asks for no hp "unit"; it asks for units, deep, ',
    }
    for change, message in messages.items():
        assert message in mine.call("run", "own.toml", "--set", change, status=2).stderr


@pytest.mark.slow
def test_a_killed_search_goes_on(mine):
    with subprocess.Popen(mine.command("run", "own.toml"), cwd=mine.folder, env=mine.environment, stdout=subprocess.PIPE, text=True) as process:
        next(line for line in process.stdout if "COMPLETE" in line)
        process.kill()
    assert "trials finished" in mine.call("run", "own.toml", "--trials", 4).stdout
    assert [trial["state"] for trial in mine.trials()] == ["COMPLETE"] * 4
    assert "own: no problems" in mine.call("doctor", "own").stdout
    assert "epochs" in mine.call("plan", "own.toml", "--models", 1).stdout
