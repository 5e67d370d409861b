import os

import keras
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.linear_model import LogisticRegression, Perceptron
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from skops.io import dump

from models.perceptron import ThresholdUnit
from search.errors import DataError
from search.estimators import as_matrix, count_parameters, is_estimator, load_estimator, outputs, own_modules, save_estimator

X = np.random.default_rng(0).normal(size=(40, 3))
Y = (X[:, 0] > 0).astype(int)
FITTED = {
    type(estimator).__name__: estimator.fit(X, Y)
    for estimator in (
        RandomForestClassifier(3),
        GradientBoostingRegressor(n_estimators=3),
        HistGradientBoostingClassifier(max_iter=3),
        GaussianProcessRegressor(),
        LogisticRegression(),
        KNeighborsClassifier(),
        MLPClassifier((4,), solver="lbfgs", max_iter=1000),
        make_pipeline(StandardScaler(), Perceptron()),
        GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}),
        ThresholdUnit(),
    )
}


class Stranger(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):  # noqa: N803
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):  # noqa: N803
        return np.zeros(len(X), dtype=int)


@pytest.mark.parametrize("name", FITTED)
def test_a_loaded_estimator_predicts_as_before(name, tmp_path):
    save_estimator(FITTED[name], tmp_path / "7.skops", "models.scikit_learn:build_estimator")
    loaded = load_estimator(tmp_path / "7.skops", own_modules(tmp_path / "7.skops"))
    np.testing.assert_array_equal(outputs(loaded, X), outputs(FITTED[name], X))
    assert own_modules(tmp_path / "7.skops") == (("models.perceptron",) if name == "ThresholdUnit" else ())


def test_outputs_are_probabilities_where_there_are_any():
    assert outputs(FITTED["LogisticRegression"], X).shape == (40, 2)
    assert outputs(FITTED["ThresholdUnit"], X).shape == (40, 1)


def test_images_are_flattened_and_named_inputs_are_refused():
    assert as_matrix(np.zeros((5, 4, 4, 1), "float32")).shape == (5, 16)
    with pytest.raises(DataError, match="takes one input, but the data set has wide, deep"):
        as_matrix({"wide": X, "deep": X})


@pytest.mark.parametrize(("model", "expected"), [(Perceptron(), True), (Perceptron, False), (3, False), (FITTED["ThresholdUnit"], True)])
def test_an_estimator_fits_and_predicts(model, expected):
    assert is_estimator(model) is expected


def test_a_keras_model_is_no_estimator():
    assert not is_estimator(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]))


@pytest.mark.parametrize(
    ("name", "n_parameters"),
    [("MLPClassifier", 3 * 4 + 4 + 4 + 1), ("ThresholdUnit", 4), ("Pipeline", 4), ("GridSearchCV", 4), ("RandomForestClassifier", 0)],
)
def test_coefficients_and_intercepts_are_counted(name, n_parameters):
    assert count_parameters(FITTED[name]) == n_parameters


@pytest.mark.parametrize("function", [os.getcwd, os.path.join])
def test_a_function_of_the_standard_library_is_refused(function, tmp_path):
    dump(make_pipeline(FunctionTransformer(function), Perceptron()), tmp_path / "7.skops")
    for modules in ((), ("os", "posix", "posixpath", "models.perceptron")):
        with pytest.raises(DataError, match=r"contains a posix\w*\.\w+, which is not trusted"):
            load_estimator(tmp_path / "7.skops", modules)


def test_what_a_trusted_package_only_imports_is_refused(tmp_path):
    import models.perceptron

    stranger = type("Sequence", (Stranger,), {"__module__": "models.perceptron"})
    assert models.perceptron.Sequence
    dump(stranger().fit(X, Y), tmp_path / "7.skops")
    with pytest.raises(DataError, match=r"models\.perceptron\.Sequence, which is not trusted"):
        load_estimator(tmp_path / "7.skops", ())


def test_a_class_of_an_installed_package_is_not_saved(tmp_path):
    with pytest.raises(DataError, match=r"numpy\S+, which is not trusted"):
        save_estimator(make_pipeline(FunctionTransformer(np.array), Perceptron()), tmp_path / "7.skops", "numpy:array")
    assert list(tmp_path.iterdir()) == []
