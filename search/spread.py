"""The mean of repeated measurements, its standard error, and the mean of learning curves."""

import math
import statistics
from collections.abc import Mapping, Sequence

SAME = 1e-4
"""Two trainings of one trial with one seed whose metrics differ by no more are the same but for the order of summation."""

Curve = Sequence[Mapping[str, float]]
"""The metrics of every epoch, in order."""


def mean_and_error(values: Sequence[float]) -> tuple[float, float | None]:
    """Return the mean and its standard error, the standard deviation of the sample divided by the root of its size.

    Args:
        values: Measurements, at least one.

    Returns:
        The mean, and the standard error; None for a single value, which has none.
    """
    error = statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else None
    return statistics.fmean(values), error


def paired_t_test(differences: Sequence[float], test_share: float = 0.0) -> tuple[float, float]:
    """Test by Student's t whether the mean of paired differences is 0.

    Args:
        differences: Differences, at least two.
        test_share: Validation rows of a fold for each of its training rows, for differences of folds, whose trainings share rows: the variance of
            the mean is then larger by that part of the variance (Nadeau and Bengio 2003, "Inference for the Generalization Error", the
            corrected resampled t test). Defaults to 0, for independent differences.

    Returns:
        Their mean, and the probability of a mean that is as small or smaller if the true one is 0.
    """
    mean, error = statistics.fmean(differences), statistics.stdev(differences) * math.sqrt(1 / len(differences) + test_share)
    if error == 0:
        return mean, 0.5 if mean == 0 else float(mean > 0)
    from scipy.special import stdtr

    return mean, float(stdtr(len(differences) - 1, mean / error))


def comparable(value: float) -> float:
    """Return a value that does not depend on the order of sums, which differs between programs: its first five significant digits."""
    return float(f"{value:.5g}")


def mean_metrics(found: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean of each metric that all have.

    Args:
        found: Metrics by name, at least one set.
    """
    names = [name for name in found[0] if all(name in metrics for metrics in found)]
    return {name: statistics.fmean(metrics[name] for metrics in found) for name in names}


def mean_curve(curves: Sequence[Curve]) -> list[dict[str, float]]:
    """Return the mean of learning curves at each epoch that all have: a mean over fewer would jump where a curve ends."""
    return [mean_metrics(epochs) for epochs in zip(*curves, strict=False)]


def deviations(curves: Sequence[Curve]) -> list[dict[str, float]]:
    """Return the standard deviation of each metric at each epoch that all curves have; none for fewer than two curves."""
    if len(curves) < 2:
        return []
    return [{name: statistics.stdev(epoch[name] for epoch in epochs) for name in mean_metrics(epochs)} for epochs in zip(*curves, strict=False)]
