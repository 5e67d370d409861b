"""A study that goes on after its search space was edited, from the command line."""

import json
import subprocess
import sys

import pytest

from search.experiment.file import parse_experiment
from search.ledger.extending import params_in
from search.ledger.journal_store import JournalStore
from search.store import Store
from search.tracking.mlflow_connection import connect

from .trees import TREES

EXPERIMENT = """
model = "own:build"
[data]
loader = "breast_cancer"
[space.model]
max_depth = { type = "int", low = 1, high = 6 }
criterion = { type = "categorical", choices = ["gini", "entropy"] }
min_samples_leaf = 1
[objective]
metric = "val_accuracy"
direction = "maximize"
[search]
sampler = "grid"
n_trials = 12
[executor]
name = "in-process"
"""
WIDER = EXPERIMENT.replace("low = 1, high = 6", "low = 3, high = 9").replace('"entropy"]', '"entropy", "log_loss"]')
WIDER = WIDER.replace("min_samples_leaf = 1", 'min_samples_leaf = { type = "int", low = 1, high = 2 }').replace("n_trials = 12", "n_trials = 10")


@pytest.fixture
def own(write_search, forks):
    return write_search(TREES, EXPERIMENT)


def edit(shell, experiment):
    (shell.folder / "own.toml").write_text(experiment)


@pytest.mark.slow
@pytest.mark.parametrize("ledger", ["journal", "postgresql"])
def test_the_trials_that_are_in_the_edited_space_are_kept(own, ledger, request):
    words = ["--ledger", request.getfixturevalue("database_url")] if ledger == "postgresql" else []
    own.call("run", "own.toml", *words)
    before = {trial["trial"]: trial for trial in own.trials("own", *words)}
    valid = {number for number, trial in before.items() if int(trial["max_depth"]) >= 3}
    edit(own, WIDER)
    for wrong, message in REFUSED.items():
        assert message in own.call("run", "own.toml", *wrong.split(), *words, status=2).stderr
    assert {trial["trial"]: trial for trial in own.trials("own", *words)} == before

    if ledger == "journal":
        archive_and_be_killed(own)
    printed = own.call("run", "own.toml", "--extend", *words).stdout
    assert "8 trials are kept that are valid after the edit (model.criterion.choices" in " ".join(printed.split())
    assert '"own.1" has all 12' in " ".join(printed.split())

    after = {trial["trial"]: trial for trial in own.trials("own", *words)}
    assert len(after) == 10
    assert valid < after.keys()
    for number in valid:
        assert after[number]["min_samples_leaf"] == "1"
        assert {name: after[number][name] for name in before[number]} == before[number]
    new = [trial for number, trial in after.items() if number not in valid]
    assert all(int(trial["trial"]) >= 12 for trial in new)
    assert all(trial["criterion"] == "log_loss" or trial["min_samples_leaf"] == "2" or int(trial["max_depth"]) > 6 for trial in new)
    assert {trial["trial"]: trial for trial in own.trials("own.1", *words)} == before
    assert "no problems" in own.call("doctor", "own", *words).stdout
    own.call("predict", "own", "--example")

    client = connect(f"sqlite:///{own.folder}/mlruns/mlflow.db")
    found = client.search_runs([client.get_experiment_by_name("own").experiment_id], "tags.perceptune.study = 'own'")
    assert {run.data.tags["perceptune.trial"] for run in found if "perceptune.trial" in run.data.tags} == after.keys()


REFUSED = {
    "": "--extend",
    "--extend --fresh": "--fresh and --extend exclude each other",
    "--extend --set objective.metric=val_auc": '"val_auc" was not recorded of the trials of this study, which have val_',
    "--extend --set search.reproducible=true --set executor.n_workers=1": "(then → now): search.reproducible False → True",
}


def archive_and_be_killed(shell):
    """Do what ``run --extend`` does first, and no more."""
    opened = JournalStore(Store(shell.folder / "mlruns")).create_or_load("own", ["maximize"], fresh=True)
    opened.leases.close()


