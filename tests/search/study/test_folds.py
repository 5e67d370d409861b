"""Whole studies whose trials are measured by cross-validation, through the command line."""

import json
import re
import shutil
import statistics
import time
from dataclasses import replace

import keras
import numpy as np
import pandas as pd
import pytest

from search import ledger as ledgers
from search import load_champion
from search.data.dataset import load_dataset
from search.data.folds import divide, joined
from search.experiment.file import DataSection
from search.store import Store
from tests.search.champion.exported import run_exported

N_FOLDS = 5
EXPERIMENT = """
model = "mlp"
[data]
loader = "diabetes"
[space.model]
n_neurons = { type = "int", low = 2, high = 30 }
[space.training]
epochs = 8
learning_rate = { type = "float", low = 1e-4, high = 1e-1, log = true }
[objective]
metric = "val_accuracy"
direction = "maximize"
[evaluation]
folds = 5
[search]
n_trials = 8
baselines = true
[executor]
n_workers = 1
"""
ESTIMATOR = """
model = "scikit_learn.build"
[data]
loader = "experiments.datasets:wine"
[preprocessing]
numeric = "none"
[objective]
metric = "val_accuracy"
direction = "maximize"
[search]
sampler = "random"
n_trials = 1
"""


HANGING = """
import time
from pathlib import Path
import keras

def build(input_shape, n_neurons=2):
    if any(Path("mlruns/studies/own/models").glob("0-0.keras")) and not Path("goes-on").exists():
        Path("hangs").touch()
        time.sleep(1000)
    return keras.Sequential([keras.Input(input_shape), keras.layers.Dense(n_neurons), keras.layers.Dense(1, activation="sigmoid")])
"""


def wait_for(condition):
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def study_of(shell, name):
    return ledgers.read(Store(shell.folder / "mlruns"), name)


@pytest.fixture(scope="module")
def finished(module_shell, preloaded):
    """A finished study of eight trials on five folds."""
    (module_shell.folder / "folds.toml").write_text(EXPERIMENT)
    with preloaded.in_place():
        output = module_shell.call("run", "folds.toml").stdout
    view = study_of(module_shell, "folds")
    yield module_shell, output, view
    view.close()


def test_the_value_is_the_mean_over_folds_with_its_standard_error(finished):
    shell, output, _ = finished
    best = json.loads(shell.call("best", "folds", "--json").stdout)
    assert len(best["execution_values"]) == N_FOLDS
    assert best["value"] == pytest.approx(statistics.fmean(best["execution_values"]))
    assert best["standard_error"] == pytest.approx(statistics.stdev(best["execution_values"]) / N_FOLDS**0.5)
    assert re.search(r"Validation +val_accuracy 0\.\d+ ± 0\.\d+ \(mean and standard error of 5 executions\)", output)
    assert "5 stratified folds of 265 rows" in output
    assert all(line in shell.call("show", "folds").stdout for line in ("executions", "evaluation.folds"))


def test_the_race_stops_trials_after_fewer_folds(finished):
    shell, _, view = finished
    by_state = {state: [len(record.result.executions) for record in view.records() if record.state == state] for state in ("COMPLETE", "PRUNED")}
    assert set(by_state["COMPLETE"]) == {N_FOLDS}
    assert by_state["PRUNED"]
    assert max(by_state["PRUNED"]) < N_FOLDS
    reasons = [(trial["reason"], trial["executions"], trial["epochs"]) for trial in shell.trials("folds") if trial["state"] == "PRUNED"]
    for reason, executions, epochs in reasons:
        assert reason in (f"stopped after {executions} of 5 executions by the race", f"pruned at epoch {epochs} by the pruner")
    assert any("by the race" in reason for reason, *_ in reasons)


def test_samplers_see_of_a_trial_after_each_fold_the_value_of_its_mean_curve(finished):
    _, _, view = finished
    number, first_step = view.best[0], view.experiment.space.max_epochs
    seen = view.study.trials[number].intermediate_values
    assert [step - first_step for step in seen if step > first_step] == list(range(1, N_FOLDS + 1))
    assert seen[max(seen)] == pytest.approx(view.result(number).value, rel=1e-4)
    curves = [[epoch["val_accuracy"] for epoch in execution.history] for execution in view.result(number).executions[:2]]
    assert seen[first_step + 2] == pytest.approx(max(map(statistics.fmean, zip(*curves, strict=False))), rel=1e-4)
    for record in view.records():
        if record.state == "PRUNED":
            assert view.study.trials[record.number].value == pytest.approx(record.result.value, rel=1e-9)


