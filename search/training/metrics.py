"""Lists the metrics of each task by Keras' log names, and checks an objective against them.

This module knows names only and imports no Keras; `search.training.model.compiling` creates Keras' metrics from the names.

| task | metrics | at every trial |
|---|---|---|
| binary | loss, accuracy, auc, pr_auc, precision, recall, f1_score, binary_crossentropy, and those of `class_metrics` | loss, accuracy |
| multilabel | loss, accuracy, auc, pr_auc, precision, recall, f1_score, binary_crossentropy, over all labels | loss, accuracy |
| multiclass | loss, accuracy, top_k_categorical_accuracy (k = 5), categorical_crossentropy, auc, and those of `class_metrics` | loss, accuracy |
| probabilities | loss, accuracy of the most probable classes, top_k_categorical_accuracy, categorical_crossentropy, kl_divergence, \
mean_absolute_error, mean_squared_error, root_mean_squared_error | loss, accuracy |
| regression | loss, mean_absolute_error or mae, mean_squared_error or mse, root_mean_squared_error or rmse, mean_absolute_percentage_error, \
mean_squared_logarithmic_error, r2_score or r2 | loss, mean_absolute_error |

With several outputs, ``loss`` is the weighted sum of their losses, and metrics of one output start with its name:
``main_loss``, ``main_mean_absolute_error``. The loss includes the regularisation of the layers, as in Keras; the crossentropies here do not.

Precision, recall, F1 score, AUC and PR-AUC are those of the positive class; the AUC of several classes is the mean of each against all
others. The AUCs of each epoch are Keras', from 200 thresholds; those of
the champion on the test part are exact, by scikit-learn. The loss of a regression is that of the scaled target (``[preprocessing] target``);
its other metrics are in the target's own units. Metrics by reference have the names of `ObjectSection.name`, and any direction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ..data.arrays import Task, Tasks
from ..data.scaling import Scaling
from ..errors import ExperimentError, nearest
from ..experiment.directions import LARGER_IS_BETTER
from ..experiment.file import Experiment, ObjectiveSection, OutputSection
from ..experiment.objectives import COSTS
from ..experiment.objects import ObjectSection, names_of
from ..experiment.references import resolve
from .class_metrics import CLASS_METRICS

_OF_LABELS = ("accuracy", "auc", "pr_auc", "precision", "recall", "f1_score", "binary_crossentropy")

METRICS: Mapping[Task, tuple[str, ...]] = {
    "binary": (*_OF_LABELS, *CLASS_METRICS),
    "multilabel": _OF_LABELS,
    "multiclass": ("accuracy", "top_k_categorical_accuracy", "categorical_crossentropy", "auc", *CLASS_METRICS),
    "probabilities": (
        *("accuracy", "categorical_crossentropy", "kl_divergence", "top_k_categorical_accuracy"),
        *("mean_absolute_error", "mean_squared_error", "root_mean_squared_error", "mae", "mse", "rmse"),
    ),
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
        loss: Keras' name of the loss, or an object by reference; "auto" uses the training settings. Defaults to "auto".
        weight: Weight of the loss in the sum. Defaults to 1.
        metrics: Names of the metrics besides the loss, without the output's name. Defaults to none.
        own: Those of the metrics that are objects by reference, by name. Defaults to none.
        scaling: The scaling of the target, which the metrics undo. Defaults to None.
        from_logits: Whether the output is logits, which metrics get as probabilities. Defaults to False.
    """

    task: Task
    loss: str | ObjectSection = "auto"
    weight: float = 1.0
    metrics: tuple[str, ...] = ()
    own: Mapping[str, ObjectSection] = field(default_factory=dict)
    scaling: Scaling | None = None
    from_logits: bool = False


