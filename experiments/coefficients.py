"""Coefficients of least squares beside those of a trained linear unit: ``python -m experiments.coefficients``.

It runs the experiment `least_squares` and prints a line per feature, with the standard error and the p-value that least squares has,
and the R2 of both on the training part.

Hardware: two CPU cores
Time:     half a minute
Expect:   coefficients that agree to four decimals
"""

import numpy as np
import pandas as pd

from .datasets import linear_target
from .reproduction.studies import Run


def coefficients(features: pd.DataFrame, target: pd.Series, weights: np.ndarray) -> pd.DataFrame:
    """Return the coefficients of least squares without a constant, and of a network's unit without bias.

    Args:
        features: Table, ``(n_rows, n_features)``; a constant term is a column of ones.
        target: Numbers, ``(n_rows,)``.
        weights: The unit's kernel, ``(n_features,)`` or ``(n_features, 1)``.

    Returns:
        A row per feature: least_squares, standard_error, p_value (two-sided, of a coefficient of 0, by Student's t), network.
    """
    from scipy.stats import t

    x, y = features.to_numpy("float64"), target.to_numpy("float64")
    found = np.linalg.lstsq(x, y, rcond=None)[0]
    n_free = len(x) - x.shape[1]
    variance = ((y - x @ found) ** 2).sum() / n_free
    error = np.sqrt(variance * np.diag(np.linalg.inv(x.T @ x)))
    columns = {"least_squares": found, "standard_error": error, "p_value": 2 * t.sf(np.abs(found / error), n_free), "network": np.ravel(weights)}
    return pd.DataFrame(columns, index=features.columns)


def main() -> None:
    """Run the experiment and print the table, and R2 of both."""
    from sklearn.metrics import r2_score

    features, target = linear_target()["train"]
    table = coefficients(features, target, Run("least_squares").start().model.get_weights()[0])
    print(table.to_string(float_format="{:.4f}".format))
    print(", ".join(f"R2 of {name} {r2_score(target, features @ table[name]):.4f}" for name in ("least_squares", "network")))


if __name__ == "__main__":
    main()