def test_mlflow_has_the_mean_curve_its_deviation_and_each_execution(finished, rows):
    shell, _, view = finished
    best = json.loads(shell.call("best", "folds", "--json").stdout)
    query = "select value from metrics where run_uuid = '{}' and key = '{}' order by step"
    result = view.result(best["trial"])
    assert [value for (value,) in rows(shell, query.format(best["run_id"], "executions/val_accuracy"))] == pytest.approx(best["execution_values"])
    assert [value for (value,) in rows(shell, query.format(best["run_id"], "val_loss"))] == pytest.approx(
        [epoch["val_loss"] for epoch in result.history]
    )
    deviations = [value for (value,) in rows(shell, query.format(best["run_id"], "val_loss_std"))]
    assert deviations[0] == pytest.approx(statistics.stdev(execution.history[0]["val_loss"] for execution in result.executions))
    [(error,)] = rows(shell, query.format(best["run_id"], "value_standard_error"))
    assert error == pytest.approx(best["standard_error"])
    [(view_of_page,)] = rows(shell, "select value from experiment_tags where key = 'mlflow.sharedViewState.perceptune'")
    spread = ["metrics.`best_val_accuracy`", "metrics.`value_standard_error`", "metrics.`system/executions`"]
    assert json.loads(view_of_page)["selectedColumns"][:4] == [*spread, "metrics.`value`"]


def test_mlflows_page_has_the_best_trial_above_those_that_the_race_stopped_at_a_larger_value(finished, rows):
    shell, _, view = finished
    query = """
        select states.value, count(ranked.value), count(given.value) from tags as states
        left join latest_metrics as ranked on ranked.run_uuid = states.run_uuid and ranked.key = 'best_val_accuracy'
        left join latest_metrics as given on given.run_uuid = states.run_uuid and given.key = 'value'
        where states.key = 'perceptune.state' and states.run_uuid in (select run_uuid from tags where key = 'mlflow.parentRunId') group by 1"""
    counts = {state: (n_ranked, n_given) for state, n_ranked, n_given in rows(shell, query)}
    by_state = [record.state for record in view.records()]
    n_complete, n_pruned = by_state.count("COMPLETE"), by_state.count("PRUNED")
    assert counts == {"COMPLETE": (n_complete, n_complete), "PRUNED": (0, n_pruned)}


def test_the_champion_predicts_the_mean_of_its_folds_models(finished):
    shell, _, view = finished
    champion = load_champion("folds", f"sqlite:///{shell.folder}/mlruns/mlflow.db")
    assert len(champion.members) == N_FOLDS
    test = load_dataset(view.experiment.data).test
    predicted = champion.predict(test.features)
    alone = [member.outputs(member.preprocessor.check(test.features)).ravel() for member in champion.members]
    np.testing.assert_allclose(predicted["probability_1"], np.mean(alone, axis=0), atol=1e-6)
    assert np.ptp(alone, axis=0).max() > 0.01
    assert champion.metadata.test["accuracy"] == pytest.approx((predicted["prediction"] == test.target).mean())
    from sklearn.metrics import log_loss

    assert champion.metadata.test["loss"] == pytest.approx(log_loss(test.target.astype(int), predicted["probability_1"]), abs=1e-5)
    assert champion.metadata.evaluation == "mean over 5 stratified folds, 1 of each"
    rows = pd.DataFrame(test.features).iloc[:5]
    np.testing.assert_allclose(
        pd.concat([champion.predict(rows.iloc[[number]]) for number in range(5)])["probability_1"], predicted["probability_1"][:5], atol=1e-6
    )


def test_the_models_of_the_best_trial_are_kept_and_nothing_else(finished):
    shell, _, view = finished
    folder = shell.folder / "mlruns" / "studies" / "folds" / "models"
    assert sorted(path.name for path in folder.glob("*.keras")) == [f"{view.best[0]}-{fold}.keras" for fold in range(N_FOLDS)]
    assert "no problems" in shell.call("doctor", "folds").stdout


@pytest.mark.slow
def test_a_trial_is_trained_again_to_the_same_curves(finished):
    shell, _, view = finished
    for number in (view.best[0], next(record.number for record in view.records() if record.state == "PRUNED")):
        output = shell.call("retrain", "folds", number, "--executor", "in-process").stdout
        assert float(re.search(r"in \d+ epochs: (\S+)", output)[1]) <= 1e-4, output


def test_one_execution_is_shown(finished):
    shell, _, view = finished
    shown = shell.call("history", "folds", view.best[0], "--execution", 2).stdout
    assert f"{view.result(view.best[0]).executions[1].history[0]['val_loss']:.5g}" in shown
    assert "has 5 executions" in shell.call("history", "folds", view.best[0], "--execution", 6, status=2).stderr