class _Output(NamedTuple):
    """An output with its section, and its metrics by reference, by name."""

    name: str
    task: Task
    section: OutputSection
    own: Mapping[str, ObjectSection]

    @property
    def valid(self) -> tuple[str, ...]:
        """Names of its metrics besides the loss."""
        return (*METRICS[self.task], *self.own)


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
    for output in _outputs(experiment, task):
        name, section = output.name, output.section
        metrics = tuple(metric_names(experiment.metrics, output.task, name, names_of(section.metrics), tuple(output.own)))
        given = {"loss": section.loss, "weight": section.weight, "scaling": (scalings or {}).get(name)}
        heads[name] = Head(task=output.task, metrics=metrics, own=output.own, **given)
    return heads


def logged_names(experiment: Experiment, task: Tasks) -> list[str]:
    """Return the names that Keras logs at every epoch, without ``val_``, the loss first."""
    heads = make_heads(experiment, task)
    losses = [f"{name}_loss" for name in heads if name]
    return ["loss", *losses, *(_full(name, metric) for name, head in heads.items() for metric in head.metrics)]


def metric_names(metrics: Sequence[str], task: Task, output: str = "", further: Sequence[str] = (), own: Sequence[str] = ()) -> list[str]:
    """Return the metrics of an output besides the loss: the task's usual one, those of the experiment, then further ones.

    Args:
        metrics: `Experiment.metrics`, accepted by `check_metrics`.
        task: Task of the target.
        output: Name of the output. Defaults to ``""``, a single output.
        further: More metrics of this output. Defaults to none.
        own: Names of its metrics by reference. Defaults to none.

    Returns:
        Names without ``val_``, without the output's name and without ``loss``, each metric once. If the experiment uses a
        short name, it replaces the full name.
    """
    names_here = {_full(output, name): name for name in (*METRICS[task], *own)}
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
    outputs = _outputs(experiment, task)
    _check_own(experiment, outputs)
    valid, lacks = _valid(outputs), _lacks(task)
    names = [f"val_{name}" for name in valid]
    is_own = experiment.space.own_fit is not None  # which logs or returns what it likes
    for objective in experiment.objectives:
        if objective.metric not in COSTS and not (is_own and objective.metric not in names):
            _check_objective(objective, valid, lacks, own=list(_own(outputs)))
    for output in outputs:
        for name in names_of(output.section.metrics):
            if name not in ("loss", *output.valid):
                key = output.name or next(iter(experiment.outputs))
                choices = nearest(name, ("loss", *output.valid))
                raise ExperimentError(f'outputs.{key}.metrics: the task "{output.task}" has no metric "{name}"; {choices}')
    for name in experiment.limits:
        if name not in (*COSTS, *names) and not is_own:
            raise ExperimentError(f"limits.{name}: {lacks} such metric; {nearest(name, [*COSTS, *names])}")


def _check_objective(objective: ObjectiveSection, valid: Mapping[str, str], lacks: str, *, own: Sequence[str]) -> None:
    """Check that the tasks have the objective's metrics, and that the direction fits the metric.

    Args:
        objective: The objective.
        valid: What `_valid` returned.
        lacks: Start of a message that there is none.
        own: Full names of the metrics by reference, which have any direction.

    Raises:
        ExperimentError: If a metric does not exist, with the valid and the nearest names; or if the direction is wrong.
    """
    name = objective.metric.removeprefix("val_")
    if name not in valid:
        choices = nearest(objective.metric, [f"val_{name}" for name in valid])
        raise ExperimentError(f'objective.metric = "{objective.metric}": {lacks} such metric; {choices}')
    if name not in own:
        _check_direction(objective, valid[name])
    for name in names_of(objective.metrics):
        if name not in valid:
            raise ExperimentError(f'objective.metrics: {lacks} metric "{name}"; {nearest(name, valid)}')


