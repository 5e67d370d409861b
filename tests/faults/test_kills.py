"""Searches that are killed repeatedly lose nothing and do nothing twice: ``make test-faults``.

Continuous integration runs the short campaigns only: ``pytest tests/faults -m faults -k short --dist load``.
"""

import sqlite3
from collections import Counter

import pytest

from .campaign import Campaign

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1500)]

EPOCHS, N_FOLDS = 6, 3
FOLDS = ("--set", f"evaluation.folds={N_FOLDS}")
SMALL_BATCHES = ("--set", "callbacks=[]", "--set", "space.training.batch_size=1", "--set", "executor.trainer=keras")  # as slow as the callback
PAUSING = ("--pruner", "asha", *SMALL_BATCHES)
BUILDER = """
import time
import keras

class Slowly(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        time.sleep(0.15)

def build(input_shape, width=1):
    return keras.Sequential([keras.Input(input_shape), keras.layers.Dense(width), keras.layers.Dense(1, activation="sigmoid")])

def build_compiled(input_shape, width=1, rate=0.01):
    model = build(input_shape, width)
    model.compile(keras.optimizers.SGD(rate), "binary_crossentropy")
    return model

def build_by_hp(hp, input_shape):
    return build_compiled(input_shape, hp.Int("width", 1, 64), hp.Float("rate", 1e-3, 1e-1, sampling="log"))

def build_by_trial(trial, input_shape):
    return build(input_shape, trial.suggest_int("width", 1, 64))

def objective(trial):
    width = trial.suggest_int("width", 1, 64)
    for step in range(6):
        time.sleep(0.15)
        trial.report(width / (step + trial.suggest_float("x", 1, 2)), step)
    return width / (step + trial.params["x"])
"""
EXPERIMENT = f"""
model = "own:build"
data = {{ loader = "experiments.datasets:diabetes" }}
space = {{ model = {{ width = {{ type = "int", low = 1, high = 64 }} }}, training = {{ epochs = {EPOCHS} }} }}
objective = {{ metric = "val_loss", direction = "minimize" }}
search = {{ seed = 0, max_failures_in_a_row = 0 }}
executor = {{ n_workers = 2, max_retries = 1000 }}
callbacks = [{{ use = "own:Slowly" }}]
"""
COMPILED = ("--set", "model=own:build_compiled", "--set", "space.compiled=true")
BY_HP = ("--set", "model=own:build_by_hp", "--set", "space.model={}")
BY_TRIAL = ("--set", "model=own:build_by_trial", "--set", "space.model={}")
FUNCTION = ("--pruner", "none", "--study", "own")
OF_FUNCTION = """
objective = { function = "own:objective", metric = "val_loss" }
search = { seed = 0, max_failures_in_a_row = 0 }
executor = { n_workers = 2, max_retries = 1000 }
"""
PREDICT = """
from search import load_champion
from search.data.dataset import load_dataset
from search.experiment.file import load_experiment

print(len(load_champion("own").predict(load_dataset(load_experiment("own.toml").data).validation.features)))
"""


@pytest.fixture
def campaign(shell, request):
    (shell.folder / "own.py").write_text(BUILDER)
    executor, sampler, n_kills, *options = request.param
    (shell.folder / "own.toml").write_text(OF_FUNCTION if options == [*FUNCTION] else EXPERIMENT)
    return Campaign(shell, ["--executor", executor, "--sampler", sampler, *options], n_kills=n_kills, n_trials=12, seed=n_kills)


@pytest.mark.parametrize(
    "campaign",
    [
        ("ray", "random", 9, *BY_HP),
        ("workers", "tpe", 9, *FOLDS, *BY_TRIAL),
        ("workers", "random", 8, *PAUSING, *COMPILED),
        ("workers", "tpe", 7, *FUNCTION),
        ("ray", "kt-random", 28, *FOLDS),
        ("workers", "kt-bayesian", 30),
        ("workers", "random", 20),
    ],
    ids=[
        "short, a builder of hp, random on Ray",
        "short, a builder of trial, tpe on workers with folds",
        "short, a compiled builder, paused trials on workers",
        "short, a function on workers",
        "kt-random on Ray with folds",
        "kt-bayesian on workers",
        "random on workers",
    ],
    indirect=True,
)
def test_a_search_that_is_killed_at_random_loses_and_repeats_nothing(campaign, record_campaign, request):
    campaign.run()
    n_doubled = count_doubled(campaign)
    record_campaign(request.node.callspec.id, campaign, n_doubled)
    assert campaign.n_left == 0
    assert campaign.lost == []
    assert n_doubled == 0
    check_ledger(campaign)
    check_mlflow(campaign)
    if is_of_models(campaign):
        assert campaign.shell.python(PREDICT).split() == ["67"]


def is_of_models(campaign):
    return campaign.options[-len(FUNCTION) :] != [*FUNCTION]


def check_ledger(campaign):
    """Check that all trials have ended, as far as the race let them, and that the models of the best one are there."""
    records = campaign.trials()
    by_state = Counter(record["state"] for record in records if record["is_finished"])
    n_folds, is_pausing = N_FOLDS if FOLDS[1] in campaign.options else 1, "asha" in campaign.options
    assert by_state.total() == campaign.n_trials
    assert set(by_state) == ({"COMPLETE", "PRUNED"} if n_folds > 1 or is_pausing else {"COMPLETE"})
    assert not [record for record in records if record["state"] == "RUNNING"]
    assert {record["n_executions"] for record in records if record["state"] == "COMPLETE"} == {n_folds if n_folds > 1 else 0}
    assert is_pausing or all(0 < record["n_executions"] < n_folds for record in records if record["state"] == "PRUNED")
    assert {record["n_epochs"] for record in records if record["is_finished"]} == ({1, 3, EPOCHS} if is_pausing else {EPOCHS})
    assert len(list((campaign.shell.folder / "mlruns" / "studies" / "own" / "models").glob("*.keras"))) == (n_folds if is_of_models(campaign) else 0)


def check_mlflow(campaign):
    trials = "select run_uuid from tags where key = 'perceptune.trial'"
    assert query_mlflow(campaign, f"select distinct status from runs where run_uuid in ({trials})") == [("FINISHED",)]
    numbers = query_mlflow(campaign, "select cast(value as integer) from tags where key = 'perceptune.trial' order by 1")
    assert numbers == [(record["number"],) for record in campaign.trials() if record["is_finished"]]
    n_epochs = {str(record["number"]): record["n_epochs"] for record in campaign.trials()}
    for run, number in query_mlflow(campaign, trials.replace("run_uuid", "run_uuid, value")):
        epochs = query_mlflow(campaign, f"select step, timestamp from metrics where run_uuid = '{run}' and key = 'val_loss' order by timestamp, step")
        assert [step for step, _ in epochs] == list(range(1, n_epochs[number] + 1))


def count_doubled(campaign):
    """Count trials with two runs, and epochs that were written twice."""
    runs = "select count(*) - count(distinct value) from tags where key = 'perceptune.trial'"
    epochs = "select count(*) from (select 1 from metrics where key = 'val_loss' group by run_uuid, step having count(*) > 1)"
    return query_mlflow(campaign, runs)[0][0] + query_mlflow(campaign, epochs)[0][0]


def query_mlflow(campaign, query):
    with sqlite3.connect(campaign.shell.folder / "mlruns" / "mlflow.db") as store:
        return store.execute(query).fetchall()
