"""Limits on kernels, by name and bounds."""

from typing import Literal, get_args

import keras

Constraint = Literal["none", "max_norm", "min_max_norm", "non_neg", "unit_norm"]
"""Keras' names, and "none"."""

CONSTRAINTS = get_args(Constraint)
"""Every name that `kernel_constraint` takes."""


def kernel_constraint(name: str, min_norm: float = 0.0, max_norm: float = 2.0, n_input_axes: int = 1) -> keras.constraints.Constraint | None:
    """Return a limit that is put on a kernel after each step, on the weights into each unit.

    Args:
        name: One of `CONSTRAINTS`.
        min_norm: The smallest length for min_max_norm, at least 0. Defaults to 0.
        max_norm: The largest length for max_norm and min_max_norm, above min_norm. Defaults to 2, as in Keras.
        n_input_axes: Axes of the kernel before that of its units: 3 for a convolution of images. Defaults to 1, for dense layers.

    Returns:
        The constraint; None for "none".

    Raises:
        ValueError: If the name is not known or the bounds are the wrong way round.
    """
    if name not in CONSTRAINTS:
        raise ValueError(f'constraint="{name}" is not known; use one of {", ".join(CONSTRAINTS)}')
    if not 0 <= min_norm < max_norm:
        raise ValueError(f"min_norm={min_norm} and max_norm={max_norm} are no range; expected at least 0, and max_norm above min_norm")
    if name == "none":
        return None
    config = {"max_norm": {"max_value": max_norm}, "min_max_norm": {"min_value": min_norm, "max_value": max_norm}}.get(name, {})
    axes = {} if name == "non_neg" or n_input_axes == 1 else {"axis": list(range(n_input_axes))}
    return keras.constraints.get({"class_name": name, "config": config | axes})
