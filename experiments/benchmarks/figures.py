"""Summarizes measurements: medians, ratios, and differences between the validation losses of two runners."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

import numpy as np

from .measuring import Measured, Measurement
from .runners import OURS, RECIPE


def summarize(measured: Measured) -> dict[str, Any]:
    """Reduce the measurements of all repeats.

    Args:
        measured: Measurements by task and runner.

    Returns:
        By task: figures by runner; ``ratio``, each runner's seconds per trial divided by perceptune's, the median over repeats;
        and ``distribution`` if perceptune and the recipe have several repeats.
    """
    return {task: _summarize_task(by_runner) for task, by_runner in measured.items() if by_runner}


def _summarize_task(by_runner: Mapping[str, Sequence[Measurement]]) -> dict[str, Any]:
    recipe, ours = by_runner.get(RECIPE, ()), by_runner.get(OURS, ())
    figures: dict[str, Any] = {name: _summarize_runner(of, recipe) for name, of in by_runner.items()}
    if ours:
        ratios = {name: ratio(of, ours) for name, of in by_runner.items() if name != OURS}
        figures["ratio"] = {name: value for name, value in ratios.items() if value is not None}
    distribution = compare_distributions(ours, recipe)
    return figures | ({"distribution": distribution} if distribution else {})


def _summarize_runner(of: Sequence[Measurement], recipe: Sequence[Measurement]) -> dict[str, Any]:
    seconds = median(one.seconds_per_trial for one in of)
    gpu = [one.gpu for one in of if one.gpu is not None]
    figures = {
        "n_trials": of[0].n_trials,
        "n_repeats": len(of),
        "seconds_per_trial": seconds,
        "trials_per_minute": 60 / seconds,
        "process_seconds": median(one.process_seconds for one in of),
        "peak_memory_bytes": max(one.peak_bytes for one in of),
        "n_not_finite": len(of[0].curves) - len(of[0].finite_curves),
        "best_value": best_value(of),
        "curve_difference": curve_difference(of, recipe) if of is not recipe else None,
        "curve_deviation": curve_deviation(of),
        "gpu_percent": median(gpu) if gpu else None,
    }
    return {name: value for name, value in figures.items() if value is not None}


def ratio(theirs: Sequence[Measurement], ours: Sequence[Measurement]) -> float | None:
    """Return the median over repeats of a runner's seconds per trial divided by perceptune's; None without a common repeat."""
    own = {one.seed: one.seconds_per_trial for one in ours}
    ratios = [one.seconds_per_trial / own[one.seed] for one in theirs if one.seed in own]
    return median(ratios) if ratios else None


def best_value(of: Sequence[Measurement]) -> float | None:
    """Return the smallest validation loss of a search, the median over repeats; None without any."""
    best = [min(map(min, one.finite_curves.values())) for one in of if one.finite_curves]
    return median(best) if best else None


def curve_difference(of: Sequence[Measurement], recipe: Sequence[Measurement]) -> float | None:
    """Average the absolute difference of two runners' validation curves, each the mean over repeats.

    Args:
        of: A runner's measurements.
        recipe: The measurements of the recipe.

    Returns:
        The mean over the epochs of the trials that both runners have; None if there are none.
    """
    curves, others = _stacked(of), _stacked(recipe)
    shared = curves.keys() & others.keys()
    differences = [np.abs(curves[number].mean(axis=0) - others[number].mean(axis=0)).mean() for number in shared]
    return float(np.mean(differences)) if differences else None


def curve_deviation(of: Sequence[Measurement]) -> float | None:
    """Average the standard deviation of a validation curve between repeats; None with a single one."""
    deviations = [curves.std(axis=0, ddof=1).mean() for curves in _stacked(of).values()] if len(of) > 1 else []
    return float(np.mean(deviations)) if deviations else None


def compare_distributions(ours: Sequence[Measurement], recipe: Sequence[Measurement]) -> dict[str, Any] | None:
    """Compare the final validation losses of the same trials under several seeds.

    Args:
        ours: The measurements of perceptune, one search per seed.
        recipe: The measurements of the recipe.

    Returns:
        The mean over trials of the difference between the means over seeds, its standard error, and whether the difference is
        within two standard errors; None unless both have two seeds of a trial.
    """
    final, others = ({number: curves[:, -1] for number, curves in _stacked(of).items()} for of in (ours, recipe))
    shared = sorted(final.keys() & others.keys())
    if not shared or min(len(ours), len(recipe)) < 2:
        return None
    difference = float(np.mean([final[number].mean() - others[number].mean() for number in shared]))
    variances = [values.var(ddof=1) / len(values) for of in (final, others) for values in (of[number] for number in shared)]
    error = float(np.sqrt(np.sum(variances)) / len(shared))
    return {"mean_difference": difference, "standard_error": error, "is_within_two": abs(difference) <= 2 * error, "n_seeds": len(ours)}


def _stacked(of: Sequence[Measurement]) -> dict[int, np.ndarray]:
    """Return the curves ``(n_repeats, n_epochs)`` of the trials that stayed finite in all repeats."""
    finite = [one.finite_curves for one in of]
    shared = set.intersection(*map(set, finite)) if finite else set()
    return {number: np.array([curves[number] for curves in finite]) for number in shared}
