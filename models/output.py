"""The last layer, which follows from the task."""

from typing import Any, Literal, get_args

import keras

TASKS = ("binary", "multiclass", "regression", "multilabel", "probabilities")

BinaryOutput = Literal["sigmoid", "softmax"]
"""For two classes: one sigmoid unit, or a softmax over two units."""

OutputActivation = Literal["linear", "relu", "softplus", "sigmoid", "tanh"]
"""For a regression: any number, numbers of at least 0 (relu and softplus), of 0 to 1, or of -1 to 1.

All but linear need a target in its own units, and within these bounds: ``target = "none"`` in the experiment's ``[preprocessing]``.
"""

OUTPUT_ACTIVATIONS = get_args(OutputActivation)
"""Every activation of a regression's output that `output_layer` takes."""


def output_layer(
    task: str, n_outputs: int = 1, binary_output: str = "sigmoid", *, output_activation: str = "linear", **options: Any
) -> keras.layers.Dense:
    """Return the output layer of a task.

    Args:
        task: "binary" (one sigmoid unit: the probability of the second class), "multiclass" (a softmax over the
            classes), "regression" (units of ``output_activation``), "multilabel" (a sigmoid unit for each label) or "probabilities" (a softmax).
        n_outputs: Number of units: 1 for binary, else the number of classes, numbers or labels. Defaults to 1.
        binary_output: "softmax" gives a binary task two units, the probabilities of both classes. Defaults to "sigmoid".
        output_activation: Of a regression, one of `OUTPUT_ACTIVATIONS`. Defaults to "linear".
        **options: Further arguments of `keras.layers.Dense`.

    Returns:
        A layer named ``output``; its output is ``(batch, n_outputs)``, or ``(batch, 2)``.

    Raises:
        ValueError: If the task is not known, or has another number of outputs or another activation.
    """
    if task not in TASKS:
        raise ValueError(f'task="{task}" is not known; use one of {", ".join(TASKS)}')
    if binary_output not in ("sigmoid", "softmax"):
        raise ValueError(f'binary_output="{binary_output}" is not known; use "sigmoid" or "softmax"')
    if output_activation not in OUTPUT_ACTIVATIONS:
        raise ValueError(f'output_activation="{output_activation}" is not known; use one of {", ".join(OUTPUT_ACTIVATIONS)}')
    if output_activation != "linear" and task != "regression":
        raise ValueError(f'output_activation="{output_activation}" is for a regression, but the task is {task}; leave it out')
    if task == "binary" and n_outputs != 1:
        raise ValueError(f"n_outputs={n_outputs} does not go with a binary task; expected 1, or the task multiclass for a softmax")
    if task in ("multiclass", "probabilities") and n_outputs < 2:
        raise ValueError(f"n_outputs={n_outputs} does not go with the task {task}; expected the number of classes, at least 2")
    if n_outputs < 1:
        raise ValueError(f"n_outputs={n_outputs} is too small; expected at least 1")
    if task == "binary" and binary_output == "softmax":
        return keras.layers.Dense(2, activation="softmax", **{"name": "output", **options})
    activation = {"multiclass": "softmax", "probabilities": "softmax", "regression": output_activation}.get(task, "sigmoid")
    return keras.layers.Dense(n_outputs, activation=activation, **{"name": "output", **options})
