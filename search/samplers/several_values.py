"""What a Gaussian process proposes by if trials have several values or limits: one value by random weights, and the chance of being within."""

from typing import TYPE_CHECKING

import numpy as np

from .unit_space import Floats

if TYPE_CHECKING:
    from collections.abc import Callable

RHO = 0.05
"""The part of the weighted sum beside the largest weighted value."""
WIDE = 10.0
"""The ratio of the largest to the smallest value of an objective from which its logarithm counts."""


def weighted(values: Floats, random: np.random.Generator) -> Floats:
    """Return one value of each trial: the augmented Chebyshev norm of its values by weights drawn anew (Knowles 2006, ParEGO, equation 2).

    Args:
        values: The smaller the better, ``(n_trials, n_objectives)``; infinite or NaN where a trial has none, as its value is then.
        random: Draws the weights.
    """
    known = np.isfinite(values).all(axis=1)
    scaled = np.stack([_scaled(column[known]) for column in values.T], axis=1)
    parts = random.dirichlet(np.ones(values.shape[1])) * scaled
    found = values[:, 0].copy()
    found[known] = parts.max(axis=1) + RHO * parts.sum(axis=1)
    return found


def _scaled(column: Floats) -> Floats:
    """Return the values of an objective in 0 to 1."""
    if len(column) and column.min() > 0 and column.max() > WIDE * column.min():
        column = np.log(column)
    span = np.ptp(column) if len(column) else 0.0
    scaled: Floats = (column - column.min()) / span if span else np.zeros_like(column)
    return scaled


def log_chance_within(violations: Floats, points: Floats, candidates: Floats, thinned: "Callable[[int], np.ndarray]") -> Floats:
    """Return the logarithm of the probability that candidates are within all limits (Gardner et al. 2014, equation 6).

    Args:
        violations: How far each trial is beyond each limit, at most 0 if it is within it, ``(n_trials, n_limits)``; NaN where that is not known.
        points: Their coordinates, ``(n_trials, n_coordinates)``.
        candidates: Coordinates, ``(n_candidates, n_coordinates)``.
        thinned: Returns the places of the trials that a process knows, given their number.
    """
    from scipy.stats import norm

    from .surrogate import Observations, fit_process, predict

    total: Floats = np.zeros(len(candidates))
    for column in violations.T:
        known = np.flatnonzero(~np.isnan(column))
        if not len(known):
            continue
        known = known[thinned(len(known))]
        compressed = np.arcsinh(column[known])  # costs differ by orders of magnitude
        scale = compressed.std() or 1.0
        observed = Observations(points[known], (compressed - compressed.mean()) / scale, np.zeros(len(known)))
        means, deviations = predict(fit_process(observed), candidates)
        total += norm.logcdf((-compressed.mean() / scale - means) / deviations)
    return total
