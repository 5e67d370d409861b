"""The metrics of an estimator equal Keras' metrics of the same names."""

import keras
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression, Perceptron

from search.data.scaling import Scaling
from search.errors import TrialError
from search.training.class_metrics import CLASS_METRICS
from search.training.metrics import METRICS, Head
from search.training.model.class_metrics import build_class_metric
from search.training.sklearn_metrics import measure
from tests.search.training.conftest import make_arrays

KERAS = {
    "mean_absolute_error": "MeanAbsoluteError",
    "mean_squared_error": "MeanSquaredError",
    "root_mean_squared_error": "RootMeanSquaredError",
    "mean_absolute_percentage_error": "MeanAbsolutePercentageError",
    "mean_squared_logarithmic_error": "MeanSquaredLogarithmicError",
    "r2_score": "R2Score",
    "precision": "Precision",
    "recall": "Recall",
    "binary_crossentropy": "BinaryCrossentropy",
    "categorical_crossentropy": "SparseCategoricalCrossentropy",
    "top_k_categorical_accuracy": "SparseTopKCategoricalAccuracy",
}


def _fitted(kind, task):
    arrays = make_arrays(task)
    y_train, y_validation = arrays.y_train, arrays.y_validation
    if task == "regression":  # not linear, so that there are errors; errors of logarithms need targets above -1
        y_train, y_validation = 10 + y_train**2, 10 + y_validation**2
    return kind().fit(arrays.x_train, y_train.ravel()), arrays.x_validation, y_validation


@pytest.mark.parametrize(("task", "kind"), [("regression", LinearRegression), ("binary", LogisticRegression), ("multiclass", LogisticRegression)])
def test_metrics_of_estimators_equal_those_of_keras(task, kind):
    estimator, x, y = _fitted(kind, task)
    names = [name for name in METRICS[task] if name in KERAS]
    given = measure(estimator, x, y, Head(task=task, metrics=tuple(names)))
    predicted = estimator.predict(x)[:, None] if task == "regression" else estimator.predict_proba(x)
    predicted = predicted[:, 1:] if task == "binary" else predicted
    for name in names:
        metric = getattr(keras.metrics, KERAS[name])()
        metric.update_state(y, predicted.astype("float32"))
        assert given[name] == pytest.approx(float(np.ravel(metric.result())[0]), rel=1e-4, abs=1e-6), name


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_metrics_of_all_classes_alike_equal_those_of_networks(task):
    estimator, x, y = _fitted(LogisticRegression, task)
    given = measure(estimator, x, y, Head(task=task, metrics=tuple(CLASS_METRICS)))
    for name in CLASS_METRICS:
        metric = build_class_metric(name)
        metric.update_state(y, estimator.predict_proba(x).astype("float32"))
        assert given[name] == pytest.approx(float(metric.result()), abs=1e-6), name


def test_every_metric_of_every_task_can_be_measured():
    for task, kind in (("regression", LinearRegression), ("binary", LogisticRegression), ("multiclass", LogisticRegression)):
        estimator, x, y = _fitted(kind, task)
        assert all(np.isfinite(value) for value in measure(estimator, x, y, Head(task=task, metrics=METRICS[task])).values())


def test_the_loss_is_1_minus_accuracy_where_there_are_no_probabilities():
    estimator, x, y = _fitted(Perceptron, "binary")
    given = measure(estimator, x, y, Head(task="binary", metrics=("accuracy", "auc", "f1_score")))
    assert given["loss"] == pytest.approx(1 - given["accuracy"])
    assert given["accuracy"] == (estimator.predict(x) == y.ravel()).mean()
    assert 0.8 < given["auc"] <= 1


def test_a_metric_that_needs_probabilities_is_refused_without_them():
    estimator, x, y = _fitted(Perceptron, "binary")
    with pytest.raises(TrialError, match="Perceptron has no predict_proba, which this metric needs"):
        measure(estimator, x, y, Head(task="binary", metrics=("binary_crossentropy",)))


def test_metrics_of_a_scaled_target_are_in_its_own_units():
    estimator, x, y = _fitted(LinearRegression, "regression")
    scaled, raw = (
        measure(estimator, x, y, Head(task="regression", metrics=("mae", "r2"), scaling=scaling)) for scaling in (Scaling(mean=1, deviation=3), None)
    )
    assert scaled == pytest.approx({"loss": raw["loss"], "mae": 3 * raw["mae"], "r2": raw["r2"]})
