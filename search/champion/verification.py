"""Checks that a reloaded model computes the same as before.

The model's weights and the preprocessing are stored exactly, so the only difference is float32 rounding in another order:
about 1e-6 on a CPU, up to 1e-3 of the outputs' range on a GPU whose matrix products use TF32. A lost weight, a changed
preprocessing or an unsaved layer state changes the first digit.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..data.arrays import Array, Tree, named
from ..errors import ChampionError

EXPECTED = "expected.npz"
"""A member's file of what its model predicted for some rows when it was trained; predicting does not read it."""

RANGE_TOLERANCE, SIZE_TOLERANCE, ABSOLUTE_TOLERANCE = 1e-3, 1e-5, 1e-6
"""The largest difference allowed: a fraction of the outputs' range, a fraction of their size, and a constant."""

STEPS: Mapping[str, float] = {"float16": 2.0**-10, "bfloat16": 2.0**-7}
"""Machine epsilon of 16-bit floats. Compiled, or in batches of another size, layers round after other operations."""


def check_outputs(given: Tree, expected: Tree, what: str, *, precision: str = "float32") -> None:
    """Check outputs against those of the trained model.

    Args:
        given: Outputs computed now, ``(n_rows, ...)``, by output name if there are several.
        expected: Outputs computed before, of the same names and shapes.
        what: Subject of the message, such as ``trial 7's model, loaded again``.
        precision: The model's dtype policy. Defaults to "float32".

    Raises:
        ChampionError: If the names or shapes differ, a value is NaN, or a difference exceeds
            ``1e-3 * range + 1e-5 * largest + 1e-6``. With 16 bits the first two factors are at least 8 and 4 times `STEPS`.
    """
    by_name, expected_by_name = named(given), named(expected)
    if by_name.keys() != expected_by_name.keys():
        raise ChampionError(f"{what}, has the outputs {', '.join(by_name)}; expected {', '.join(expected_by_name)} as when it was trained")
    for name, values in expected_by_name.items():
        _check_output(by_name[name], values, f'{what}, at its output "{name}"' if name else what, precision)


def _check_output(given: Array, expected: Array, what: str, precision: str) -> None:
    if given.shape != expected.shape:
        raise ChampionError(f"{what}, gives outputs of shape {given.shape}; expected {expected.shape} as when it was trained")
    step = STEPS.get(precision.removeprefix("mixed_"), 0.0)
    of_range, of_size = max(RANGE_TOLERANCE, 8 * step), max(SIZE_TOLERANCE, 4 * step)
    allowed = of_range * float(np.ptp(expected)) + of_size * float(np.abs(expected).max()) + ABSOLUTE_TOLERANCE
    difference = float(np.abs(given.astype("float64") - expected).max())
    if not difference <= allowed:  # NaN is a difference too
        raise ChampionError(
            f"{what}, gives other outputs than when it was trained: they differ by {difference:.3g}, expected at most {allowed:.3g}; "
            "a custom layer may not save all of its state"
        )


def check_predictions(given: pd.DataFrame, expected: pd.DataFrame, what: str) -> None:
    """Check predictions for the same columns, equal classes and text, and numbers within the tolerance of `check_outputs`.

    Args:
        given: Predictions computed now.
        expected: Predictions computed before.
        what: Subject of the message.

    Raises:
        ChampionError: If they differ.
    """
    if list(given.columns) != list(expected.columns):
        raise ChampionError(f"{what}, predicts the columns {list(given.columns)}; expected {list(expected.columns)}")
    for column in expected.columns:
        if pd.api.types.is_float_dtype(expected[column]):
            check_outputs(given[column].to_numpy(), expected[column].to_numpy(), what)
        elif given[column].tolist() != expected[column].tolist():
            raise ChampionError(f'{what}, gives other predictions in the column "{column}" than when it was trained')
