"""Baselines: what they measure, how much they fit, and what is said of them."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import mean_squared_error

from search import ledger as ledgers
from search.cli.baselines import baseline_rows
from search.data.dataset import parse_dataset
from search.data.fitting import fit_preprocessor, prepare
from search.data.parts import Part
from search.errors import ExperimentError
from search.experiment.file import parse_experiment
from search.experiment.sections import PreprocessingSection
from search.python_process import PythonProcess
from search.store import Store
from search.study import baseline_models
from search.study.baseline_models import measure_baselines
from search.study.baselines import BaselineProcess, Baselines, read_baselines
from search.study.summary import StudySummary

N = 120


def _experiment(metric, direction):
    content = {"name": "t", "model": "mlp", "data": {"loader": "csv"}, "objective": {"metric": metric, "direction": direction}}
    return parse_experiment(content | {"search": {"baselines": True}}, "the test")


CLASSES, NUMBERS = _experiment("val_accuracy", "maximize"), _experiment("val_root_mean_squared_error", "minimize")


def _dataset(target, task):
    random = np.random.default_rng(0)
    features = pd.DataFrame({"x": random.normal(size=N), "y": random.normal(10, 5, N), "s": random.choice(["a", "b"], N)})
    values = target(features, random)
    values = values if isinstance(values, pd.DataFrame) else pd.Series(values, name="target")
    cuts = {"train": slice(0, 80), "validation": slice(80, 100), "test": slice(100, N)}
    return parse_dataset({"task": task} | {part: (features[rows], values[rows]) for part, rows in cuts.items()}, "toy")


def _two(features, random):
    return np.where(features["x"] + random.normal(0, 0.5, N) > 0, "yes", "no")


def _three(features, _random):
    return pd.cut(features["x"], [-9, -0.5, 0.5, 9], labels=["low", "mid", "high"]).astype(str)


def _number(features, random):
    return 1000 + 50 * features["x"] + random.normal(0, 5, N)


TOY = """
model = "sklearn.tree:DecisionTreeClassifier"
data = { loader = "csv", path = "rows.csv", target = "kind" }
space.model.max_depth = { type = "int", low = 1, high = 9 }
objective = { metric = "val_accuracy", direction = "maximize" }
executor.name = "in-process"
search.n_trials = 1
"""


@pytest.fixture(params=[(_two, "binary"), (_three, "multiclass")], ids=["binary", "multiclass"])
def classes(request):
    return _prepared(_dataset(*request.param))


def _prepared(dataset):
    preprocessor = fit_preprocessor(dataset, PreprocessingSection())
    return dataset, prepare(dataset, preprocessor), preprocessor


def test_accuracies_are_those_of_scikit_learn(classes):
    dataset, arrays, preprocessor = classes
    measured = measure_baselines(CLASSES, arrays, preprocessor, dataset.test)
    x, y = arrays.x_train.astype(float), arrays.y_train.ravel().astype(int)
    rows, truth = preprocessor.transform(dataset.test.features).astype(float), preprocessor.encode_target(dataset.test.target).ravel()
    expected = {
        "majority_class": (truth == np.bincount(y).argmax()).mean(),
        "logistic_regression": LogisticRegression(max_iter=1000).fit(x, y).score(rows, truth),
        "gradient_boosting": HistGradientBoostingClassifier(random_state=0).fit(x, y).score(rows, truth),
    }
    assert {name: of["accuracy"] for name, of in measured["metrics"].items()} == pytest.approx(expected)
    assert (measured["n_rows"], measured["n_all_rows"]) == (80, 80)


def _two_numbers(features, random):
    return pd.DataFrame({"first": _number(features, random), "second": features["y"] / 100 + features["x"]})


@pytest.mark.parametrize("weights", [None, np.arange(80) % 3])
@pytest.mark.parametrize(("target", "task"), [(_number, "regression"), (_two_numbers, {"first": "regression", "second": "regression"})])
def test_errors_of_a_regression_are_in_the_targets_own_units(target, task, weights):
    dataset, arrays, preprocessor = _prepared(_dataset(target, task))
    arrays = replace(arrays, sample_weight=weights)
    measured = measure_baselines(NUMBERS, arrays, preprocessor, dataset.test)["metrics"]
    assert list(measured) == ["mean", "linear_regression", "gradient_boosting"]
    linear, mean = Ridge().fit(arrays.x_train, dataset.train.target, weights), np.average(dataset.train.target, axis=0, weights=weights)
    expected = mean_squared_error(dataset.test.target, linear.predict(preprocessor.transform(dataset.test.features))) ** 0.5
    assert measured["linear_regression"]["root_mean_squared_error"] == pytest.approx(expected, rel=1e-3)
    assert measured["mean"]["mean_absolute_error"] == pytest.approx(np.mean(np.abs(dataset.test.target - mean)), rel=1e-3)


def test_large_tables_are_fitted_in_part(classes, monkeypatch):
    dataset, arrays, preprocessor = classes
    monkeypatch.setattr(baseline_models, "MOST_ROWS", 50)
    measured = measure_baselines(CLASSES, arrays, preprocessor, dataset.test)
    assert (measured["n_rows"], measured["n_all_rows"]) == (50, 80)
    assert measured == measure_baselines(CLASSES, arrays, preprocessor, dataset.test)


def test_several_outputs_have_none(classes):
    dataset, arrays, preprocessor = classes
    several = replace(arrays, y_train={"a": arrays.y_train, "b": arrays.y_train})
    with pytest.raises(ExperimentError, match="expected a model of one output; the model has a, b"):
        measure_baselines(CLASSES, several, preprocessor, dataset.test)


@pytest.fixture
def ledger(tmp_path):
    ledger = ledgers.create_or_continue(Store(tmp_path / "mlruns"), "t", CLASSES, fresh=False)
    yield ledger
    ledger.close()


def _start(entry, environment, _name):
    return PythonProcess(entry, environment)


def _killed(entry, environment, name):
    process = _start(entry, environment, name)
    process.kill()
    return process


def test_a_process_measures_them_once(ledger, preloaded):
    dataset, arrays, preprocessor = _prepared(_dataset(_two, "binary"))
    preprocessor.save(ledger.folder.preprocessor)
    arrays.save(ledger.folder.arrays)
    with BaselineProcess(ledger, CLASSES) as process:
        process.start(lambda entry, environment, _name: preloaded.fork(entry, environment), dataset.test)
        assert process.finish() == ""
    baselines = read_baselines(ledger)
    assert baselines.metrics == measure_baselines(CLASSES, arrays, preprocessor, dataset.test)["metrics"]
    with BaselineProcess(ledger, CLASSES) as process:
        process.start(None, dataset.test)  # measured already: starts nothing
        assert process.finish() == ""


@pytest.mark.parametrize(("start", "reason"), [(_killed, "SIGKILL"), (_start, "NotFound")])
def test_a_search_ends_without_them(ledger, start, reason):
    with BaselineProcess(ledger, CLASSES) as process:
        process.start(start, Part(pd.DataFrame(), pd.Series(dtype=float)))  # the study has no arrays
        assert reason in process.finish()
    assert read_baselines(ledger) is None


def _summary(metric, test, linear):
    metrics = {"majority_class": {metric: 0.5}, "logistic_regression": {metric: linear}, "gradient_boosting": {metric: None}}
    facts = {"study": "s", "trial": 0, "value": 0.9, "direction": "", "params": {}, "metrics": {}, "n_parameters": 1, "positive": None}
    facts |= {"run_id": None, "parent_run_id": None, "model_uri": None, "n_trials": 1, "n_by_state": {}}
    return StudySummary(metric=f"val_{metric}", test=test, baselines=Baselines(metrics=metrics, n_rows=10, n_all_rows=20), **facts)


@pytest.mark.parametrize(
    ("metric", "champion", "linear", "is_beaten"),
    [("accuracy", 0.8, 0.7, True), ("accuracy", 0.7, 0.7, False), ("loss", 0.8, 0.7, False), ("loss", 0.6, 0.7, True), ("auc", 0.6, None, True)],
)
def test_a_champion_that_does_not_beat_the_linear_one_is_told(metric, champion, linear, is_beaten):
    rows = baseline_rows(_summary(metric, {metric: champion}, linear))
    shown = "majority class 0.5, logistic regression 0.7" if linear else "majority class 0.5"
    assert rows["Baselines"] == f"on the test part, {metric}: {shown} (fitted on 10 of 20 training rows)"
    assert rows.get("") == (None if is_beaten else "The best trial is not better than logistic regression on the test part")


def test_a_metric_of_ones_own_is_not_measured_and_another_is_shown():
    own = CLASSES.model_dump() | {"objective": {"metric": "val_mine", "direction": "maximize", "metrics": ["mine:mine", "auc"]}}
    dataset, arrays, preprocessor = _prepared(_dataset(_two, "binary"))
    measured = measure_baselines(parse_experiment(own, "own.toml"), arrays, preprocessor, dataset.test)["metrics"]
    assert [of["mine"] for of in measured.values()] == [None] * 3
    assert all(0 <= of["auc"] <= 1 for of in measured.values())
    summary = replace(_summary("mine", {"mine": 0.9, "accuracy": 0.6}, None), baselines=Baselines(metrics=measured, n_rows=80, n_all_rows=80))
    shown = baseline_rows(summary)["Baselines"]
    assert shown.startswith("on the test part, accuracy: majority class 0.")
    assert shown.endswith("; mine, which is your own, is not measured of them")


def test_nothing_is_shown_before_the_champion_is_measured():
    assert baseline_rows(_summary("accuracy", {}, 0.7)) == {}


@pytest.mark.slow
@pytest.mark.usefixtures("forks")
def test_a_finished_study_gets_the_baselines_that_are_asked_for_later(shell):
    rows = pd.DataFrame({"x": range(60), "kind": ["fraud", "legit", "legit"] * 20})
    rows.to_csv(shell.folder / "rows.csv", index=False)
    (shell.folder / "toy.toml").write_text(TOY)
    assert "Baselines" not in shell.call("run", "toy.toml").stdout
    for _ in range(2):
        printed = shell.call("run", "toy.toml", "--set", "search.baselines=true").stdout
        assert "Baselines   on the test part, accuracy: majority class 0.66667, logistic regression" in printed
        assert re.search(r"Compared +in accuracy, \w+ (than|to) majority class", printed)
    [report] = shell.folder.glob("mlruns/studies/*/report/report.html")
    assert re.search(r"<tr><td>majority class</td>.*<td>0.66667</td>", report.read_text(encoding="utf-8"))
