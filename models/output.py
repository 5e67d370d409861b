"""The last layer, which follows from the task."""

from typing import Any, Literal

import keras

TASKS = ("binary", "multiclass", "regression")

BinaryOutput = Literal["sigmoid", "softmax"]
"""For two classes: one sigmoid unit, or a softmax over two units."""


def output_layer(task: str, n_outputs: int = 1, binary_output: str = "sigmoid", **options: Any) -> keras.layers.Dense:
    """Return the output layer of a task.

    Args:
        task: "binary" (one sigmoid unit: the probability of the second class), "multiclass" (a softmax over the
            classes) or "regression" (linear units).
        n_outputs: Number of units: 1 for binary, the number of classes for multiclass. Defaults to 1.
        binary_output: "softmax" gives a binary task two units, the probabilities of both classes. Defaults to "sigmoid".
        **options: Further arguments of `keras.layers.Dense`.

    Returns:
        A layer named ``output``; its output is ``(batch, n_outputs)``, or ``(batch, 2)``.

    Raises:
        ValueError: If the task is not known or has another number of outputs.
    """
    if task not in TASKS:
        raise ValueError(f'task="{task}" is not known; use one of {", ".join(TASKS)}')
    if binary_output not in ("sigmoid", "softmax"):
        raise ValueError(f'binary_output="{binary_output}" is not known; use "sigmoid" or "softmax"')
    if task == "binary" and n_outputs != 1:
        raise ValueError(f"n_outputs={n_outputs} does not go with a binary task; expected 1, or the task multiclass for a softmax")
    if task == "multiclass" and n_outputs < 2:
        raise ValueError(f"n_outputs={n_outputs} does not go with a multiclass task; expected the number of classes, at least 2")
    if n_outputs < 1:
        raise ValueError(f"n_outputs={n_outputs} is too small; expected at least 1")
    if task == "binary" and binary_output == "softmax":
        return keras.layers.Dense(2, activation="softmax", **{"name": "output", **options})
    activation = {"binary": "sigmoid", "multiclass": "softmax", "regression": "linear"}[task]
    return keras.layers.Dense(n_outputs, activation=activation, **{"name": "output", **options})
