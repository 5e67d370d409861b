"""Metrics of all classes alike: at every epoch those that scikit-learn computes of the predictions after it."""

import functools
import warnings

import keras
import numpy as np
import pytest
import sklearn.metrics

from search.errors import ExperimentError
from search.training.class_metrics import CLASS_METRICS
from search.training.model.class_metrics import build_class_metric
from tests.search.training.builders import dense
from tests.search.training.conftest import check_builder, make_arrays, make_assignment, make_experiment, train_trial
from tests.search.training.references import assert_same_curves

OF_SCIKIT_LEARN = {
    "f1_macro": functools.partial(sklearn.metrics.f1_score, average="macro", zero_division=0),
    "precision_macro": functools.partial(sklearn.metrics.precision_score, average="macro", zero_division=0),
    "recall_macro": functools.partial(sklearn.metrics.recall_score, average="macro", zero_division=0),
    "balanced_accuracy": sklearn.metrics.balanced_accuracy_score,
    "matthews_corrcoef": sklearn.metrics.matthews_corrcoef,
    "cohen_kappa": sklearn.metrics.cohen_kappa_score,
}
ALL = tuple(CLASS_METRICS)
FIXED = {"epochs": 3, "shuffle": False, "batch_size": 16, "optimizer": "sgd", "learning_rate": 0.1}


def expected(name, truth, output):
    predicted = output.argmax(axis=1) if output.shape[1] > 1 else (output[:, 0] > 0.5).astype(int)
    if name == "auc":
        return sklearn.metrics.roc_auc_score(truth, output, multi_class="ovr", average="macro")
    with warnings.catch_warnings(action="ignore"):  # of classes without rows
        return OF_SCIKIT_LEARN[name](truth, predicted)


@pytest.mark.parametrize(
    ("task", "loss", "metrics"),
    [
        ("multiclass", "auto", ("f1_macro", "matthews_corrcoef", "auc")),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in (("binary", "auto", ALL), ("multiclass", "categorical_crossentropy", (*ALL, "auc")))
        ),
    ],
)
def test_each_epoch_has_scikit_learns_metrics_of_its_predictions(tmp_path, fit, task, loss, metrics):
    arrays = make_arrays(task)
    content = make_experiment(space={"training": {**FIXED, "loss": loss}}, metrics=list(metrics))
    check_builder(content, arrays)
    assignment = make_assignment(tmp_path / "models" / "3.keras", training=content.space.training_settings({}))
    result = train_trial(content, assignment, arrays)
    assert_same_curves([result], [fit(content, assignment, arrays)])  # also the metrics of training

    keras.utils.set_random_seed(7)
    model = dense((5,), task, arrays.n_outputs)
    model.compile(keras.optimizers.SGD(0.1), "binary_crossentropy" if task == "binary" else "sparse_categorical_crossentropy")
    for epoch in result.history:
        model.fit(arrays.x_train, arrays.y_train, batch_size=16, shuffle=False, verbose=0)
        output = model.predict(arrays.x_validation, verbose=0)
        for name in metrics:
            tolerance = 0.01 if name == "auc" else 1e-4  # of 200 thresholds
            assert epoch[f"val_{name}"] == pytest.approx(expected(name, arrays.y_validation.ravel(), output), abs=tolerance), name


@pytest.mark.parametrize("name", CLASS_METRICS)
@pytest.mark.parametrize("n_units", [1, 2, 4])
def test_classes_without_rows_and_weights_of_rows_count_as_in_scikit_learn(name, n_units):
    random, n_classes = np.random.default_rng(0), max(2, n_units)
    truth, output = random.integers(0, n_classes - (n_units > 1), 50), random.dirichlet(np.ones(n_classes), 50).astype("float32")
    weights = random.integers(0, 3, 50)
    output = output if n_units > 1 else output[:, 1:]
    metric = build_class_metric(name)
    for start in range(0, 50, 16):
        chosen = slice(start, start + 16)
        metric.update_state(truth[chosen, np.newaxis], output[chosen], sample_weight=weights[chosen].astype("float32"))
    rows = np.repeat(np.arange(50), weights)
    assert float(metric.result()) == pytest.approx(expected(name, truth[rows], output[rows]), abs=1e-6)


def test_they_are_maximized_and_no_metrics_of_several_labels_or_numbers():
    with pytest.raises(ExperimentError, match="val_cohen_kappa is better the larger it is"):
        check_builder(make_experiment(metric="val_cohen_kappa"), make_arrays())
    with pytest.raises(ExperimentError, match='the task "regression" has no metric "f1_macro"'):
        check_builder(make_experiment(metrics=["f1_macro"]), make_arrays("regression"))
