"""A study that goes on after its search space was edited, from the command line."""

import mlflow
import pytest

from search import ledger as ledgers
from search.experiment.file import load_experiment, parse_experiment
from search.store import Store
from search.study import extending

OWN = """
from sklearn.tree import DecisionTreeClassifier

def build(max_depth=1, criterion="gini", min_samples_leaf=1, **_):
    return DecisionTreeClassifier(max_depth=max_depth, criterion=criterion, min_samples_leaf=min_samples_leaf, random_state=0)
"""
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
    return write_search(OWN, EXPERIMENT)


def edit(shell, experiment):
    (shell.folder / "own.toml").write_text(experiment)


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
        take_over_partly(own)  # and is killed
        words = []
    printed = own.call("run", "own.toml", *(words and ["--extend", *words])).stdout
    assert '8 of the 12 trials of "own.1" are in the edited search space (model.criterion.choices' in " ".join(printed.split())

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

    mlflow.set_tracking_uri(f"sqlite:///{own.folder}/mlruns/mlflow.db")
    runs = mlflow.search_runs(experiment_names=["own"], output_format="list", filter_string="tags.perceptune.study = 'own'")
    assert {run.data.tags["perceptune.trial"] for run in runs if "perceptune.trial" in run.data.tags} == after.keys()


REFUSED = {
    "": "--extend",
    "--extend --fresh": "--fresh and --extend exclude each other",
    "--extend --set objective.metric=val_auc": "was started with objective.metric = 'val_accuracy', and this experiment has 'val_auc'",
    "--extend --set search.reproducible=true --set executor.n_workers=1": "was started with search.reproducible",
}


def take_over_partly(shell):
    """Do what ``run --extend`` does until a kill in the midst of the trials."""
    store = Store(shell.folder / "mlruns")
    experiment = load_experiment(shell.folder / "own.toml")
    ledger = ledgers.create_or_continue(store, "own", experiment, fresh=True)
    source = ledgers.read(store, "own.1")
    extending._begin(ledger, store, ledgers.changes_between(source.experiment, experiment))
    ledger.add_copies(extending._trials(source, experiment)[:7])
    source.close()
    ledger.close()


def test_the_best_trial_that_is_left_is_trained_again_if_its_model_was_not_kept(own):
    own.call("run", "own.toml", "--extend")  # there is no such study yet
    before = own.trials()
    best = max(before, key=lambda trial: float(trial["value"]))
    left = "gini" if best["criterion"] == "entropy" else "entropy"
    edit(own, EXPERIMENT.replace('["gini", "entropy"]', f'["{left}"]').replace("n_trials = 12", "n_trials = 6"))

    own.call("run", "own.toml", "--extend")
    after = own.trials()
    kept = [trial for trial in before if trial["criterion"] == left]
    assert [(trial["trial"], trial["value"]) for trial in after] == [(trial["trial"], trial["value"]) for trial in kept]
    winner = max(kept, key=lambda trial: float(trial["value"]))
    assert f'"trial": {winner["trial"]},' in own.call("best", "own", "--json").stdout
    own.call("predict", "own", "--example")


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
        ({"new": {"type": "int", "low": 1, "high": 4}}, None),
    ],
)
def test_a_trial_has_the_hyperparameters_of_the_other_space_with_which_it_is_the_same(edited, params):
    assert extending.params_in(an_experiment(), an_experiment(**edited), PARAMS) == params
