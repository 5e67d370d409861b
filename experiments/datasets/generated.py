"""Data sets that are computed: a linear target, two half moons, waves. The same seed gives the same rows."""

from typing import Any

import numpy as np
import pandas as pd

from .split import three_parts


def linear_target(n_rows: int = 200, n_features: int = 5, noise: float = 1.0, seed: int = 42) -> dict[str, Any]:
    """Return standard normal features and a weighted sum of them with noise.

    Args:
        n_rows: Rows in all parts together. Defaults to 200.
        n_features: Number of features. Defaults to 5.
        noise: Standard deviation of the noise on the target. Defaults to 1.
        seed: Seed of rows, weights and splits. Defaults to 42.

    Returns:
        The three parts (60, 20 and 20 in a hundred) of the columns x1, x2 ..., target y; the task (regression).
    """
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(n_rows, n_features))
    y = x @ generator.uniform(-3, 3, size=n_features) + noise * generator.normal(size=n_rows)
    features = pd.DataFrame(x, columns=[f"x{number}" for number in range(1, n_features + 1)])
    return {**three_parts(features, pd.Series(y, name="y"), seed=seed, stratify=False), "task": "regression"}


def moons(n_rows: int = 500, noise: float = 0.2, seed: int = 42) -> dict[str, Any]:
    """Return two half moons that no straight line parts (`sklearn.datasets.make_moons`).

    Args:
        n_rows: Rows in all parts together. Defaults to 500.
        noise: Standard deviation of the noise on both features. Defaults to 0.2.
        seed: Seed of rows and splits. Defaults to 42.

    Returns:
        The three parts (60, 20 and 20 in a hundred) of the columns x1 and x2, target y; the task (binary).
    """
    from sklearn.datasets import make_moons

    x, y = make_moons(n_rows, noise=noise, random_state=seed)
    return {**three_parts(pd.DataFrame(x, columns=["x1", "x2"]), pd.Series(y, name="y"), seed=seed), "task": "binary"}


def waves(n_series: int = 2000, n_steps: int = 50, noise: float = 0.05, seed: int = 42) -> dict[str, Any]:
    """Return series that are the sum of two sine waves and noise, and the value that comes next.

    Args:
        n_series: Series in all parts together. Defaults to 2,000.
        n_steps: Length of each. Defaults to 50.
        noise: Standard deviation of the noise on every value. Defaults to 0.05.
        seed: Seed of series and splits. Defaults to 42.

    Returns:
        The three parts (60, 20 and 20 in a hundred), float32 ``(n_rows, n_steps, 1)``, target next; the task (regression).
    """
    generator = np.random.default_rng(seed)
    slow, fast, slow_start, fast_start = generator.uniform(size=(4, n_series, 1))
    time = np.linspace(0, 1, n_steps + 1)  # one value more than is shown: the target
    series = 0.5 * np.sin((time - slow_start) * (10 + 10 * slow)) + 0.2 * np.sin((time - fast_start) * (20 + 20 * fast))
    series += noise * generator.normal(size=series.shape)
    parts = three_parts(series[:, :-1, None].astype(np.float32), pd.Series(series[:, -1], name="next"), seed=seed, stratify=False)
    return {**parts, "task": "regression"}
