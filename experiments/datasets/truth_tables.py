"""The truth tables of two inputs: four rows, which are training, validation and test part at once."""

from typing import Any

import pandas as pd

from .split import whole_parts

GATES = {"and": (0, 0, 0, 1), "or": (0, 1, 1, 1), "xor": (0, 1, 1, 0)}
"""The output for the inputs (0, 0), (0, 1), (1, 0), (1, 1)."""


def truth_table(gate: str = "xor") -> dict[str, Any]:
    """Return the four rows of a gate.

    Args:
        gate: "and", "or" or "xor". Defaults to "xor".

    Returns:
        Three equal parts of the columns x1 and x2, with the target y; the task (binary).

    Raises:
        ValueError: If the gate is another one.
    """
    if gate not in GATES:
        raise ValueError(f'gate="{gate}" is not known; use one of {", ".join(GATES)}')
    inputs = pd.DataFrame({"x1": [0, 0, 1, 1], "x2": [0, 1, 0, 1]})
    return {**whole_parts(inputs, pd.Series(GATES[gate], name="y")), "task": "binary", "name": f"{gate}_gate"}
