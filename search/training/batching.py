"""Rows of one array or of arrays by name: their order in an epoch, and how many are evaluated at once."""

from typing import Any, NamedTuple

import numpy as np

from ..data.arrays import Array, Inputs, Tree
from ..data.byte_rows import ByteRows
from ..trial import Assignment

EVALUATION_BATCH_NUMBERS = 2**21


class DataSplit(NamedTuple):
    """Both parts of the data, (x, y) each, as arrays or as tensors; the training part is (x, y, weights) if its rows have weights."""

    training: tuple[Any, ...]
    validation: tuple[Any, Any]


def n_rows(tree: Inputs) -> int:
    """Return the number of rows."""
    return len(next(iter(tree.values())) if isinstance(tree, dict) else tree)


def rows(tree: Inputs, chosen: Array | slice) -> Tree:
    """Return some rows, ``(n_chosen, *shape)``; bytes become float32."""
    if isinstance(tree, dict):
        return {name: np.asarray(array[chosen]) for name, array in tree.items()}
    return np.asarray(tree[chosen])


def stored_rows(tree: Inputs, chosen: Array | slice) -> Inputs:
    """Return some rows as they are kept: bytes stay bytes."""
    return tree.select(chosen) if isinstance(tree, ByteRows) else rows(tree, chosen)


def epoch_order(seed: int, epoch: int, n_rows: int) -> Array:
    """Return the order of the rows in one epoch, the same for every trainer and every backend.

    Args:
        seed: The trial's seed.
        epoch: The epoch, from 1.
        n_rows: Number of rows.

    Returns:
        A permutation of ``0 .. n_rows - 1``, int32, ``(n_rows,)``, that depends on nothing but the arguments.
    """
    return np.random.default_rng([seed, epoch]).permutation(n_rows).astype(np.int32)


def trial_order(assignment: Assignment, epoch: int, n_rows: int) -> Array:
    """Return the order of the rows in one epoch of a trial, from 1: `epoch_order`, or ``0 .. n_rows - 1`` if the trial shuffles none."""
    return epoch_order(assignment.seed, epoch, n_rows) if assignment.training.shuffle else np.arange(n_rows, dtype=np.int32)


def evaluation_batch_size(x: Inputs, n_models: int = 1) -> int:
    """Return how many rows are evaluated at once: all of them, or as many as make 2 million input numbers, at least 32.

    Metrics depend on it only by rounding, and one large batch costs less to compile and to run than many small ones.

    Args:
        x: Inputs.
        n_models: Number of models that evaluate them concurrently and share the 2 million numbers. Defaults to 1.
    """
    arrays = list(x.values()) if isinstance(x, dict) else [x]
    numbers_per_row = sum(int(np.prod(array.shape[1:])) for array in arrays)
    return min(n_rows(x), max(32, EVALUATION_BATCH_NUMBERS // max(1, numbers_per_row * n_models)))
