"""How much better than it is the best of many trials may look, because it was chosen among them on few rows."""

import math
from collections.abc import Iterator
from statistics import NormalDist

_LEAST_OPTIMISM = 0.05


def largest_optimism(n_rows: int, n_trials: int) -> float:
    """Return the expected excess of the best of equal models' accuracies over the accuracy that they all have.

    Their errors are taken as independent and each class as equally hard, so that it is rather more than what a search sees.
    The largest of n normal numbers is expected at the quantile (n - 0.375) / (n + 0.25) (Blom 1958, equation 6.10.1).

    Args:
        n_rows: Number of rows that accuracies are measured on.
        n_trials: Number of models.
    """
    deviations = NormalDist().inv_cdf((n_trials - 0.375) / (n_trials + 0.25))
    return deviations * 0.5 / math.sqrt(n_rows)


def optimism_note(metric: str, n_rows: int, n_trials: int) -> Iterator[str]:
    """Yield what it means for an accuracy that the validation part is small for the number of trials; nothing if it is large enough.

    Args:
        metric: The objective's metric.
        n_rows: Number of validation rows.
        n_trials: Number of trials.
    """
    optimism = largest_optimism(n_rows, n_trials)
    if metric.endswith("accuracy") and optimism > _LEAST_OPTIMISM:
        error = 0.5 / math.sqrt(n_rows)
        yield (
            f"{n_rows} validation rows give {metric} to ± {error:.2f} only (standard error, at most), so the best of {n_trials} trials may look "
            f"up to {optimism:.2f} better than it is; believe the test part; val_loss is less a matter of luck as an objective"
        )