KILLED = """
import os
import optuna
from search.cli.app import run_app

add = optuna.Study.add_trial

def add_and_die(study, trial):
    add(study, trial)
    os._exit(9)

optuna.Study.add_trial = add_and_die
run_app(["run", "own.toml", "--extend"])
"""


@pytest.mark.slow
def test_another_experiment_does_not_go_on_with_what_a_killed_one_has_begun(own):
    own.call("run", "own.toml")
    before = own.trials()
    edit(own, WIDER)
    assert subprocess.run([sys.executable, "-c", KILLED], cwd=own.folder, env=own.environment, check=False).returncode == 9
    by_loss = ["--set", "objective.metric=val_loss", "--set", "objective.direction=minimize"]
    for words in (by_loss, [*by_loss, "--extend"]):
        refusal = own.call("run", "own.toml", *words, status=2).stderr
        assert 'Study "own" is being made from "own.1" with another experiment, by a process that was killed' in refusal
    assert "8 trials are kept" in " ".join(own.call("run", "own.toml", "--extend").stdout.split())
    assert own.trials("own.1") == before


FOLDS = ["--executor", "workers", "--workers", "2", "--set", "evaluation={ folds = 3, race = false }"]


@pytest.mark.slow
@pytest.mark.parametrize("words", [[], FOLDS])
def test_the_best_trial_that_is_left_is_trained_again_if_its_model_was_not_kept(own, words):
    own.call("run", "own.toml", "--extend", *words)  # there is no such study yet
    before = own.trials()
    best = max(before, key=lambda trial: float(trial["value"]))
    left = "gini" if best["criterion"] == "entropy" else "entropy"
    edit(own, EXPERIMENT.replace('["gini", "entropy"]', f'["{left}"]').replace("n_trials = 12", "n_trials = 3"))  # there are six already

    assert "whose model was not kept" in own.call("run", "own.toml", "--extend", *words).stdout
    kept = [trial for trial in before if trial["criterion"] == left]
    assert own.trials() == [{name: trial[name] for name in own.trials()[0]} for trial in kept]
    winner = max(kept, key=lambda trial: float(trial["value"]))["value"]
    assert {trial["trial"]: trial["value"] for trial in kept}[str(json.loads(own.call("best", "own", "--json").stdout)["trial"])] == winner
    own.call("predict", "own", "--example")

    own.call("enqueue", "own", "max_depth=4")  # the criterion is left to the sampler
    edit(own, EXPERIMENT.replace("n_trials = 12", "n_trials = 13"))  # as it was
    own.call("run", "own.toml", "--extend", *words, "--set", "search.duplicates=repeat", "--sampler", "random")
    again = {trial["trial"]: trial for trial in own.trials()}
    assert all(again[trial["trial"]] == trial for trial in before)
    assert again["12"]["max_depth"] == "4"
    assert "no problems" in own.call("doctor", "own").stdout


def test_a_search_that_is_refused_leaves_the_study_as_it_was(own):
    edit(own, EXPERIMENT.replace("n_trials = 12", "n_trials = 2").replace("low = 1, high", "low = 3, high"))
    own.call("run", "own.toml")
    before = own.trials()
    edit(own, WIDER)
    assert "no sampler" in own.call("run", "own.toml", "--extend", "--sampler", "kt-hyperband", status=2).stderr
    nothing = ["--set", "space.model.min_samples_leaf=7"]
    assert "none of its 2 trials is valid after the edit" in own.call("run", "own.toml", "--extend", *nothing, status=2).stderr
    assert own.trials() == before
    assert "own.1" not in own.call("studies").stdout


