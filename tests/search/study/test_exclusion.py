"""Trials that a user excludes: samplers and the choice of the best trial do not know them, lists do."""

import json
from dataclasses import replace

import optuna
import pytest

from search import ledger as ledgers
from search.experiment.file import parse_experiment
from search.samplers import make_sampler
from search.store import Store
from search.tracking.mlflow_connection import connect
from tests.search.ledger.conftest import CONTENT
from tests.search.ledger.test_ranking import result, tell

from .test_requests import WIDTH, read_until
from .trees import TREES

EXPERIMENT = """
model = "own:build"
data = { loader = "breast_cancer" }
objective = { metric = "val_accuracy", direction = "maximize" }
executor = { name = "in-process" }
[space.model]
max_depth = { type = "int", low = 1, high = 5 }
criterion = { type = "categorical", choices = ["gini", "entropy"] }
[search]
sampler = "random"
n_trials = 6
"""


@pytest.fixture
def own(write_search, forks):
    return write_search(TREES, EXPERIMENT)


def best_of(shell):
    return json.loads(shell.call("best", "own", "--json").stdout)


@pytest.mark.slow
def test_the_next_best_trial_becomes_the_champion_and_back(own):
    own.call("run", "own.toml")
    trials = {int(trial["trial"]): float(trial["value"]) for trial in own.trials("own")}
    first = best_of(own)["trial"]
    second = max(trials.keys() - {first}, key=lambda number: (trials[number], -number))
    for words, message in {
        (first,): "needs --reason TEXT, or --undo without one",
        (first, "--reason", "a", "--undo"): "needs --reason TEXT, or --undo",
        (first, "--undo"): f'Trial {first} of study "own" is not excluded; none of its trials is excluded',
        (77, "--reason", "a"): "has no trial 77",
    }.items():
        assert message in own.call("exclude", "own", *words, status=2).stderr.replace("\n", " ")
    printed = own.call("exclude", "own", first, "--reason", "wrong split").stdout
    assert f"the best trial is {second} now, no more {first}" in printed
    assert best_of(own)["trial"] == second
    listed = own.call("trials", "own").stdout
    assert f"trial {first} excluded: wrong split" in listed
    assert "x excluded" in listed
    assert {int(trial["trial"]): trial["reason"] for trial in own.trials("own")}[first] == "excluded: wrong split"
    assert "INTERRUPTED" in own.call("studies").stdout

    resumed = own.call("resume", "own").stdout
    assert f"Training trial {second} again, whose model was not kept" in resumed
    assert best_of(own)["model_uri"] == "models:/own/2"
    assert "is the champion already" in own.call("promote", "own", "2").stdout
    client = connect(f"sqlite:///{own.folder}/mlruns/mlflow.db")
    runs = client.search_runs([client.get_experiment_by_name("own").experiment_id], "tags.`perceptune.excluded` != ''")
    assert [(run.data.tags["perceptune.trial"], run.data.tags["perceptune.excluded"]) for run in runs] == [(str(first), "wrong split")]
    assert "wrong split" in (own.folder / "mlruns/studies/own/report/report.html").read_text()
    assert "no problems" in own.call("doctor", "own").stdout

    own.call("exclude", "own", first, "--undo")
    own.call("resume", "own")
    assert (best_of(own)["trial"], best_of(own)["model_uri"]) == (first, "models:/own/1")
    assert "x excluded" not in own.call("trials", "own").stdout
    assert not client.search_runs([client.get_experiment_by_name("own").experiment_id], "tags.`perceptune.excluded` != ''")
    own.call("predict", "own", "--example")


SPACE = {"model": {name: {"type": "float", "low": 0.0, "high": 1.0} for name in ("dropout", "l2")}}


@pytest.mark.parametrize("sampler", ["gp", "tpe", "kt-bayesian", "optuna.samplers:TPESampler"])
def test_samplers_propose_as_if_an_excluded_trial_had_failed_before_it_was_proposed(tmp_path, sampler):
    proposed = []
    for is_excluded in (True, False):
        experiment = parse_experiment(CONTENT | {"space": SPACE, "search": {"sampler": sampler}}, "test")
        ledger = ledgers.create_or_continue(Store(tmp_path / str(is_excluded)), "trials", experiment, fresh=False)
        space = experiment.space.searched
        ledger.use(optuna.samplers.RandomSampler(seed=0), optuna.pruners.NopPruner())
        for value in [*(number / 30 for number in range(15)), 0.99]:
            if value == 0.99 and not is_excluded:
                ledger.study.add_trial(optuna.trial.create_trial(state=optuna.trial.TrialState.FAIL))
                continue
            number, _ = ledger.ask(space, 30)
            tell(ledger, result(number, (value, 0.1)))
        if is_excluded:
            assert ledger.best == (15, 0.99)
            ledger.exclude(15, "too good")
            assert len(ledger.visible_study.trials) == 15 == len(ledger.study.trials) - 1
        assert (ledger.best, [number for number, _ in ledger.ranking(2)]) == ((14, 14 / 30), [14, 13])
        ledger.use(make_sampler(experiment.search, space, 30), optuna.pruners.NopPruner())
        proposed.append([ledger.ask(space, 30) for _ in range(2)])
        ledger.close()
        again = ledgers.read(Store(tmp_path / str(is_excluded)), "trials")
        assert (again.excluded, again.best) == ({15: "too good"} if is_excluded else {}, (14, 14 / 30))
        again.close()
    assert [number for number, _ in proposed[0]] == [16, 17]
    assert proposed[0] == proposed[1]


@pytest.mark.slow
def test_a_running_search_takes_it_up(shell, forks, write_own):
    shell = replace(shell, preloaded=forks)
    write_own(shell, "build_slow", WIDTH, trials=8)
    with shell.start("run", "own.toml", "--sampler", "random") as process:
        try:
            read_until(process, r"\[1/8\]")
            [first] = [trial["trial"] for trial in shell.trials("own") if trial["state"] == "COMPLETE"][:1]
            assert "the running search takes it up" in shell.call("exclude", "own", first, "--reason", "by hand").stdout
        except BaseException:
            process.kill()
            raise
        rest = process.stdout.read()
    assert process.returncode == 0, rest
    trials = shell.trials("own")
    assert {trial["trial"]: trial["reason"] for trial in trials}[first] == "excluded: by hand"
    others = {int(trial["trial"]): float(trial["value"]) for trial in trials if trial["trial"] != first}
    assert json.loads(shell.call("best", "own", "--json").stdout)["trial"] == min(others, key=others.get)
