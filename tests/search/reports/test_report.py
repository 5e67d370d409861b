"""The pages of a study's report, and which plots are left out."""

import logging
import math
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import optuna
import pytest
from optuna.trial import TrialState

from search.data.fitted_function import ACTIVATIONS, FUNCTION, FittedFunction, save_activations
from search.data.predictions import CHAMPION, Predictions, of_classes
from search.data.targets import Target
from search.reports import Report, TrialTable, draw_plots, draw_test_plots, write_report

PLOTS = ["optimisation_history", "learning_curves", "importances", "parallel_coordinates", "slices"]
TEST_PLOTS = ["confusion_matrix", "roc_curve", "precision_recall_curve", "calibration", "fitted_function", "activation_functions"]
Histories = dict[int, list[dict[str, float]]]


def search(n_trials: int, value: Callable[[int], float] = lambda number: 0.5 + 0.04 * number) -> tuple[optuna.Study, Histories]:
    """A study whose trials each have a history, the fourth one pruned and the fifth one failed."""
    study = optuna.create_study(study_name="diabetes", direction="maximize", sampler=optuna.samplers.RandomSampler(seed=0))
    histories: Histories = {}
    for number in range(n_trials):
        trial = study.ask()
        trial.suggest_int("n_hidden", 0, 3)
        trial.suggest_float("learning_rate", 1e-3, 1e-1, log=True)
        trial.suggest_categorical("activation", ["relu", "tanh"])
        histories[number] = [{"accuracy": 0.5, "val_accuracy": value(number) - 0.1}, {"accuracy": 0.6, "val_accuracy": value(number)}]
        state = {3: TrialState.PRUNED, 4: TrialState.FAIL}.get(number)
        trial.report(value(number), 1)
        study.tell(trial, None if state else value(number), state=state)
    return study, histories


def write_predictions(folder: Path) -> Path:
    """Write what a study keeps of a champion of two features that is right about most rows of two classes."""
    target, truth = Target(columns=("kind",), task="binary", classes=("a", "b")), np.arange(60) % 2
    positive = np.where(np.arange(60) % 7 == 0, 1 - truth, truth) * 0.8 + 0.1
    rows = of_classes(target, truth, (positive > 0.5).astype(int), np.stack([1 - positive, positive], axis=1), None)
    Predictions.of({"": rows}, None).save(folder / CHAMPION)
    axis = np.linspace(0, 1, 5)
    function = FittedFunction(
        column="kind",
        task="binary",
        classes=("a", "b"),
        features=("x", "y"),
        axes=(axis, axis),
        values=np.add.outer(axis, axis) / 2,
        has_probabilities=True,
        points=np.eye(2),
        truth=np.array([0, 1]),
        is_test=np.array([False, True]),
    )
    function.save(folder / FUNCTION)
    save_activations(folder / ACTIVATIONS, axis, {"relu": axis})
    return folder


def test_a_study_of_an_earlier_version_has_no_plots_of_predictions(tmp_path: Path) -> None:
    assert draw_test_plots(tmp_path / "predictions") == {}


def test_a_report_is_one_file_that_opens_without_network_and_other_files(tmp_path: Path) -> None:
    study, histories = search(10)
    plots = draw_plots(study, histories, "val_accuracy")
    assert list(plots) == PLOTS
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "slices.html").write_text("of an earlier version")
    (tmp_path / "report" / "notes.html").write_text("a person's own")
    trials = TrialTable(["trial", "value", "activation"], [[0, 0.123456789, "<relu>"], [1, None, "tanh"]], best=0)
    of_test = draw_test_plots(write_predictions(tmp_path / "predictions"))
    assert list(of_test) == TEST_PLOTS
    models = [["model", "accuracy"], ["trial 0", "0.9 (0.85 to 0.94)"], ["<mean>", "0.5"]]
    facts, texts = {"Model": "models:/diabetes/1"}, list(of_test.values())
    report = Report(
        title="Study diabetes", facts=facts, commands=["perceptune ui"], models=models, test_plots=texts, plots=list(plots.values()), trials=trials
    )
    path = write_report(tmp_path / "report", report)
    assert sorted(page.name for page in (tmp_path / "report").iterdir()) == ["notes.html", "report.html"]
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert "<title>Study diabetes</title>" in text[:300]
    assert not re.search(r"<(script|link|img)[^>]*\b(src|href)=", text)
    assert len(text) < 6e6
    assert "<dt>Model</dt><dd>models:/diabetes/1</dd>" in text
    assert '<tr class="best"><td class="number">0</td><td class="number" data-value="0.123456789">0.12346</td><td>&lt;relu&gt;</td></tr>' in text
    assert text.count('class="plotly-graph-div"') == len(PLOTS) + len(TEST_PLOTS)
    assert "<td>trial 0</td><td>0.9 (0.85 to 0.94)</td></tr><tr><td>&lt;mean&gt;</td>" in text


def test_a_single_completed_trial_has_no_importances(caplog: pytest.LogCaptureFixture) -> None:
    study, histories = search(1)
    with caplog.at_level(logging.INFO, logger="search.reports"):
        plots = draw_plots(study, histories, "val_accuracy")
    assert list(plots) == [name for name in PLOTS if name != "importances"]
    assert "too little for the plot importances" in caplog.text


def test_a_study_without_a_completed_trial_has_no_plots() -> None:
    assert draw_plots(optuna.create_study(), {}, "val_loss") == {}


def test_equal_values_have_no_importances() -> None:
    study, histories = search(6, value=lambda number: 0.5)
    assert list(draw_plots(study, histories, "val_accuracy")) == [n for n in PLOTS if n != "importances"]


def test_a_study_that_searches_nothing_has_no_plots_of_hyperparameters(caplog: pytest.LogCaptureFixture) -> None:
    study, histories = optuna.create_study(study_name="fixed"), {0: [{"val_loss": 0.5}], 1: [{"val_loss": 0.4}]}
    for history in histories.values():
        study.tell(study.ask(), history[-1]["val_loss"])
    assert list(draw_plots(study, histories, "val_loss")) == PLOTS[:2]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_plot_that_cannot_be_drawn_is_logged_and_the_other_plots_are_written(caplog: pytest.LogCaptureFixture) -> None:
    study, histories = search(6)
    histories[5] = [{"val_accuracy": "not a number"}]  # type: ignore[dict-item]
    histories[2] = [None]  # type: ignore[list-item]
    plots = draw_plots(study, histories, "val_accuracy")
    assert list(plots) == [name for name in PLOTS if name != "learning_curves"]
    assert "learning_curves could not be drawn" in caplog.text


def test_trials_that_do_not_share_their_hyperparameters_are_drawn() -> None:
    study, histories = search(6)
    for number in (6, 7):
        trial = study.ask()
        trial.suggest_float("momentum", 0.0, 0.9)
        study.tell(trial, 0.9)
        histories[number] = [{"val_accuracy": math.nan}]
    assert {"optimisation_history", "learning_curves", "slices"} <= draw_plots(study, histories, "val_accuracy").keys()
