"""The objective that is usual for a target, where none is given."""

from ..data.dataset import Dataset

RARE = 0.25
"""A class of a binary target with a smaller part of the rows is rare: predicting the other one is accurate, and says nothing."""


def usual_objective(dataset: Dataset) -> tuple[str, str]:
    """Return the metric and direction of a data set's only target."""
    if dataset.task == "regression":
        return "val_root_mean_squared_error", "minimize"
    is_rare = dataset.task == "binary" and dataset.train.target.value_counts(normalize=True).min() < RARE
    if is_rare and dataset.validation.target.nunique() < 2:
        return "val_loss", "minimize"  # an AUC of one class is not defined
    return "val_auc" if is_rare else "val_accuracy", "maximize"