@pytest.mark.parametrize("suffix", [".keras", pytest.param(".onnx", marks=pytest.mark.slow)])
def test_the_models_of_all_folds_are_exported_as_one_that_averages_them(finished, suffix):
    shell, _, view = finished
    name = f"model{suffix}"
    assert "averages 5 models, each with its own preprocessing" in shell.call("export", "folds", name, status=2).stderr
    assert "It takes a dict of raw columns by name" in shell.call("export", "folds", name, "--with-preprocessing").stdout
    champion = load_champion("folds", f"sqlite:///{shell.folder}/mlruns/mlflow.db")
    rows = load_dataset(view.experiment.data).test.features
    inputs = {column: rows[[column]].to_numpy("float32") for column in rows}
    path = shell.folder / name
    given = run_exported(path, inputs)["outputs"] if suffix == ".onnx" else keras.saving.load_model(path).predict_on_batch(inputs)
    np.testing.assert_allclose(given[:, 0], champion.predict(rows)["probability_1"], atol=1e-5)


def test_a_lost_ledger_gets_the_values_of_executions_back_from_mlflow(finished, tmp_path):
    shell, _, _ = finished
    best = json.loads(shell.call("best", "folds", "--json").stdout)
    shutil.copytree(shell.folder, tmp_path / "copy")
    own = replace(shell, folder=tmp_path / "copy")
    (own.folder / "mlruns" / "studies" / "folds" / "journal.log").unlink()
    own.call("doctor", "folds", "--repair")
    restored = json.loads(own.call("best", "folds", "--json").stdout)
    assert (restored["trial"], restored["execution_values"]) == (best["trial"], pytest.approx(best["execution_values"]))
    assert restored["standard_error"] == pytest.approx(best["standard_error"])


@pytest.mark.slow
def test_a_killed_trial_goes_on_with_the_executions_it_has(shell, preloaded):
    """The second execution hangs until the search is killed; the first one is not trained again."""
    (shell.folder / "own.py").write_text(HANGING)
    (shell.folder / "own.toml").write_text(
        EXPERIMENT.replace('"mlp"', '"own:build"').replace("n_trials = 8", "n_trials = 1").replace("folds = 5", "folds = 3")
    )
    own = replace(shell, preloaded=preloaded)
    process = own.start("run", "own.toml")
    wait_for(lambda: (shell.folder / "hangs").exists())
    process.kill()
    process.communicate()
    view = study_of(shell, "own")
    [first] = view.executions(0, 32)
    view.close()
    (shell.folder / "goes-on").touch()
    own.run("run", "own.toml")
    view = study_of(shell, "own")
    assert view.result(0).executions[0].finished == first.finished
    assert len(view.result(0).executions) == 3  # of 88 or 89 rows
    view.close()


@pytest.mark.slow
def test_estimators_without_probabilities_vote(shell, forks):
    (shell.folder / "own.py").write_text("from sklearn.linear_model import RidgeClassifier\n\ndef build():\n    return RidgeClassifier()\n")
    (shell.folder / "own.toml").write_text(ESTIMATOR.replace("scikit_learn.build", "own:build"))
    shell.call("run", "own.toml", "--set", "evaluation.folds=3", "--set", "executor.name=in-process")
    champion = load_champion("own", f"sqlite:///{shell.folder}/mlruns/mlflow.db")
    test = load_dataset(champion_data()).test
    predicted = champion.predict(test.features)
    assert list(predicted) == ["prediction"]
    assert champion.metadata.test["accuracy"] == pytest.approx((predicted["prediction"] == test.target).mean())
    assert champion.metadata.test["loss"] == pytest.approx(1 - champion.metadata.test["accuracy"])


def champion_data():
    return DataSection(loader="experiments.datasets:wine")


def test_an_estimator_gets_the_values_of_cross_val_score(shell, forks):
    """The same rows, the same folds, the same estimator: the same numbers to the last digit."""
    from sklearn.model_selection import cross_val_score
    from sklearn.naive_bayes import GaussianNB

    (shell.folder / "own.py").write_text("from sklearn.naive_bayes import GaussianNB\n\ndef build():\n    return GaussianNB()\n")
    (shell.folder / "own.toml").write_text(ESTIMATOR.replace("scikit_learn.build", "own:build"))
    shell.call("run", "own.toml", "--set", "evaluation.folds=4", "--set", "executor.name=in-process")
    view = study_of(shell, "own")
    try:
        dataset, evaluation = load_dataset(view.experiment.data), view.experiment.evaluation
        rows = joined(dataset)
        splits = list(divide(rows, evaluation, dataset, kind="stratified"))
        features = np.asarray(rows.features, np.float32).astype(np.float64)
        expected = cross_val_score(GaussianNB(), features, rows.target, cv=splits)
        assert [execution.value for execution in view.result(0).executions] == expected.tolist()
    finally:
        view.close()
    champion = load_champion("own", f"sqlite:///{shell.folder}/mlruns/mlflow.db")
    probabilities = champion.predict(dataset.test.features).filter(like="probability_").to_numpy()
    alone = [
        GaussianNB().fit(features[train], rows.target.iloc[train]).predict_proba(np.asarray(dataset.test.features, np.float32).astype(np.float64))
        for train, _ in splits
    ]
    np.testing.assert_allclose(probabilities, np.mean(alone, axis=0), atol=1e-6)
