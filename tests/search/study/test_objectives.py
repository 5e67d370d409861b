"""A study with several objectives and limits, from the command line."""

import json
from dataclasses import replace

import optuna
import pytest

from search.tracking.mlflow_connection import connect

from .trees import TREES

EXPERIMENT = """
model = "own:build"
[data]
loader = "breast_cancer"
[space.model]
max_depth = { type = "int", low = 1, high = 6 }
criterion = { type = "categorical", choices = ["gini", "entropy"] }
[[objective]]
metric = "val_accuracy"
direction = "maximize"
[[objective]]
metric = "size_bytes"
[limits]
val_recall = 0.88
[champion]
tolerance = 0.05
[search]
sampler = "grid"
n_trials = 12
[executor]
name = "in-process"
"""


@pytest.fixture
def own(write_search, forks):
    return write_search(TREES, EXPERIMENT)


def points_of(trials):
    """The trials by number: accuracy, size, and whether they are within the limit."""
    return {int(of["trial"]): (float(of["value"]), float(of["size_bytes"]), float(of["val_recall"]) >= 0.88) for of in trials}


def front_of(points):
    """The definition, trial by trial."""
    within = {number: (accuracy, size) for number, (accuracy, size, is_within) in points.items() if is_within}
    return {
        number
        for number, (accuracy, size) in within.items()
        if not any(a >= accuracy and s <= size and (a, s) != (accuracy, size) for a, s in within.values())
    }


def check_runs(own, points, front):
    """Check the tags and metrics of the trials in MLflow."""
    client = connect(f"sqlite:///{own.folder}/mlruns/mlflow.db")
    runs = client.search_runs([client.get_experiment_by_name("own").experiment_id], "tags.`perceptune.trial` != ''")
    tags = {int(run.data.tags["perceptune.trial"]): run.data.tags for run in runs}
    assert {number for number, of in tags.items() if of.get("perceptune.pareto_front") == "true"} == front
    assert {number for number, of in tags.items() if "perceptune.beyond_limits" in of} == {
        n for n, (*_, is_within) in points.items() if not is_within
    }
    metrics = {int(run.data.tags["perceptune.trial"]): run.data.metrics for run in runs}
    assert {number for number, of in metrics.items() if "best_val_accuracy" in of} == {
        number for number, (*_, is_within) in points.items() if is_within
    }
    assert all(of["size_bytes"] == points[number][1] for number, of in metrics.items())


@pytest.mark.slow
def test_the_front_the_best_trial_and_their_models(own):
    printed = own.call("run", "own.toml").stdout
    points = points_of(own.trials("own"))
    front = front_of(points)
    assert len(front) > 1
    assert any(not is_within for *_, is_within in points.values())
    assert {int(trial["trial"]) for trial in own.trials("own") if trial["pareto_front"] == "true"} == front
    accuracies = {number: accuracy for number, (accuracy, _, is_within) in points.items() if is_within}
    accepted = [number for number, accuracy in accuracies.items() if accuracy >= max(accuracies.values()) * (1 - 0.05)]
    best = json.loads(own.call("best", "own", "--json").stdout)
    assert best["trial"] == min(accepted, key=lambda number: points[number][1])
    assert best["value"] < max(accuracies.values())
    assert [trial["number"] for trial in best["front"]] == sorted(front, key=lambda number: -points[number][0])
    assert best["measures"]["size_bytes"] == points[best["trial"]][1]
    assert f"Pareto front  {len(front)} trials, by val_accuracy, size_bytes" in printed
    assert "the best size_bytes within 5 % of the best value" in printed
    shown = own.call("show", "own").stdout
    assert "maximize val_accuracy, minimize size_bytes" in shown
    assert "! beyond a limit" in own.call("trials", "own").stdout

    models = {int(path.name.partition(".")[0]) for path in (own.folder / "mlruns/studies/own/models").glob("*.skops")}
    assert models == front | {best["trial"]}
    other = min(front - {best["trial"]})
    dropped = min(points.keys() - models)
    assert f"no model of it, only of {', '.join(map(str, sorted(models)))}" in own.call(
        "promote", "own", "--trial", str(dropped), status=1
    ).stderr.replace("\n", " ")
    assert "exclude each other" in own.call("promote", "own", "1", "--trial", str(other), status=2).stderr
    assert "models:/own/2 is the champion; before: models:/own/1" in own.call("promote", "own", "--trial", str(other)).stdout
    own.call("predict", "own", "--example")
    assert "no problems" in own.call("doctor", "own").stdout
    assert "already" in own.call("promote", "own", "2").stdout

    check_runs(own, points, front)
    assert "val_accuracy against size_bytes" in (own.folder / "mlruns/studies/own/report/report.html").read_text()


