"""Which metrics each task has, by Keras' log names, and whether an objective asks for one of them.

It knows names only and imports no Keras; `search.training.compiling` turns the names into Keras' objects.

| task | metrics | at every trial |
|---|---|---|
| binary | loss, accuracy, auc, pr_auc, precision, recall, f1_score, binary_crossentropy | loss, accuracy |
| multiclass | loss, accuracy, top_k_categorical_accuracy (k = 5), categorical_crossentropy | loss, accuracy |
| regression | loss, mean_absolute_error or mae, mean_squared_error or mse, root_mean_squared_error or rmse, mean_absolute_percentage_error, \
mean_squared_logarithmic_error, r2_score or r2 | loss, mean_absolute_error |

The loss includes the regularisation of the layers, as in Keras; the crossentropies here do not.
"""

from collections.abc import Mapping

from .arrays import Task
from .errors import ExperimentError, nearest
from .experiment import ObjectiveSection

METRICS: Mapping[Task, tuple[str, ...]] = {
    "binary": ("accuracy", "auc", "pr_auc", "precision", "recall", "f1_score", "binary_crossentropy"),
    "multiclass": ("accuracy", "top_k_categorical_accuracy", "categorical_crossentropy"),
    "regression": (
        *("mean_absolute_error", "mean_squared_error", "root_mean_squared_error", "r2_score"),
        *("mean_absolute_percentage_error", "mean_squared_logarithmic_error", "mae", "mse", "rmse", "r2"),
    ),
}
"""The metrics of each task beside ``loss``; the first one is computed at every trial."""

SHORT_NAMES: Mapping[str, str] = {
    "mae": "mean_absolute_error",
    "mse": "mean_squared_error",
    "rmse": "root_mean_squared_error",
    "r2": "r2_score",
}
"""Short names and what they stand for. A metric is logged by the name that was asked for."""


def metric_names(objective: ObjectiveSection, task: Task) -> list[str]:
    """List the metrics to compute beside the loss: the task's usual one, the objective's, then the further ones.

    Args:
        objective: The objective, as `check_objective` accepts it.
        task: What the target is.

    Returns:
        Names without ``val_`` and without ``loss``, no metric twice. A usual metric gives way to its short name.
    """
    asked = [name for name in (objective.metric.removeprefix("val_"), *objective.metrics) if name != "loss"]
    meant = {SHORT_NAMES.get(name, name) for name in asked}
    usual = [name for name in METRICS[task][:1] if name not in meant or name in asked]
    return list(dict.fromkeys([*usual, *asked]))


def check_objective(objective: ObjectiveSection, task: Task) -> None:
    """Check that the task has the objective's metric and the further ones.

    Args:
        objective: The objective.
        task: What the target is.

    Raises:
        ExperimentError: With the task's metrics and the nearest one, if it has not.
    """
    valid = ("loss", *METRICS[task])
    if objective.metric.removeprefix("val_") not in valid:
        choices = nearest(objective.metric, [f"val_{name}" for name in valid])
        raise ExperimentError(f'objective.metric = "{objective.metric}": the task "{task}" has no such metric; {choices}')
    for name in objective.metrics:
        if name not in valid:
            raise ExperimentError(f'objective.metrics: the task "{task}" has no metric "{name}"; {nearest(name, valid)}')
