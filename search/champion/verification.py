"""Says whether two computations of the same model agree.

The model's weights and the preprocessing are stored exactly, so what remains is the rounding of float32 in another order:
about 1e-6 on a CPU, up to 1e-3 of the outputs' spread on a GPU whose matrix products use TF32. A lost weight, another
preprocessing or an unsaved layer state shows in the first digit.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..data.arrays import Array, Tree, named
from ..errors import ChampionError

RANGE_TOLERANCE, SIZE_TOLERANCE, ABSOLUTE_TOLERANCE = 1e-3, 1e-5, 1e-6
"""The largest difference allowed: a part of the outputs' range, of their size, and a floor."""

STEPS: Mapping[str, float] = {"float16": 2.0**-10, "bfloat16": 2.0**-7}
"""The distance from 1 to the next number of 16 bits. Compiled or in other batches, layers round after other operations."""


def check_outputs(given: Tree, expected: Tree, what: str, *, precision: str = "float32") -> None:
    """Compare outputs with those that were seen before.

    Args:
        given: Outputs computed now, ``(n_rows, ...)``, by output name where there are several.
        expected: Outputs computed before, of the same names and shapes.
        what: Words for the message, such as ``trial 7's model, loaded again``.
        precision: The dtype policy that the model computes with. Defaults to "float32".

    Raises:
        ChampionError: If the names or shapes differ, or a value by more than ``1e-3 * range + 1e-5 * largest + 1e-6``, or
            one is NaN. With 16 bits the first two are 8 and 4 times the numbers' `STEPS` at least.
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
            "a layer of its own may not save all of its state"
        )


def check_predictions(given: pd.DataFrame, expected: pd.DataFrame, what: str) -> None:
    """Compare answers: the same columns, the same predictions, numbers as `check_outputs` does.

    Args:
        given: Answers computed now.
        expected: Answers computed before.
        what: Words for the message.

    Raises:
        ChampionError: If they differ.
    """
    if list(given.columns) != list(expected.columns):
        raise ChampionError(f"{what}, answers with the columns {list(given.columns)}; expected {list(expected.columns)}")
    for column in expected.columns:
        if pd.api.types.is_float_dtype(expected[column]):
            check_outputs(given[column].to_numpy(), expected[column].to_numpy(), what)
        elif given[column].tolist() != expected[column].tolist():
            raise ChampionError(f'{what}, gives other answers in the column "{column}" than when it was trained')