def test_wrong_use_is_told_before_anything_runs(own):
    for words, message in WRONG.items():
        assert message in own.call("run", "own.toml", *words.split(), status=2).stderr.replace("\n", " ")
    (own.folder / "trials.csv").write_text("max_depth,criterion,value\n1,gini,0.9\n")
    assert "its trials have one value, but this experiment has 2 objectives" in own.call("import", "own.toml", "trials.csv", status=2).stderr
    assert not (own.folder / "mlruns/studies/own").exists()
    assert "is beyond its limit" in own.call("run", "own.toml", "--set", "limits.size_bytes=10", "--trials", "2", status=1).stderr
    assert "is beyond its limit" in own.call("show", "own").stdout
    drawn = own.call("report", "own")
    assert "could not be drawn" not in drawn.stderr
    assert "Optimisation history" in (own.folder / "mlruns/studies/own/report/report.html").read_text()


WRONG = {
    "--set search.sampler=cmaes": 'search.sampler = "cmaes" searches for one objective, but there are 2; write one of',
    "--set search.sampler=kt-bayesian": 'search.sampler = "kt-bayesian" searches for one objective',
    "--set search.pruner=median": "compares trials by one value, but there are several objectives; leave it out",
    "--set limits.val_recal=0.5": 'limits.val_recal: the task "binary" has no such metric; did you mean "val_recall"?',
    "--set evaluation.folds=3 --set champion.ensemble=folds": 'but the champion has 3, which cost as much together; write champion.ensemble = "none"',
    "--sampler gp --set search.stop.gain=0.1": "search.stop.gain goes by one value, but there are 2 objectives; write epochs or hours",
    "--set search.stop.patience=5": "search.stop.patience goes by one value, but there are 2 objectives; write epochs or hours",
    "--set champion.by=val_loss": 'by = "val_loss" ranks trials by one value, and tolerance by two',
    "--set limits.latency_ms=5 --set search.reproducible=true": "latency_ms is measured, and differs each time, so that reproducible = true",
    "--set champion.confirm=2": "confirm = 2 ranks trials by one value, and tolerance by two; leave one of them out",
}


@pytest.mark.slow
def test_two_coordinators_on_postgresql(own, database_url):
    experiment = EXPERIMENT.replace('sampler = "grid"', 'sampler = "tpe"').replace("n_trials = 12", "n_trials = 20").replace("high = 6", "high = 12")
    (own.folder / "own.toml").write_text(experiment)
    words = ["--ledger", database_url]
    both = [own.start("run", "own.toml", *words) for _ in range(2)]
    printed = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [0, 0], printed
    trials = own.trials("own", *words)
    assert [int(trial["trial"]) for trial in trials] == list(range(20))
    front = front_of(points_of(trials))
    assert {int(trial["trial"]) for trial in trials if trial["pareto_front"] == "true"} == front
    storage = optuna.storages.RDBStorage(database_url)
    assert {trial.number for trial in optuna.load_study(study_name="own", storage=storage).best_trials} == front
    storage.remove_session()
    storage.engine.dispose()
    assert "no problems" in own.call("doctor", "own", *words).stdout


@pytest.mark.slow
def test_a_lost_ledger_is_restored_from_mlflow_and_the_search_goes_on(own):
    own.call("run", "own.toml")
    before = own.trials("own")
    journal = own.folder / "mlruns/studies/own/journal.log"
    journal.write_bytes(journal.read_bytes()[: journal.stat().st_size // 3])
    own.call("doctor", "own", "--repair")
    compared = ("state", "pareto_front", "max_depth", "criterion")
    assert [[trial[name] for name in compared] for trial in own.trials("own")] == [[trial[name] for name in compared] for trial in before]
    assert points_of(own.trials("own")) == points_of(before)
    own.call("run", "own.toml", "--set", "search.duplicates=repeat", "--sampler", "nsgaii", "--trials", "14")
    assert len(own.trials("own")) == 14


@pytest.mark.slow
def test_trials_that_were_not_trained_are_restored_too(shell, forks):
    shell = replace(shell, preloaded=forks)
    (shell.folder / "small.toml").write_text(SMALL)
    shell.call("run", "small.toml")
    before = shell.trials("small")
    untrained = [trial for trial in before if trial["state"] == "PRUNED"]
    assert untrained
    assert all((trial["value"], trial["epochs"]) == ("", "0") and int(trial["n_parameters"]) > 200 for trial in untrained)
    assert "is beyond its limit 200" in untrained[0]["reason"]
    journal = shell.folder / "mlruns/studies/small/journal.log"
    journal.write_bytes(journal.read_bytes()[: journal.stat().st_size // 5])
    shell.call("doctor", "small", "--repair")
    compared = ("trial", "state", "value", "n_parameters", "n_neurons", "reason")
    assert [[trial[name] for name in compared] for trial in shell.trials("small")] == [[trial[name] for name in compared] for trial in before]
    shell.call("run", "small.toml", "--trials", "10")
    assert "no problems" in shell.call("doctor", "small").stdout


SMALL = """
model = "mlp"
data = { loader = "iris" }
objective = { metric = "val_loss", direction = "minimize" }
limits = { n_parameters = 200 }
executor = { n_workers = 2 }
[space.model]
n_hidden = 2
n_neurons = { type = "int", low = 2, high = 60 }
[space.training]
epochs = 3
[search]
n_trials = 8
"""
