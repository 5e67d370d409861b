"""The truth tables of two inputs: four rows, which are training, validation and test part at once."""

from typing import Any

import pandas as pd

from .split import whole_parts

GATES = {"and": (0, 0, 0, 1), "or": (0, 1, 1, 1), "xor": (0, 1, 1, 0), "identity": (0, 0, 1, 1), "and_not": (0, 0, 1, 0)}
"""The output for the inputs (0, 0), (0, 1), (1, 0), (1, 1); identity is x1, and_not is x1 and not x2."""


def truth_table(gate: str = "xor", is_signed: bool = False, task: str = "binary") -> dict[str, Any]:
    """Return the four rows of a gate.

    Args:
        gate: "and", "or", "xor", "identity" (x1) or "and_not" (x1 and not x2). Defaults to "xor".
        is_signed: Whether outputs are -1 and 1 rather than 0 and 1. Defaults to False.
        task: "binary", or "regression" for outputs that are predicted as numbers. Defaults to "binary".

    Returns:
        Three equal parts of the columns x1 and x2, with the target y; the task.

    Raises:
        ValueError: If the gate or the task is another one.
    """
    for name, given, known in (("gate", gate, GATES), ("task", task, ("binary", "regression"))):
        if given not in known:
            raise ValueError(f'{name}="{given}" is not known; use one of {", ".join(known)}')
    inputs, output = pd.DataFrame({"x1": [0, 0, 1, 1], "x2": [0, 1, 0, 1]}), pd.Series(GATES[gate], name="y")
    return {**whole_parts(inputs, 2 * output - 1 if is_signed else output), "task": task, "name": f"{gate}_gate"}
