"""The pages of a study's report, and which plots are left out."""

import logging
import math
import re
from collections.abc import Callable
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from search.reports import write_report

PAGES = ["optimisation_history", "learning_curves", "importances", "parallel_coordinates", "slices"]
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


def test_a_study_gets_one_page_per_plot_that_opens_without_network_and_other_files(tmp_path: Path) -> None:
    study, histories = search(10)
    pages = write_report(study, histories, "val_accuracy", tmp_path / "report")
    assert [page.stem for page in pages] == PAGES
    assert sorted(page.name for page in (tmp_path / "report").iterdir()) == sorted(f"{name}.html" for name in PAGES)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert text.startswith("<!DOCTYPE html>")
        assert re.search("<title>.*diabetes</title>", text[:500])
        assert not re.search(r"<(script|link|img)[^>]*\b(src|href)=", text)


def test_a_single_completed_trial_has_no_importances(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    study, histories = search(1)
    with caplog.at_level(logging.INFO, logger="search.reports"):
        pages = write_report(study, histories, "val_accuracy", tmp_path)
    assert [page.stem for page in pages] == [name for name in PAGES if name != "importances"]
    assert "too few trials for the plot importances" in caplog.text


def test_a_study_without_a_completed_trial_has_no_pages_and_loses_the_old_ones(tmp_path: Path) -> None:
    (tmp_path / "slices.html").write_text("of an earlier study")
    assert write_report(optuna.create_study(), {}, "val_loss", tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_equal_values_have_no_importances(tmp_path: Path) -> None:
    study, histories = search(6, value=lambda number: 0.5)
    assert [page.stem for page in write_report(study, histories, "val_accuracy", tmp_path)] == [n for n in PAGES if n != "importances"]


def test_a_study_that_searches_nothing_has_no_plots_of_hyperparameters(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    study, histories = optuna.create_study(study_name="fixed"), {0: [{"val_loss": 0.5}], 1: [{"val_loss": 0.4}]}
    for history in histories.values():
        study.tell(study.ask(), history[-1]["val_loss"])
    assert [page.stem for page in write_report(study, histories, "val_loss", tmp_path)] == PAGES[:2]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_plot_that_cannot_be_drawn_is_logged_and_the_other_plots_are_written(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    study, histories = search(6)
    histories[5] = [{"val_accuracy": "not a number"}]  # type: ignore[dict-item]
    histories[2] = [None]  # type: ignore[list-item]
    pages = write_report(study, histories, "val_accuracy", tmp_path)
    assert [page.stem for page in pages] == [name for name in PAGES if name != "learning_curves"]
    assert "learning_curves could not be drawn" in caplog.text


def test_trials_that_do_not_share_their_hyperparameters_are_drawn(tmp_path: Path) -> None:
    study, histories = search(6)
    for number in (6, 7):
        trial = study.ask()
        trial.suggest_float("momentum", 0.0, 0.9)
        study.tell(trial, 0.9)
        histories[number] = [{"val_accuracy": math.nan}]
    assert {"optimisation_history", "learning_curves", "slices"} <= {page.stem for page in write_report(study, histories, "val_accuracy", tmp_path)}
