"""The estimate of a search before it starts, from the command line."""

import re

import keras
import pytest

from models.mlp import build_mlp
from search.experiment.file import load_experiment
from search.study.plan import plan_search

EXPERIMENT = """
model = "mlp"
[data]
loader = "iris"
[objective]
metric = "val_accuracy"
direction = "maximize"
[space.model]
n_hidden = 1
n_neurons = { type = "int", low = 4, high = 7 }
[space.training]
learning_rate = { type = "categorical", choices = [0.01, 0.1] }
epochs = 30
[search]
n_trials = 20
keep_models = 3
[executor]
n_workers = 2
"""


@pytest.fixture
def written(shell):
    (shell.folder / "own.toml").write_text(EXPERIMENT)
    return shell


def test_it_tells_what_the_search_will_take_and_stores_nothing(written):
    printed = written.call("plan", "own.toml", "--price", "3600", "--set", "search.pruner=median").stdout
    flat = " ".join(printed.split())

    assert "2 hyperparameters, 8 combinations" in flat
    assert "8, one training each of at most 30 epochs: at most 240 epochs; pruner median stops bad ones early" in flat
    assert "90 rows to train, 30 to validate" in flat
    assert "with 2 workers on this machine's CPU" in flat
    assert "for the models of the 3 best trials" in flat
    assert float(re.search(r"Price +about ([\d.]+) at 3600 an hour", printed)[1]) > 0.5  # seconds
    assert printed.count("n_neurons=") == 3
    assert "run own.toml --set search.pruner=median" in flat
    assert [path.name for path in written.folder.iterdir()] == ["own.toml"]


def test_it_counts_the_epochs_of_the_end_and_the_checkpoints_of_paused_trials(written):
    stop = "search.stop={ epochs = 90, price = 7.5, price_per_hour = 3600 }"
    printed = written.call("plan", "own.toml", "--models", "1", "--set", stop, "--set", "search.pruner=asha").stdout
    flat = " ".join(printed.split())
    assert "8, one training each of at most 30 epochs: at most 90 epochs, at which [search.stop] ends it" in flat
    assert re.search(r"Price +about [\d.]+ at 3600 an hour; \[search.stop\] ends it at 7.5", flat)
    assert re.search(r"of the 3 best trials, at most about [\d.]+ .?B for checkpoints of paused trials", flat)

    found = plan_search(load_experiment(written.folder / "own.toml", ["search.stop.epochs=90", "search.pruner=asha"]), 1)
    assert found.checkpoint_bytes == 7 * found.models[0].n_bytes
    assert found.seconds == pytest.approx(found.models[0].start_seconds + 2 * found.models[1].seconds)  # three trainings, two workers


@pytest.mark.slow
def test_there_are_no_more_trials_than_combinations_and_folds_have_trainings(written):
    repeating = ["search.duplicates=repeat", "search.sampler=random"]
    assert plan_search(load_experiment(written.folder / "own.toml", repeating), 1).n_trials == 20
    found = plan_search(load_experiment(written.folder / "own.toml", ["search.sampler=grid", "evaluation.folds=3"]), 1)

    assert (found.n_combinations, found.n_trials, found.n_trainings, found.n_epochs) == (8, 8, 24, 720)
    assert found.n_rows == 80  # of 120, the training and the validation part
    first, second = found.models  # the same one, compiled once
    assert first.label == second.label
    assert second.start_seconds < first.start_seconds
    n_neurons = int(re.search(r"n_neurons=(\d)", first.label)[1])
    reference = build_mlp(input_shape=(4,), task="multiclass", n_outputs=3, n_hidden=1, n_neurons=n_neurons)
    assert first.n_parameters == reference.count_params()
    assert found.disk_bytes == first.n_bytes * 3 * 3
    assert first.n_bytes > 4 * first.n_parameters
    assert found.seconds == pytest.approx(first.start_seconds + 12 * (second.start_seconds + 29 * second.epoch_seconds))
    keras.utils.clear_session()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["missing.toml"], "There is no experiment file"),
        (["own.toml", "--set", "search.pruner=mdian"], 'did you mean "median"'),
        (["own.toml", "--set", "search.sampler=grid", "--set", 'space.training.learning_rate={type="float", low=0.1, high=1.0}'], "finite"),
        (["own.toml", "--set", "space.model.neurons=8"], "n_hidden|neurons"),
        (["own.toml", "--models", "0"], "--models"),
    ],
)
def test_what_a_search_would_refuse_is_refused(written, words, message):
    assert re.search(message, written.call("plan", *words, status=2).stderr)


SLOW = """
import time

import keras

class Slow(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        time.sleep(0.2)
"""


@pytest.mark.slow
def test_the_time_of_an_epoch_is_measured(written):
    (written.folder / "slow.py").write_text(SLOW)
    printed = written.call("plan", "own.toml", "--models", "1", "--set", 'callbacks=[{ use = "slow:Slow" }]').stdout
    n_trainings, n_epochs, epoch = 8, 30, 0.2
    assert re.search(r"Time +about (?:\d+ min )?\d+ s of training with 2 workers", printed)
    minutes, rest = map(int, re.search(r"about (?:(\d+) min )?(\d+) s", printed).groups(default="0"))
    seconds = 60 * minutes + rest
    assert n_trainings / 2 * n_epochs * epoch <= seconds < 3 * n_trainings / 2 * n_epochs * epoch + 20
