"""The positive class of a binary target: which metrics are about it, and whether they are defined for some rows."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the commands import this file before they need NumPy
    import numpy as np

OF_POSITIVE = frozenset({"auc", "pr_auc", "precision", "recall", "f1_score"})
"""Metrics of the positive class."""


def of_positive(metric: str, positive: Mapping[str, str]) -> str | None:
    """Return the positive class that a metric is about.

    Args:
        metric: A logged name, with or without ``val_`` or ``test_``, and with the output's name if there are several.
        positive: The positive class of each binary target, by output name.

    Returns:
        The class; None for a metric that is not about one class.
    """
    classes = {f"{output}_{name}" if output else name: chosen for output, chosen in positive.items() for name in OF_POSITIVE}
    return classes.get(metric.removeprefix("val_").removeprefix("test_"))


def with_class(metric: str, positive: Mapping[str, str]) -> str:
    """Return a metric's name with the positive class that it is about, such as ``val_f1_score of "fraud"``; see `of_positive`."""
    chosen = of_positive(metric, positive)
    return metric if chosen is None else f'{metric} of "{chosen}"'


def is_defined(metric: str, target: "np.ndarray", n_classes: int = 2) -> bool:
    """Return whether a metric is defined for some rows.

    Args:
        metric: The metric of a target of classes, without the output's name.
        target: 1 for the positive class, else 0, ``(n_rows,)``; of several classes their numbers.
        n_classes: Number of classes. Defaults to 2.

    Returns:
        For auc and pr_auc, whether all classes occur; for precision, recall and f1_score, whether the positive class does; for
        any other metric True.
    """
    if metric not in OF_POSITIVE:
        return True
    if n_classes > 2:
        return len(set(target.ravel().tolist())) == n_classes
    n_positive = int((target != 0).sum())
    return 0 < n_positive < len(target) if metric in ("auc", "pr_auc") else n_positive > 0


def why_undefined(metric: str) -> str:
    """Return why a metric has no number on the test part.

    Args:
        metric: The metric's name, with or without that of the output.
    """
    if any(metric == name or metric.endswith(f"_{name}") for name in OF_POSITIVE):
        return "not defined: one class in the test part"
    is_r2 = metric.endswith(("r2", "r2_score"))
    return "not defined: one value of the target in the test part" if is_r2 else "not defined: no finite number"
