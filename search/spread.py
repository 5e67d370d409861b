"""The mean of repeated measurements and its standard error."""

import statistics
from collections.abc import Sequence


def mean_and_error(values: Sequence[float]) -> tuple[float, float | None]:
    """Return the mean and its standard error, the standard deviation of the sample divided by the root of its size.

    Args:
        values: Measurements, at least one.

    Returns:
        The mean, and the standard error; None for a single value, which has none.
    """
    error = statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else None
    return statistics.fmean(values), error
