"""Plots of predictions for the test part and of a model's function: what they show, and when there are none."""

import dataclasses

import numpy as np
import pytest

from search.data.fitted_function import FittedFunction
from search.data.predictions import OutputPredictions, of_classes
from search.data.targets import Target
from search.reports import class_plots, function_plots, number_plots


def classes(n_classes, n_rows=400):
    """Predictions whose probabilities are right as often as they say."""
    random = np.random.default_rng(0)
    outputs = random.dirichlet(np.full(n_classes, 0.5), n_rows)
    truth = (outputs.cumsum(axis=1) > random.uniform(size=(n_rows, 1))).argmax(axis=1)
    target = Target(columns=("kind",), task="binary" if n_classes == 2 else "multiclass", classes=tuple(f"c{number}" for number in range(n_classes)))
    return of_classes(target, truth, outputs.argmax(axis=1), outputs, None)


def regression(n_rows):
    truth = np.random.default_rng(0).normal(50, 5, n_rows)
    return OutputPredictions(column="price", task="regression", truth=truth, predicted=truth + 1)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_confusion_matrix_counts_rows_by_true_and_predicted_class(n_classes):
    rows = classes(n_classes)
    (heatmap,) = class_plots.confusion_matrix(rows).data
    counts = np.array(heatmap.customdata)
    assert counts.sum() == 400
    assert counts[0, 1] == ((rows.truth == 0) & (rows.predicted == 1)).sum()
    assert np.array(heatmap.z).sum(axis=1) == pytest.approx(1)
    assert heatmap.text[0][1].startswith(f"{counts[0, 1]}<br>")


def test_curves_name_their_area_and_have_few_points():
    rows = classes(2, n_rows=5_000)
    roc, recall = class_plots.roc_curve(rows), class_plots.precision_recall_curve(rows)
    assert roc.data[0].name.startswith("c1, area 0.")
    assert recall.data[0].name.startswith("c1, average precision 0.")
    for figure in (roc, recall):
        assert len(figure.data[0].x) <= 500
        assert {figure.data[0].x[0], figure.data[0].x[-1]} == {0, 1}


def test_each_of_several_classes_has_a_curve_against_all_others():
    assert [trace.name.partition(",")[0] for trace in class_plots.roc_curve(classes(3)).data] == ["c0", "c1", "c2", "by chance"]
    assert class_plots.roc_curve(classes(9)) is None
    assert class_plots.roc_curve(dataclasses.replace(classes(2), truth=np.zeros(400, int))) is None  # one class only


@pytest.mark.parametrize("n_classes", [2, 3])
def test_probabilities_that_are_right_are_near_the_line_of_a_calibration(n_classes):
    points = class_plots.calibration(classes(n_classes, n_rows=4_000)).data[1]
    assert len(points.x) == 10
    assert np.abs(np.array(points.x) - points.y).max() < 0.06
    assert class_plots.calibration(dataclasses.replace(classes(2), has_probabilities=False)) is None


def test_residuals_are_true_minus_predicted_values_and_many_points_are_thinned():
    rows = regression(5_000)
    residuals = number_plots.residuals(rows)
    assert np.array(residuals.data[0].y) == pytest.approx(-1)
    assert np.array(residuals.data[1].y) == pytest.approx(-1)
    assert len(number_plots.predicted_and_true(rows).data[0].x) == 2_000
    assert "2000 of 5000 are drawn" in residuals.layout.title.subtitle.text


def test_a_task_has_only_its_own_plots():
    of_classes = (class_plots.confusion_matrix, class_plots.roc_curve, class_plots.precision_recall_curve, class_plots.calibration)
    assert [draw(regression(20)) for draw in of_classes] == [None] * 4
    assert [draw(classes(2)) for draw in (number_plots.residuals, number_plots.predicted_and_true)] == [None] * 2


def function(task, names, n_features, values):
    axis = np.linspace(0, 1, 5)
    return FittedFunction(
        column="y",
        task=task,
        classes=names,
        features=("x1", "x2")[:n_features],
        axes=(axis,) * n_features,
        values=values,
        has_probabilities=task == "binary",
        points=np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]])[:, :n_features],
        truth=np.array([0, 1, 1]),
        is_test=np.array([False, False, True]),
    )


def test_a_line_of_one_feature_is_drawn_with_the_data():
    model, training, test = function_plots.fitted_function(function("regression", (), 1, np.arange(5.0))).data
    assert list(model.y) == [0, 1, 2, 3, 4]
    assert (list(training.x), list(test.x)) == ([0.1, 0.3], [0.5])


@pytest.mark.parametrize(("task", "names"), [("binary", ("a", "b")), ("multiclass", ("a", "b", "c")), ("regression", ())])
def test_regions_of_two_features_are_drawn_with_the_data(task, names):
    values = np.arange(25.0).reshape(5, 5) % max(1, len(names)) / (1 if task == "multiclass" else 10)
    figure = function_plots.fitted_function(function(task, names, 2, values))
    assert figure.layout.xaxis.title.text == "x1"
    points = {trace.name: list(trace.x) for trace in figure.data if trace.type == "scatter"}
    assert points == ({"a, training": [0.1], "b, training": [0.3], "b, test": [0.5]} if names else {"training": [0.1, 0.3], "test": [0.5]})
    assert function_plots.fitted_function(function("multiclass", tuple("abcdefghi"), 2, values)) is None


def test_an_activation_function_is_drawn_with_its_derivative():
    x = np.linspace(-1, 1, 5)
    value, derivative = function_plots.activation_functions(x, {"square": x**2}).data
    assert list(value.y) == list(x**2)
    assert list(derivative.y[1:-1]) == pytest.approx(list(2 * x[1:-1]))
