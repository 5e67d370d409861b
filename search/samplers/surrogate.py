"""A model of a study's values over the search space: scikit-learn's Gaussian process, with priors on what it is fitted by.

Import this file where it is used: scikit-learn takes a second.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import norm
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

from .unit_space import Floats

MEDIANS = {"variance": 1.0, "length scale": 0.7, "noise": 0.05}
"""Of the log-normal priors. Values have variance 1 and coordinates the range 0 to 1, so that these hold for any study."""
SPREADS = {"variance": 1.0, "length scale": 1.0, "noise": 1.5}
"""Standard deviations of the logarithms."""
NO_NOISE = 1e-6
"""Variance that all trials have, so that equal ones leave the covariance positive definite."""
MIN_VARIANCE = 1e-12
"""Of a prediction: rounding may leave less than nothing."""
LIMIT = 5.0
"""How much farther from the median bad values may be than the best one is."""
_MAX_STEPS = 50


class Observations(NamedTuple):
    """What is known of some trials.

    Attributes:
        points: Shape ``(n_trials, n_coordinates)``, in 0 to 1.
        scores: Shape ``(n_trials,)``.
        variances: Of the scores, beside the noise that all have; shape ``(n_trials,)``.
    """

    points: Floats
    scores: Floats
    variances: Floats

    def take(self, places: NDArray[np.int64]) -> "Observations":
        """Return those of some trials."""
        return Observations(self.points[places], self.scores[places], self.variances[places])

    def extend(self, points: Floats, scores: Floats) -> "Observations":
        """Return those of more trials, whose scores are certain."""
        parts = zip(self, (points, scores, np.zeros(len(points))), strict=True)
        return Observations(*(np.concatenate(pair) for pair in parts))


def standardize(values: Floats) -> tuple[Floats, float]:
    """Return values with mean 0 and variance 1, after bad ones were lowered to a limit, so that a diverged trial spoils nothing.

    The limit is as far from the median as five times the best value is.

    Args:
        values: The smaller the better, shape ``(n_trials,)``; infinite ones too, and a finite one at least.

    Returns:
        The scores, and how much larger differences of values are.
    """
    finite = values[np.isfinite(values)]
    best, median = finite.min(), np.median(finite)
    limit = min(finite.max(), median + LIMIT * (median - best)) if median > best else finite.max()
    limited = np.minimum(values, limit)
    scale = float(limited.std()) or 1.0
    return (limited - limited.mean()) / scale, scale


def fit_process(observed: Observations, *, has_noise: bool = True) -> GaussianProcessRegressor:
    """Fit a process with the kernel Matern(nu=2.5) and a length scale for each coordinate (Rasmussen and Williams 2006, section 5.4.1).

    Args:
        observed: The trials.
        has_noise: Whether equal trials may have different values. Defaults to True.

    Returns:
        The process at the most probable variance, length scales and noise.
    """
    n_coordinates = observed.points.shape[1]
    names = ["variance", *["length scale"] * n_coordinates, *["noise"] * has_noise]
    medians, spreads = (np.array([of[name] for name in names]) for of in (MEDIANS, SPREADS))

    def find_most_probable(objective: Any, start: Floats, bounds: Floats) -> tuple[Floats, float]:
        def penalised(logarithms: Floats) -> tuple[float, Floats]:
            value, gradient = objective(logarithms)
            distance = (logarithms - np.log(medians)) / spreads
            return value + 0.5 * np.square(distance).sum(), gradient + distance / spreads

        found = minimize(penalised, start, jac=True, bounds=bounds, method="L-BFGS-B", options={"maxiter": _MAX_STEPS})
        return found.x, found.fun

    kernel = ConstantKernel(MEDIANS["variance"], (0.05, 20)) * Matern([MEDIANS["length scale"]] * n_coordinates, (0.05, 20), nu=2.5)
    if has_noise:
        kernel += WhiteKernel(MEDIANS["noise"], (1e-4, 1))
    return _process(kernel, observed, find_most_probable)


def condition(process: GaussianProcessRegressor, observed: Observations) -> GaussianProcessRegressor:
    """Return a process of the same variance, length scales and noise for other trials."""
    return _process(process.kernel_, observed, None)


def _process(kernel: Any, observed: Observations, optimizer: Any) -> GaussianProcessRegressor:
    return GaussianProcessRegressor(kernel, alpha=NO_NOISE + observed.variances, optimizer=optimizer).fit(observed.points, observed.scores)


def predict(process: GaussianProcessRegressor, points: Floats) -> tuple[Floats, Floats]:
    """Return what a process expects at points, and the standard deviations without the noise of a single trial, ``(n_points,)`` each."""
    means, deviations = process.predict(points, return_std=True)  # scikit-learn's have the noise
    noise = getattr(getattr(process.kernel_, "k2", None), "noise_level", 0.0)
    return means, np.sqrt(np.maximum(deviations**2 - noise, MIN_VARIANCE))


def log_expected_improvement(means: Floats, deviations: Floats, best: float) -> Floats:
    """Return the logarithm of the expected improvement (Jones, Schonlau and Welch 1998, equation 15), the smaller value being the better.

    Args:
        means: Expected values, shape ``(n_points,)``.
        deviations: Their standard deviations, above 0, of the same shape.
        best: The best value so far.
    """
    distances = (best - means) / deviations
    far = np.minimum(distances, -5.0)
    # The asymptotic series: for smaller distances the sum below is lost in rounding.
    tail = norm.logpdf(far) - 2 * np.log(-far) + np.log1p(-3 / far**2 + 15 / far**4)
    near = np.maximum(distances, -5.0)
    central = np.log(norm.pdf(near) + near * norm.cdf(near))
    logarithms: Floats = np.where(distances < -5.0, tail, central) + np.log(deviations)
    return logarithms
