"""A model of a study's values over the search space: scikit-learn's Gaussian process, with priors on what it is fitted by.

Import this file where it is used: scikit-learn takes a second.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import norm
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

Floats = NDArray[np.float64]

MEDIANS = {"variance": 1.0, "length scale": 0.7, "noise": 0.05}
"""Of the log-normal priors. Values have variance 1 and coordinates the range 0 to 1, so that these hold for any study."""
SPREADS = {"variance": 1.0, "length scale": 1.0, "noise": 1.5}
"""Standard deviations of the logarithms."""
NO_NOISE = 1e-6
LIMIT = 5.0
"""How much farther from the median bad values may be than the best one is."""
_MAX_STEPS = 50


def standardize(values: Floats) -> Floats:
    """Return values with mean 0 and variance 1, after bad ones were raised to a limit, so that a diverged trial spoils nothing.

    The limit is as far from the median as five times the best value is.

    Args:
        values: The smaller the better, shape ``(n_trials,)``; infinite ones too, and a finite one at least.
    """
    finite = values[np.isfinite(values)]
    best, median = finite.min(), np.median(finite)
    limit = min(finite.max(), median + LIMIT * (median - best)) if median > best else finite.max()
    limited = np.minimum(values, limit)
    scores: Floats = (limited - limited.mean()) / (limited.std() or 1.0)
    return scores


def fit_process(points: Floats, scores: Floats, *, has_noise: bool = True) -> GaussianProcessRegressor:
    """Fit a process with the kernel Matern(nu=2.5) and a length scale for each coordinate (Rasmussen and Williams 2006, section 5.4.1).

    Args:
        points: Shape ``(n_trials, n_coordinates)``, in 0 to 1.
        scores: Shape ``(n_trials,)``.
        has_noise: Whether equal trials may have different values. Defaults to True.

    Returns:
        The process at the most probable variance, length scales and noise; its predictions are those without noise.
    """
    names = ["variance", *["length scale"] * points.shape[1], *["noise"] * has_noise]
    medians, spreads = (np.array([of[name] for name in names]) for of in (MEDIANS, SPREADS))

    def find_most_probable(objective: Any, start: Floats, bounds: Floats) -> tuple[Floats, float]:
        def penalised(logarithms: Floats) -> tuple[float, Floats]:
            value, gradient = objective(logarithms)
            distance = (logarithms - np.log(medians)) / spreads
            return value + 0.5 * np.square(distance).sum(), gradient + distance / spreads

        found = minimize(penalised, start, jac=True, bounds=bounds, method="L-BFGS-B", options={"maxiter": _MAX_STEPS})
        return found.x, found.fun

    kernel = ConstantKernel(MEDIANS["variance"], (0.05, 20)) * Matern([MEDIANS["length scale"]] * points.shape[1], (0.05, 20), nu=2.5)
    if has_noise:
        kernel += WhiteKernel(MEDIANS["noise"], (1e-4, 1))
    return GaussianProcessRegressor(kernel, alpha=NO_NOISE, optimizer=find_most_probable).fit(points, scores)


def condition(process: GaussianProcessRegressor, points: Floats, scores: Floats) -> GaussianProcessRegressor:
    """Return a process of the same variance, length scales and noise for other trials."""
    return GaussianProcessRegressor(process.kernel_, alpha=NO_NOISE, optimizer=None).fit(points, scores)


def log_expected_improvement(means: Floats, deviations: Floats, best: float) -> Floats:
    """Return the logarithm of the expected improvement (Jones, Schonlau and Welch 1998, equation 15), the smaller value being the better.

    Args:
        means: Expected values, shape ``(n_points,)``.
        deviations: Their standard deviations, above 0, of the same shape.
        best: The best value so far.
    """
    distances = (best - means) / deviations
    far = np.minimum(distances, -5.0)
    tail = norm.logpdf(far) - 2 * np.log(-far)  # the first term of the asymptotic series: for smaller distances the sum is lost in rounding
    near = np.maximum(distances, -5.0)
    central = np.log(norm.pdf(near) + near * norm.cdf(near))
    logarithms: Floats = np.where(distances < -5.0, tail, central) + np.log(deviations)
    return logarithms
