"""Says whether two computations of the same model agree.

The model's weights and the preprocessing are stored exactly, so what remains is the rounding of float32 in another order:
about 1e-6 on a CPU, up to 1e-3 of the outputs' spread on a GPU whose matrix products use TF32. A lost weight, another
preprocessing or an unsaved layer state shows in the first digit.
"""

import numpy as np
import pandas as pd

from ..errors import ChampionError

OF_SPREAD, OF_SIZE, ABSOLUTE = 1e-3, 1e-5, 1e-6
"""The largest difference allowed: a part of the outputs' range, of their size, and a floor."""


def check_outputs(given: np.ndarray, expected: np.ndarray, what: str) -> None:
    """Compare outputs with those that were seen before.

    Args:
        given: Outputs computed now, ``(n_rows, ...)``.
        expected: Outputs computed before, of the same shape.
        what: Words for the message, such as ``trial 7's model, loaded again``.

    Raises:
        ChampionError: If the shapes differ, or a value by more than ``1e-3 * range + 1e-5 * largest + 1e-6``, or one is NaN.
    """
    if given.shape != expected.shape:
        raise ChampionError(f"{what}, gives outputs of shape {given.shape}; expected {expected.shape} as when it was trained")
    allowed = OF_SPREAD * float(np.ptp(expected)) + OF_SIZE * float(np.abs(expected).max()) + ABSOLUTE
    difference = float(np.abs(given.astype("float64") - expected).max())
    if not difference <= allowed:  # NaN is a difference too
        raise ChampionError(
            f"{what}, gives other outputs than when it was trained: they differ by {difference:.3g}, expected at most {allowed:.3g}; "
            "a layer of its own may not save all of its state"
        )


def check_answers(given: pd.DataFrame, expected: pd.DataFrame, what: str) -> None:
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
