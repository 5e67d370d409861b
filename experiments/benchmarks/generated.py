"""Generated data of the tasks images and text: colour images and sequences of words' numbers, in parts as a loader returns them."""

from typing import Any

import numpy as np
import pandas as pd

_SIZE, _N_CLASSES = 24, 4


def images(n_rows: int = 4000, seed: int = 42) -> dict[str, Any]:
    """Return noisy colour images, each with stripes of one of four directions.

    Args:
        n_rows: Images of the training part; the others have a quarter of it each. Defaults to 4000.
        seed: Seed of the images. Defaults to 42.

    Returns:
        Parts of float32 images ``(n_rows, 24, 24, 3)`` from 0 to 1 and the class numbers; the task (multiclass).
    """
    rng = np.random.default_rng(seed)

    def part(n: int) -> tuple[np.ndarray, pd.Series]:
        classes = rng.integers(_N_CLASSES, size=n)
        angles, phases = np.pi * classes / _N_CLASSES, rng.uniform(0, 2 * np.pi, n)
        rows, columns = np.mgrid[:_SIZE, :_SIZE]
        along = rows[None] * np.sin(angles)[:, None, None] + columns[None] * np.cos(angles)[:, None, None]
        stripes = 0.5 + 0.25 * np.sin(along + phases[:, None, None])
        colours = rng.uniform(0.5, 1.0, (n, 1, 1, 3))
        noisy = stripes[..., None] * colours + rng.normal(scale=0.15, size=(n, _SIZE, _SIZE, 3))
        return np.clip(noisy, 0, 1).astype(np.float32), pd.Series(classes, name="direction")

    return {"train": part(n_rows), "validation": part(n_rows // 4), "test": part(n_rows // 4), "task": "multiclass"}


def words(n_rows: int = 6000, n_tokens: int = 60, n_words: int = 5000, seed: int = 42) -> dict[str, Any]:
    """Return sequences of words' numbers, 0 at their ends, and whether the words of one half of the numbers are more than those of the other.

    Args:
        n_rows: Rows of the training part; the others have a quarter of it each. Defaults to 6000.
        n_tokens: Length of a row. Defaults to 60.
        n_words: The largest number. Defaults to 5000.
        seed: Seed of the rows. Defaults to 42.

    Returns:
        Parts of numbers ``(n_rows, n_tokens)``, int32, and the classes 0 and 1; the task (binary).
    """
    rng = np.random.default_rng(seed)

    def part(n: int) -> tuple[np.ndarray, pd.Series]:
        numbers = np.minimum(rng.geometric(10 / n_words, size=(n, n_tokens)), n_words)  # few words are frequent
        numbers[np.arange(n_tokens) >= rng.integers(n_tokens // 3, n_tokens + 1, n)[:, None]] = 0
        balance = np.where(numbers == 0, 0, np.where(numbers % 2 == 0, 1, -1)).sum(axis=1)
        return numbers.astype(np.int32), pd.Series((balance > 0).astype(int), name="is_even")

    return {"train": part(n_rows), "validation": part(n_rows // 4), "test": part(n_rows // 4), "task": "binary"}
