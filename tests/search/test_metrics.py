"""The metrics of each task."""

import pytest

from search.errors import ExperimentError
from search.experiment import ObjectiveSection
from search.metrics import METRICS, check_objective, metric_names


def objective(metric, metrics=()):
    return ObjectiveSection(metric=metric, direction="maximize", metrics=list(metrics))


@pytest.mark.parametrize("task", METRICS)
def test_every_metric_of_a_task_can_be_its_objective(task):
    for name in ("loss", *METRICS[task]):
        check_objective(objective(f"val_{name}"), task)


@pytest.mark.parametrize(
    ("metric", "metrics", "task", "message"),
    [
        ("val_acuracy", [], "binary", 'objective.metric = "val_acuracy": the task "binary" has no such metric; did you mean "val_accuracy"?'),
        ("val_accuracy", [], "regression", 'the task "regression" has no such metric; '),
        ("val_loss", ["preciscion"], "binary", 'the task "binary" has no metric "preciscion"; did you mean "precision"?'),
    ],
)
def test_a_metric_that_the_task_has_not_is_refused_with_the_nearest(metric, metrics, task, message):
    with pytest.raises(ExperimentError) as caught:
        check_objective(objective(metric, metrics), task)
    assert message in str(caught.value)
    assert "loss" in str(caught.value)


@pytest.mark.parametrize(
    ("metric", "metrics", "task", "expected"),
    [
        ("val_loss", [], "binary", ["accuracy"]),
        ("val_auc", ["precision", "auc"], "binary", ["accuracy", "auc", "precision"]),
        ("val_accuracy", [], "multiclass", ["accuracy"]),
        ("val_mae", [], "regression", ["mae"]),
        ("val_r2", ["mae", "mean_absolute_error"], "regression", ["mean_absolute_error", "r2", "mae"]),
    ],
)
def test_each_metric_is_computed_once(metric, metrics, task, expected):
    assert metric_names(objective(metric, metrics), task) == expected