def _check_own(experiment: Experiment, outputs: Sequence[_Output]) -> None:
    """Check that it is clear which output each metric by reference is of, that its name is its own, and whether it is to be maximized."""
    asked = [metric for objective in experiment.objectives for metric in objective.metrics if isinstance(metric, ObjectSection)]
    if asked and len(outputs) > 1:
        raise ExperimentError(f"objective.metrics: which output {asked[0]} is of cannot be told; write it in metrics of [outputs.{outputs[0].name}]")
    for output in outputs:
        given = [metric for metric in (*asked, *output.section.metrics) if isinstance(metric, ObjectSection)]
        for metric in given:
            if metric.name in ("loss", *METRICS[output.task]) or output.own[metric.name] != metric:
                how = "give it another one in compile()" if metric.is_of_compile else f'write {{ use = "{metric.use}", name = "..." }}'
                raise ExperimentError(f'the metric {metric} is named "{metric.name}", as another metric is; {how}')
            if not metric.name.isidentifier():
                raise ExperimentError(f'the metric {metric} is named "{metric.name}"; expected letters, digits and "_"')
    directed = {objective.metric for objective in experiment.objectives}
    for key, names in (("limits", [*experiment.limits]), ("champion.by", [experiment.champion.by or ""])):
        for name in names:
            if name not in directed and name.removeprefix("val_") in _own(outputs):
                own = _own(outputs)[name.removeprefix("val_")]
                if not own.is_of_compile:
                    resolve(own.use)  # a module that is missing is the first error
                raise ExperimentError(
                    f"{key}: whether {name} is to be maximized cannot be told; write an [[objective]] of it with its direction, beside the first one"
                )


def check_ranking(experiment: Experiment, task: Tasks) -> None:
    """Check that each trial has the metric that decides which one is the best.

    Args:
        experiment: The experiment, accepted by `check_metrics`.
        task: Task of the target, by output name if there are several.

    Raises:
        ExperimentError: If trials do not have it.
    """
    metric, names = experiment.ranked_by.metric, [f"val_{name}" for name in logged_names(experiment, task)]
    if metric not in names and experiment.space.own_fit is None:
        raise ExperimentError(
            f'champion.by = "{metric}": trials have no such metric; {nearest(metric, names)}; objective.metrics adds further metrics of the task'
        )


def _valid(outputs: Sequence[_Output]) -> dict[str, str]:
    """Return the metrics of all outputs by the names that Keras logs, without ``val_``."""
    return {"loss": "loss"} | {_full(output.name, metric): metric for output in outputs for metric in ("loss", *output.valid)}


def _own(outputs: Sequence[_Output]) -> dict[str, ObjectSection]:
    """Return the metrics by reference by the names that Keras logs them by."""
    return {_full(output.name, name): metric for output in outputs for name, metric in output.own.items()}


def _lacks(task: Tasks) -> str:
    return f'the task "{task}" has no' if isinstance(task, str) else "the outputs have no"


def _check_direction(objective: ObjectiveSection, metric: str) -> None:
    size, direction = ("larger", "maximize") if metric in LARGER_IS_BETTER else ("smaller", "minimize")
    if objective.direction != direction:
        raise ExperimentError(
            f'objective.direction = "{objective.direction}", but {objective.metric} is better the {size} it is; write direction = "{direction}"'
        )


def _outputs(experiment: Experiment, task: Tasks) -> list[_Output]:
    """Return each output; a single output is named ``""`` whatever its section is called."""
    sections = experiment.outputs
    if isinstance(task, str):
        section = next(iter(sections.values()), OutputSection())
        asked = [metric for objective in experiment.objectives for metric in objective.metrics]
        return [_Output("", task, section, _objects([*asked, *section.metrics]))]
    found = [(name, of, sections.get(name, OutputSection())) for name, of in task.items()]
    return [_Output(name, of, section, _objects(section.metrics)) for name, of, section in found]


def _objects(metrics: Sequence[str | ObjectSection]) -> dict[str, ObjectSection]:
    return {metric.name: metric for metric in metrics if isinstance(metric, ObjectSection)}


def _full(output: str, metric: str) -> str:
    """Return the name by which Keras logs a metric of an output."""
    return f"{output}_{metric}" if output else metric
