"""The metrics of each task, and which of them can be the objective."""

import pytest

from search.errors import ExperimentError
from search.experiment.file import ObjectiveSection, OutputSection, parse_experiment
from search.training.metrics import METRICS, Head, check_metrics, logged_names, make_heads, metric_names

SMALLER_IS_BETTER = ("loss", "error", "crossentropy", "divergence", "mae", "mse", "rmse")


def objective(metric, metrics=(), direction=None):
    right = "minimize" if metric.endswith(SMALLER_IS_BETTER) else "maximize"
    return ObjectiveSection(metric=metric, direction=direction or right, metrics=list(metrics))


def check_objective(of, task, outputs=None):
    content = {"name": "small", "model": "mlp", "data": {"loader": "diabetes"}, "objective": of.model_dump()}
    check_metrics(
        parse_experiment(content | {"outputs": {name: section.model_dump() for name, section in (outputs or {}).items()}}, "small.toml"), task
    )


@pytest.mark.parametrize("task", METRICS)
def test_every_metric_of_a_task_can_be_its_objective_in_one_direction(task):
    for name in ("loss", *METRICS[task]):
        right = objective(f"val_{name}")
        check_objective(right, task)
        wrong = "minimize" if right.direction == "maximize" else "maximize"
        with pytest.raises(ExperimentError, match=f'write direction = "{right.direction}"'):
            check_objective(objective(f"val_{name}", direction=wrong), task)


@pytest.mark.parametrize(
    ("metric", "direction", "message"),
    [
        ("val_aux_auc", "minimize", 'objective.direction = "minimize", but val_aux_auc is better the larger it is; write direction = "maximize"'),
        (
            "val_main_loss",
            "maximize",
            'objective.direction = "maximize", but val_main_loss is better the smaller it is; write direction = "minimize"',
        ),
        ("val_main_r2", "minimize", "val_main_r2 is better the larger it is"),
    ],
)
def test_the_direction_of_one_outputs_metric_is_checked_too(metric, direction, message):
    with pytest.raises(ExperimentError) as caught:
        check_objective(objective(metric, direction=direction), TASKS, OUTPUTS)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("metric", "metrics", "task", "message"),
    [
        ("val_acuracy", [], "binary", 'objective.metric = "val_acuracy": the task "binary" has no such metric; did you mean "val_accuracy"?'),
        ("val_accuracy", [], "regression", 'the task "regression" has no such metric; '),
        ("val_loss", ["preciscion"], "binary", 'the task "binary" has no metric "preciscion"; did you mean "precision"?'),
    ],
)
def test_a_metric_that_the_task_lacks_is_refused_with_the_nearest(metric, metrics, task, message):
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
    assert metric_names([metric.removeprefix("val_"), *metrics], task) == expected


TASKS = {"main": "regression", "aux": "binary"}
OUTPUTS = {"main": OutputSection(weight=0.9, metrics=["rmse", "loss"]), "aux": OutputSection(loss="hinge", weight=0.1)}


def experiment(metric, metrics=(), outputs=OUTPUTS):
    content = {
        "name": "small",
        "model": "models.wide_and_deep:build_wide_and_deep_two_inputs",
        "data": {"loader": "experiments.datasets:diabetes"},
        "outputs": {name: section.model_dump() for name, section in outputs.items()},
        "objective": {"metric": metric, "direction": "minimize", "metrics": list(metrics)},
    }
    return parse_experiment(content, "small.toml")


@pytest.mark.parametrize("metric", ["val_loss", "val_main_loss", "val_aux_loss", "val_main_rmse", "val_aux_auc"])
def test_the_objective_may_name_the_sum_of_losses_or_a_metric_of_one_output(metric):
    check_objective(objective(metric), TASKS, OUTPUTS)


@pytest.mark.parametrize(
    ("metric", "metrics", "outputs", "message"),
    [
        ("val_mian_loss", [], OUTPUTS, 'objective.metric = "val_mian_loss": the outputs have no such metric; did you mean "val_main_loss"?'),
        ("val_main_accuracy", [], OUTPUTS, "the outputs have no such metric"),
        ("val_accuracy", [], OUTPUTS, 'did you mean "val_aux_accuracy"?'),
        ("val_loss", ["aux_recal"], OUTPUTS, 'objective.metrics: the outputs have no metric "aux_recal"; did you mean "aux_recall"?'),
        (
            "val_loss",
            [],
            {"main": OutputSection(metrics=["auc"]), "aux": OutputSection()},
            'outputs.main.metrics: the task "regression" has no metric "auc"',
        ),
    ],
)
def test_a_metric_that_no_output_has_is_refused_with_the_nearest(metric, metrics, outputs, message):
    with pytest.raises(ExperimentError) as caught:
        check_objective(objective(metric, metrics), TASKS, outputs)
    assert message in str(caught.value)


def test_each_output_has_its_loss_its_weight_and_its_metrics():
    heads = make_heads(experiment("val_main_r2", ["aux_auc"]), TASKS)
    assert heads == {
        "main": Head(task="regression", weight=0.9, metrics=("mean_absolute_error", "r2", "rmse")),
        "aux": Head(task="binary", loss="hinge", weight=0.1, metrics=("accuracy", "auc")),
    }
    assert logged_names(experiment("val_main_r2", ["aux_auc"]), TASKS) == [
        *("loss", "main_loss", "aux_loss", "main_mean_absolute_error", "main_r2", "main_rmse", "aux_accuracy", "aux_auc"),
    ]


def test_an_only_output_has_no_name_in_its_metrics():
    only = {"main": OutputSection(loss="hinge", metrics=["auc"])}
    check_objective(objective("val_auc"), "binary", only)
    assert make_heads(experiment("val_loss", outputs=only), "binary") == {"": Head(task="binary", loss="hinge", metrics=("accuracy", "auc"))}
    assert logged_names(experiment("val_loss", outputs=only), "binary") == ["loss", "accuracy", "auc"]
    with pytest.raises(ExperimentError, match=r"outputs\.main\.metrics"):
        check_objective(objective("val_loss"), "binary", {"main": OutputSection(metrics=["mae"])})
