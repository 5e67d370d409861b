"""The order in which the rows are trained on, the same for every trainer and every backend."""

import numpy as np

from ..data.arrays import Array


def epoch_order(seed: int, epoch: int, n_rows: int) -> Array:
    """Shuffle the row numbers for one epoch.

    Args:
        seed: The trial's seed.
        epoch: The epoch, from 1.
        n_rows: Number of rows.

    Returns:
        A permutation of ``0 .. n_rows - 1``, int32, ``(n_rows,)``, that depends on nothing but the arguments.
    """
    return np.random.default_rng([seed, epoch]).permutation(n_rows).astype(np.int32)
