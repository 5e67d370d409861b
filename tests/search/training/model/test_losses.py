"""The root mean squared error as a loss."""

import keras
import numpy as np
import pytest

from search.experiment.settings import TrainingSettings
from search.training.model.compiling import build_loss


def test_the_root_mean_squared_error_is_in_the_targets_own_unit():
    loss = build_loss(TrainingSettings(loss="root_mean_squared_error"), "regression", 1)
    assert float(loss(np.zeros((4, 1)), np.array([[1.0], [1.0], [5.0], [3.0]]))) == pytest.approx(3)


def test_a_perfect_batch_has_a_finite_slope():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="ones")])
    model.compile("sgd", build_loss(TrainingSettings(loss="root_mean_squared_error"), "regression", 1))
    model.fit(np.ones((4, 1)), np.ones((4, 1)), epochs=1, verbose=0)
    assert np.isfinite(model.get_weights()[0]).all()