@pytest.mark.slow
def test_the_archived_study_may_be_deleted(own):
    edit(own, EXPERIMENT.replace("n_trials = 12", "n_trials = 3"))
    own.call("run", "own.toml")
    edit(own, WIDER.replace("low = 3, high = 9", "low = 1, high = 9").replace("n_trials = 10", "n_trials = 3"))
    printed = own.call("run", "own.toml", "--extend").stdout  # all are in it, and the best one is the same
    assert "champion kept" not in printed
    before = own.trials()
    own.call("delete", "own.1", "--yes")
    own.call("predict", "own", "--example")

    edit(own, WIDER.replace("low = 3, high = 9", "low = 1, high = 12").replace("n_trials = 10", "n_trials = 3"))
    own.call("run", "own.toml", "--extend")
    assert own.trials() == before
    assert "own.1" in own.call("studies").stdout


SPACE = {
    "max_depth": {"type": "int", "low": 1, "high": 6},
    "criterion": {"type": "categorical", "choices": ["gini", "entropy"]},
    "n_leaves": {"type": "int", "low": 1, "high": 3},
    "leaves": {"type": "int", "low": 2, "high": 9, "repeat": "n_leaves"},
    "alpha": {"type": "float", "low": 0.0, "high": 0.5, "when": {"criterion": "entropy"}},
    "leaf": 1,
}
PARAMS = {"max_depth": 3, "criterion": "entropy", "n_leaves": 2, "leaves_1": 4, "leaves_2": 6, "alpha": 0.25}


def an_experiment(training=None, rules=None, **model):
    entries = {name: entry for name, entry in {**SPACE, **model}.items() if entry is not None}
    space = {"model": entries, "training": training or {"batch_size": 32}, "rules": rules or {}}
    objective = {"metric": "val_accuracy", "direction": "maximize"}
    return parse_experiment({"name": "own", "model": "own:build", "data": {"loader": "iris"}, "objective": objective, "space": space}, "own")


@pytest.mark.parametrize(
    ("edited", "params"),
    [
        ({}, PARAMS),
        ({"max_depth": {"type": "int", "low": 3, "high": 9}}, PARAMS),
        ({"max_depth": {"type": "int", "low": 4, "high": 9}}, None),
        ({"max_depth": {"type": "int", "low": 2, "high": 6, "step": 2}}, None),
        ({"max_depth": {"type": "categorical", "choices": [1, 3]}}, PARAMS),
        ({"max_depth": 3}, {name: value for name, value in PARAMS.items() if name != "max_depth"}),
        ({"max_depth": 4}, None),
        ({"max_depth": None}, None),
        ({"leaf": {"type": "int", "low": 1, "high": 4}}, {**PARAMS, "leaf": 1}),
        ({"leaf": {"type": "int", "low": 2, "high": 4}}, None),
        ({"leaf": 2}, None),
        ({"criterion": {"type": "categorical", "choices": ["gini", "log_loss"]}, "alpha": None}, None),
        ({"alpha": {**SPACE["alpha"], "when": {"criterion": "gini"}}}, None),
        ({"n_leaves": {"type": "int", "low": 1, "high": 5}}, PARAMS),
        ({"rules": {"growing": "leaves_1 < leaves_2"}}, PARAMS),
        ({"rules": {"growing": "leaves_1 > leaves_2"}}, None),
        ({"training": {"batch_size": {"type": "int", "low": 16, "high": 64}}}, {**PARAMS, "batch_size": 32}),
        ({"training": {"learning_rate": {"type": "float", "low": 1e-4, "high": 0.1}}}, {**PARAMS, "learning_rate": 0.001}),
        ({"training": {"batch_size": 64}}, None),
        ({"training": {"class_weight": {"type": "categorical", "choices": ["none", "balanced"]}}}, {**PARAMS, "class_weight": "none"}),
        ({"training": {"beta_1": {"type": "float", "low": 0.8, "high": 0.99}}}, {**PARAMS, "beta_1": 0.9}),
        ({"training": {"beta_1": {"type": "float", "low": 0.8, "high": 0.85}}}, None),
        ({"new": {"type": "int", "low": 1, "high": 4}}, None),
    ],
)
def test_a_trial_has_the_hyperparameters_of_the_other_space_with_which_it_is_the_same(edited, params):
    assert params_in(an_experiment(), an_experiment(**edited), PARAMS) == params
