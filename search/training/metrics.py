"""Lists the metrics of each task by Keras' log names, and checks an objective against them.

This module knows names only and imports no Keras; `search.training.model.compiling` creates Keras' metrics from the names.

| task | metrics | at every trial |
|---|---|---|
| binary | loss, accuracy, auc, pr_auc, precision, recall, f1_score, binary_crossentropy | loss, accuracy |
| multilabel | as binary, over all labels | loss, accuracy |
| multiclass | loss, accuracy, top_k_categorical_accuracy (k = 5), categorical_crossentropy | loss, accuracy |
| regression | loss, mean_absolute_error or mae, mean_squared_error or mse, root_mean_squared_error or rmse, mean_absolute_percentage_error, \
mean_squared_logarithmic_error, r2_score or r2 | loss, mean_absolute_error |

With several outputs, ``loss`` is the weighted sum of their losses, and metrics of one output start with its name:
``main_loss``, ``main_mean_absolute_error``. The loss includes the regularisation of the layers, as in Keras; the crossentropies here do not.

Precision, recall, F1 score, AUC and PR-AUC are those of the positive class. The AUCs of each epoch are Keras', from 200 thresholds; those of
the champion on the test part are exact, by scikit-learn. The loss of a regression is that of the scaled target (``[preprocessing] target``);
its other metrics are in the target's own units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..data.arrays import Task, Tasks
from ..data.scaling import Scaling
from ..errors import ExperimentError, nearest
from ..experiment.directions import LARGER_IS_BETTER
from ..experiment.file import Experiment, ObjectiveSection, OutputSection
from ..experiment.objectives import COSTS

_OF_BINARY = ("accuracy", "auc", "pr_auc", "precision", "recall", "f1_score", "binary_crossentropy")

METRICS: Mapping[Task, tuple[str, ...]] = {
    "binary": _OF_BINARY,
    "multilabel": _OF_BINARY,
    "multiclass": ("accuracy", "top_k_categorical_accuracy", "categorical_crossentropy"),
    "regression": (
        *("mean_absolute_error", "mean_squared_error", "root_mean_squared_error", "r2_score"),
        *("mean_absolute_percentage_error", "mean_squared_logarithmic_error", "mae", "mse", "rmse", "r2"),
    ),
}
"""The metrics of each task besides ``loss``; the first one is computed in every trial."""

SHORT_NAMES: Mapping[str, str] = {
    "mae": "mean_absolute_error",
    "mse": "mean_squared_error",
    "rmse": "root_mean_squared_error",
    "r2": "r2_score",
}
"""Short names with the full names. A metric is logged by the name that the experiment uses."""


@dataclass(frozen=True, kw_only=True)
class Head:
    """Task, loss and metrics of one output of a model.

    Attributes:
        task: Task of the output's target.
        loss: Keras' name of the loss; "auto" uses the training settings. Defaults to "auto".
        weight: Weight of the loss in the sum. Defaults to 1.
        metrics: Names of the metrics besides the loss, without the output's name. Defaults to none.
        scaling: The scaling of the target, which the metrics undo. Defaults to None.
    """

    task: Task
    loss: str = "auto"
    weight: float = 1.0
    metrics: tuple[str, ...] = ()
    scaling: Scaling | None = None


def make_heads(experiment: Experiment, task: Tasks, scalings: Mapping[str, Scaling] | None = None) -> dict[str, Head]:
    """Return the head of each output.

    Args:
        experiment: The experiment, accepted by `check_metrics`.
        task: Task of the target, by output name if there are several.
        scalings: The scaling of each scaled target, by output name. Defaults to none.

    Returns:
        Heads by output name; a single output is named ``""``.
    """
    heads = {}
    for name, of, section in _sections(experiment.outputs, task):
        metrics = tuple(metric_names(experiment.metrics, of, name, section.metrics))
        heads[name] = Head(task=of, loss=section.loss, weight=section.weight, metrics=metrics, scaling=(scalings or {}).get(name))
    return heads


def logged_names(experiment: Experiment, task: Tasks) -> list[str]:
    """Return the names that Keras logs at every epoch, without ``val_``, the loss first."""
    heads = make_heads(experiment, task)
    losses = [f"{name}_loss" for name in heads if name]
    return ["loss", *losses, *(_full(name, metric) for name, head in heads.items() for metric in head.metrics)]


def metric_names(metrics: Sequence[str], task: Task, output: str = "", further: Sequence[str] = ()) -> list[str]:
    """Return the metrics of an output besides the loss: the task's usual one, those of the experiment, then further ones.

    Args:
        metrics: `Experiment.metrics`, accepted by `check_metrics`.
        task: Task of the target.
        output: Name of the output. Defaults to ``""``, a single output.
        further: More metrics of this output. Defaults to none.

    Returns:
        Names without ``val_``, without the output's name and without ``loss``, each metric once. If the experiment uses a
        short name, it replaces the full name.
    """
    names_here = {_full(output, name): name for name in METRICS[task]}
    asked = [names_here[name] for name in metrics if name in names_here]
    asked += [name for name in further if name != "loss"]
    meant = {SHORT_NAMES.get(name, name) for name in asked}
    usual = [name for name in METRICS[task][:1] if name not in meant or name in asked]
    return list(dict.fromkeys([*usual, *asked]))


def check_metrics(experiment: Experiment, task: Tasks) -> None:
    """Check that the tasks have all metrics of an experiment, and that directions fit them.

    Args:
        experiment: The experiment.
        task: Task of the target, by output name if there are several.

    Raises:
        ExperimentError: As `check_objective`, for each objective; or if there is no metric that a limit is about.
    """
    for objective in experiment.objectives:
        if objective.metric not in COSTS:
            check_objective(objective, task, experiment.outputs)
    valid = [f"val_{name}" for name in _valid(experiment.outputs, task)]
    for name in experiment.limits:
        if name not in (*COSTS, *valid):
            raise ExperimentError(f"limits.{name}: {_lacks(task)} such metric; {nearest(name, [*COSTS, *valid])}")


def check_objective(objective: ObjectiveSection, task: Tasks, outputs: Mapping[str, OutputSection] | None = None) -> None:
    """Check that the tasks have the objective's metrics, and that the direction fits the metric.

    Args:
        objective: The objective.
        task: Task of the target, by output name if there are several.
        outputs: ``[outputs]`` of the experiment. Defaults to one output of the only target.

    Raises:
        ExperimentError: If a metric does not exist, with the valid and the nearest names; or if the direction is wrong.
    """
    sections, valid, lacks = _sections(outputs or {}, task), _valid(outputs or {}, task), _lacks(task)
    if objective.metric.removeprefix("val_") not in valid:
        choices = nearest(objective.metric, [f"val_{name}" for name in valid])
        raise ExperimentError(f'objective.metric = "{objective.metric}": {lacks} such metric; {choices}')
    _check_direction(objective, valid[objective.metric.removeprefix("val_")])
    for name in objective.metrics:
        if name not in valid:
            raise ExperimentError(f'objective.metrics: {lacks} metric "{name}"; {nearest(name, valid)}')
    for output, (_, of, section) in zip(outputs or (), sections, strict=False):
        for name in section.metrics:
            if name not in ("loss", *METRICS[of]):
                raise ExperimentError(f'outputs.{output}.metrics: the task "{of}" has no metric "{name}"; {nearest(name, ("loss", *METRICS[of]))}')


def check_ranking(experiment: Experiment, task: Tasks) -> None:
    """Check that each trial has the metric that decides which one is the best.

    Args:
        experiment: The experiment, accepted by `check_metrics`.
        task: Task of the target, by output name if there are several.

    Raises:
        ExperimentError: If trials do not have it.
    """
    metric, names = experiment.ranked_by.metric, [f"val_{name}" for name in logged_names(experiment, task)]
    if metric not in names:
        raise ExperimentError(
            f'champion.by = "{metric}": trials have no such metric; {nearest(metric, names)}; objective.metrics adds further metrics of the task'
        )


def _valid(outputs: Mapping[str, OutputSection], task: Tasks) -> dict[str, str]:
    """Return the metrics of all outputs by the names that Keras logs, without ``val_``."""
    return {"loss": "loss"} | {_full(name, metric): metric for name, of, _ in _sections(outputs, task) for metric in ("loss", *METRICS[of])}


def _lacks(task: Tasks) -> str:
    return f'the task "{task}" has no' if isinstance(task, str) else "the outputs have no"


def _check_direction(objective: ObjectiveSection, metric: str) -> None:
    size, direction = ("larger", "maximize") if metric in LARGER_IS_BETTER else ("smaller", "minimize")
    if objective.direction != direction:
        raise ExperimentError(
            f'objective.direction = "{objective.direction}", but {objective.metric} is better the {size} it is; write direction = "{direction}"'
        )


def _sections(outputs: Mapping[str, OutputSection], task: Tasks) -> list[tuple[str, Task, OutputSection]]:
    """Return each output's name, task and section; a single output is named ``""`` whatever its section is called."""
    if isinstance(task, str):
        return [("", task, next(iter(outputs.values()), OutputSection()))]
    return [(name, of, outputs.get(name, OutputSection())) for name, of in task.items()]


def _full(output: str, metric: str) -> str:
    """Return the name by which Keras logs a metric of an output."""
    return f"{output}_{metric}" if output else metric
