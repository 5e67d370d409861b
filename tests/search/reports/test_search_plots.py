"""The content of the plots of a search."""

import optuna
import pytest

from search.ledger.visible_trials import visible_study
from search.reports.figure_style import usual_range
from search.reports.search_plots import importances, optimisation_history, parallel_coordinates, slices


@pytest.fixture(scope="module")
def study() -> optuna.Study:
    study = optuna.create_study(study_name="diabetes", direction="maximize", sampler=optuna.samplers.RandomSampler(seed=0))
    for _ in range(12):
        trial = study.ask()
        rate = trial.suggest_float("learning_rate", 1e-3, 1e-1, log=True)
        trial.suggest_int("n_hidden", 0, 3)
        trial.suggest_categorical("activation", ["relu", "tanh"])
        study.tell(trial, 0.9 - rate)
    return study


def test_the_hyperparameter_that_matters_most_is_importances_longest_bar(study: optuna.Study) -> None:
    figure = importances(study, "val_accuracy")
    assert figure is not None
    (bars,) = figure.data
    assert max(zip(bars.x, bars.y, strict=True))[1] == "learning_rate"
    assert sum(bars.x) == pytest.approx(1)


def test_the_best_value_changes_in_steps(study: optuna.Study) -> None:
    figure = optimisation_history(study, "val_accuracy")
    assert figure is not None
    best = next(trace for trace in figure.data if trace.name == "best so far")
    assert best.line.shape == "hv"
    assert best.y[-1] == study.best_value


def test_the_history_of_a_study_with_an_excluded_trial_keeps_the_numbers_of_the_others(study: optuna.Study) -> None:
    figure = optimisation_history(visible_study(study, [3], has_paused=False), "val_accuracy")
    assert figure is not None
    values = next(trace for trace in figure.data if trace.mode == "markers")
    assert list(values.x) == [number for number in range(12) if number != 3]
    assert list(values.y) == [trial.value for trial in study.trials if trial.number != 3]


def test_accuracies_are_in_percent_and_losses_are_not(study: optuna.Study) -> None:
    for draw in (optimisation_history, slices):
        shares, losses = draw(study, "val_accuracy"), draw(study, "val_loss")
        assert shares is not None
        assert losses is not None
        assert shares.layout.yaxis.tickformat == ".3~%"
        assert not losses.layout.yaxis.tickformat


def test_ticks_are_values_that_a_hyperparameter_can_have(study: optuna.Study) -> None:
    figure = parallel_coordinates(study, "val_accuracy")
    assert figure is not None
    names = list(figure.layout.xaxis.ticktext)
    ticks = [tick.text for tick in figure.layout.annotations if names[int(tick.x)] == "n_hidden"]
    assert ticks
    assert all(float(tick).is_integer() for tick in ticks)
    assert all(tick.text.endswith("%") for tick in figure.layout.annotations if tick.x == 0)


def test_slices_show_texts_without_quotes(study: optuna.Study) -> None:
    figure = slices(study, "val_accuracy")
    assert figure is not None
    assert set(figure.data[0].x) == {"relu", "tanh"}


def test_a_far_value_does_not_rule_the_axis_but_what_must_be_seen_is() -> None:
    assert usual_range([1.0, 1.1, 1.2, 1.3]) is None
    low, high = usual_range([1.0, 1.1, 1.2, 1.3, 500.0]) or (0.0, 0.0)
    assert 0.9 < low < 1.0
    assert 1.3 < high < 1.4
    assert usual_range([1.0, 1.1, 1.2, 1.3, 500.0], included=[500.0]) is None
    assert usual_range([float("nan")]) is None
