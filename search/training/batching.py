"""Rows of one array, or of arrays by name, and how many of them are evaluated at once."""

import numpy as np

from ..data.arrays import Array, Tree

EVALUATION_BATCH_NUMBERS = 2**21


def n_rows(tree: Tree) -> int:
    """Count the rows."""
    return len(next(iter(tree.values())) if isinstance(tree, dict) else tree)


def rows(tree: Tree, chosen: Array | slice) -> Tree:
    """Take some rows, ``(n_chosen, *shape)``."""
    if isinstance(tree, dict):
        return {name: np.asarray(array[chosen]) for name, array in tree.items()}
    return np.asarray(tree[chosen])


def evaluation_batch_size(x: Tree, n_models: int = 1) -> int:
    """Choose how many rows are evaluated at once: all of them, or as many as make 2 million input numbers, 32 at least.

    Metrics do not depend on it but for rounding, and one large batch costs less to compile and to run than many.

    Args:
        x: Inputs.
        n_models: How many models evaluate them side by side; the numbers are shared among them. Defaults to 1.
    """
    arrays = list(x.values()) if isinstance(x, dict) else [x]
    numbers_per_row = sum(int(np.prod(array.shape[1:])) for array in arrays)
    return min(n_rows(x), max(32, EVALUATION_BATCH_NUMBERS // max(1, numbers_per_row * n_models)))
