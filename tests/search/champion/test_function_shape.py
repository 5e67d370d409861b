"""What is computed of a champion's function for its report."""

import keras
import numpy as np
import pandas as pd
import pytest

from search.champion import Champion
from search.champion.function_shape import activation_functions, fitted_function
from search.champion.member import Member
from search.data.dataset import parse_dataset
from search.data.fitting import fit_preprocessor
from search.experiment.sections import PreprocessingSection


def test_each_activation_function_of_one_number_is_computed_once():
    layers = [keras.layers.Dense(4, activation=name) for name in ("tanh", "tanh", "linear")]
    nested = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4), keras.layers.LeakyReLU(negative_slope=0.5)])
    model = keras.Sequential([keras.Input((2,)), *layers, nested, keras.layers.Dense(3, activation="softmax")])
    x = np.linspace(-2, 2, 41)
    found = dict(activation_functions(model, x))
    assert list(found) == ["tanh", "LeakyReLU"]
    assert found["tanh"] == pytest.approx(np.tanh(x), abs=1e-5)
    assert found["LeakyReLU"] == pytest.approx(np.where(x < 0, 0.5 * x, x), abs=1e-5)


class FittedMember(Member):
    """An estimator in memory."""

    def __init__(self, preprocessor, model):
        self.__dict__ |= {"preprocessor": preprocessor, "model": model}

    is_estimator = True


class Fitted(Champion):
    """A champion of an estimator in memory."""

    def __init__(self, preprocessor, model):
        self.__dict__ |= {"preprocessor": preprocessor, "members": [FittedMember(preprocessor, model)]}


def _champion(features, target, task, estimator):
    parts = {
        part: (features[rows], target[rows]) for part, rows in {"train": slice(0, 40), "validation": slice(40, 50), "test": slice(50, 60)}.items()
    }
    dataset = parse_dataset({"task": task, **parts}, "toy")
    preprocessor = fit_preprocessor(dataset, PreprocessingSection())
    encoded = preprocessor.encode_target(dataset.train.target).ravel()
    return Fitted(preprocessor, estimator.fit(preprocessor.transform(dataset.train.features), encoded)), dataset


def test_one_feature_has_a_line_and_two_have_a_surface_over_the_range_of_the_data():
    from sklearn.linear_model import LinearRegression, LogisticRegression

    rows = pd.DataFrame({"hours": np.linspace(0, 10, 60)[np.random.default_rng(0).permutation(60)], "age": np.arange(60.0), "town": "a"})
    champion, dataset = _champion(rows[["hours"]], pd.Series(3 * rows["hours"] + 1, name="points"), "regression", LinearRegression())
    line = fitted_function(champion, dataset)
    assert (line.features, len(line.points), line.is_test.sum()) == (("hours",), 50, 10)
    assert line.values == pytest.approx(3 * line.axes[0] + 1, abs=0.01)
    kind = pd.Series(np.where(rows["hours"] > 5, "long", "short"), name="kind")
    surface = fitted_function(*_champion(rows[["hours", "age"]], kind, "binary", LogisticRegression()))
    assert surface.values.shape == (100, 100)
    hours, age = surface.axes
    assert (hours.min() < 1, age.max() > 55, surface.has_probabilities) == (True, True, True)
    at_age = surface.values[50]
    assert (at_age[0] < 0.5) != (at_age[-1] < 0.5)  # along the first axis
    assert fitted_function(*_champion(rows[["hours", "age", "town"]].assign(more=1.0 * rows.index % 3), kind, "binary", LogisticRegression())) is None
