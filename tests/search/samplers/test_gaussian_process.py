import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern

from search.samplers.gaussian_process import QuickGaussianProcess


@pytest.fixture
def processes():
    generator = np.random.default_rng(0)
    points = generator.random((30, 4))
    values = np.sin(3 * points).sum(axis=1)
    return [
        kind(kernel=Matern(nu=2.5), n_restarts_optimizer=2, normalize_y=True, alpha=1e-4, random_state=1).fit(points, values)
        for kind in (QuickGaussianProcess, GaussianProcessRegressor)
    ]


@pytest.mark.parametrize("n_points", [1, 7])
def test_predictions_are_those_of_scikit_learn(processes, n_points):
    points = np.random.default_rng(1).random((n_points, 4))
    (mean, deviation), (expected_mean, expected_deviation) = (process.predict(points, return_std=True) for process in processes)

    assert mean == pytest.approx(expected_mean, rel=1e-8)
    assert deviation == pytest.approx(expected_deviation, rel=1e-6)
    assert processes[0].predict(points) == pytest.approx(mean)
