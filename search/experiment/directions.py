"""Whether a metric is to be maximized or minimized, by its name."""

from typing import Literal

Direction = Literal["minimize", "maximize"]

OF_CLASSES = ("f1_macro", "precision_macro", "recall_macro", "balanced_accuracy", "matthews_corrcoef", "cohen_kappa")
"""Metrics of all classes alike, binary or several."""
LARGER_IS_BETTER = frozenset(
    {
        *("accuracy", "top_k_categorical_accuracy", "auc", "pr_auc", "precision", "recall", "f1_score", *OF_CLASSES),
        *("r2_score", "r2"),
    }
)
"""Metrics to maximize; losses and errors are to be minimized."""


def direction_of(metric: str) -> Direction:
    """Return the direction of a metric by the name that Keras logs, such as ``val_loss`` or ``val_main_accuracy``."""
    return "maximize" if any(metric.endswith(f"_{name}") for name in LARGER_IS_BETTER) else "minimize"
