import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from search.samplers.surrogate import Observations, condition, fit_process, log_expected_improvement, predict, standardize


@pytest.mark.parametrize("distance", [-30.0, -8.0, -5.01, -4.99, -1.0, 0.0, 2.0, 6.0])
def test_expected_improvement_is_that_of_its_definition(distance):
    deviation, best = 0.3, 1.0
    mean = best - distance * deviation
    found = log_expected_improvement(np.array([mean]), np.array([deviation]), best)[0]
    scale = norm.logpdf(distance)  # the integral relative to the density at the best value, so that far tails do not underflow
    expected, _ = quad(lambda gain: gain * np.exp(norm.logpdf((best - gain - mean) / deviation) - scale) / deviation, 0, 12 * deviation, epsabs=0)
    assert found == pytest.approx(np.log(expected) + scale, abs=1e-2)


def test_diverged_and_infinite_values_are_the_worst_and_leave_the_others_apart():
    scores, scale = standardize(np.array([3.0, np.inf, 1.0, 1e30, 2.0]))
    np.testing.assert_allclose(scores, standardize(np.array([3.0, 10.0, 1.0, 10.0, 2.0]))[0])  # the median is 2.5, and 1 the best
    assert scores.mean() == pytest.approx(0)
    assert scores.std() == pytest.approx(1)
    assert (scores[0] - scores[2]) * scale == pytest.approx(2.0)


@pytest.mark.parametrize("values", [[2.0], [2.0, 2.0, 2.0], [2.0, np.inf], [1.0, 1.0, 1.0, 5.0]])
def test_equal_values_have_scores_too(values):
    scores, _ = standardize(np.array(values))
    assert np.isfinite(scores).all()
    assert np.argsort(scores, kind="stable").tolist() == list(range(len(values)))


def test_a_process_finds_which_coordinate_matters_and_how_noisy_values_are():
    random = np.random.default_rng(0)
    points = random.random((40, 2))
    truth = np.sin(6 * points[:, 0])
    process = fit_process(Observations(points, truth + random.normal(0, 0.3, 40), np.zeros(40)))
    first, second = process.kernel_.k1.k2.length_scale
    assert second > 3 * first
    assert 0.03 < process.kernel_.k2.noise_level < 0.3
    assert np.abs(process.predict(points) - truth).mean() < 0.25


def test_values_without_noise_are_met():
    points = np.random.default_rng(0).random((12, 2))
    observed = Observations(points, points[:, 0] - points[:, 1], np.zeros(12))
    process = fit_process(observed, has_noise=False)
    np.testing.assert_allclose(process.predict(points), points[:, 0] - points[:, 1], atol=1e-2)
    same = condition(process, observed)
    np.testing.assert_allclose(same.predict(points + 0.01), process.predict(points + 0.01), atol=1e-6)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # of the noise, which is at its bound if all are certain
def test_uncertain_scores_count_less():
    points = np.linspace(0, 1, 20)[:, np.newaxis]
    truth, is_uncertain = np.sin(6 * points[:, 0]), np.arange(20) % 2 == 1
    scores = np.where(is_uncertain, truth + 2, truth)
    certain, uncertain = (fit_process(Observations(points, scores, is_uncertain * variance)) for variance in (0.0, 4.0))
    assert np.abs(uncertain.predict(points) - truth).mean() < 0.3 * np.abs(certain.predict(points) - truth).mean()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # the second coordinate matters nothing
def test_what_was_tried_often_is_known_well_however_noisy_it_is():
    random = np.random.default_rng(0)
    points = np.repeat([[0.2, 0.5], [0.8, 0.5]], 40, axis=0)
    process = fit_process(Observations(points, (points[:, 0] > 0.5) + random.normal(0, 0.5, 80), np.zeros(80)))
    _, (near, far) = predict(process, np.array([[0.2, 0.5], [0.5, 0.5]]))
    assert near < 0.15
    assert far > 2 * near
