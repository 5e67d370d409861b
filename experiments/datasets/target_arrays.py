"""Targets that are arrays as columns: a number or a class for each row, or several."""

from typing import Any

import numpy as np
import pandas as pd

from .table import infer_task, tasks_of


def as_columns(values: Any, name: str, task: str, where: str) -> pd.Series | pd.DataFrame:
    """Return a target as a column, or as several.

    Args:
        values: ``(n_rows,)``, ``(n_rows, 1)`` or ``(n_rows, n_targets)``; ``(n_rows, n_steps, n_targets)`` for targets of each step.
        name: Name of the only column; several are ``<name>_0``, ``<name>_1`` ..., unless the values are a table; those of steps are
            ``step_1``, or ``step_1_0``, ``step_1_1`` ..., all of the first step first.
        task: The task that the user gives.
        where: Start of error messages.

    Raises:
        ValueError: If the array has another shape, or has one class a row as 0 and 1 and the task is not that of probabilities.
    """
    array = np.asarray(values)
    if array.ndim not in (1, 2, 3) or 0 in array.shape[1:]:
        raise ValueError(
            f"{where} has a target of shape {array.shape}; expected (n_rows,), (n_rows, n_targets), or (n_rows, n_steps, n_targets) for each step"
        )
    if n_steps := n_steps_of(array):
        of_step = [""] if array.shape[2] == 1 else [f"_{number}" for number in range(array.shape[2])]
        columns = [f"step_{step}{target}" for step in range(1, n_steps + 1) for target in of_step]
        return pd.DataFrame(array.reshape(len(array), -1), columns=columns)
    if array.ndim == 1 or array.shape[1] == 1:
        return pd.Series(array.ravel(), name=name)
    if task != "probabilities" and np.isin(array, (0, 1)).all() and (array.sum(axis=1) == 1).all():
        raise ValueError(
            f"{where} has a one-hot target of shape {array.shape}; expected class numbers (n_rows,): give target.argmax(axis=1), "
            'or task = "probabilities"'
        )
    names = values.columns if isinstance(values, pd.DataFrame) else [f"{name}_{number}" for number in range(array.shape[1])]
    return pd.DataFrame(array, columns=[str(column) for column in names])


def n_steps_of(values: Any) -> int:
    """Return the number of steps that a target array has values for; 0 for a target of rows."""
    shape: tuple[int, ...] = np.shape(values)
    return shape[1] if len(shape) == len(("rows", "steps", "targets")) else 0


def tasks_of_array(target: pd.Series | pd.DataFrame, task: str, n_steps: int) -> str | dict[str, str]:
    """Return the task of a target as `tasks_of`; of columns of steps the same for all: the given one, or that of all their values together.

    Args:
        target: As `as_columns` returns it.
        task: The task of each, or "auto".
        n_steps: As `n_steps_of` returns it.
    """
    if not n_steps:
        return tasks_of(target, task)
    found = infer_task(pd.Series(target.to_numpy().ravel())) if task == "auto" else task
    return {str(column): found for column in target}
