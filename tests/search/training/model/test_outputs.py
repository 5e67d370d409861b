"""Losses and output shapes are checked against the target."""

from typing import get_args

import pytest

from search.errors import TrialError
from search.experiment.settings import Loss
from search.training.metrics import make_heads
from search.training.model.outputs import check_losses, check_shape
from tests.search.training.conftest import make_experiment

REGRESSIONS = {"mean_squared_error", "mean_absolute_error", "mean_absolute_percentage_error", "mean_squared_logarithmic_error"} | {
    *("root_mean_squared_error", "huber", "log_cosh", "poisson")
}
TWO_CLASSES = REGRESSIONS - {"mean_absolute_percentage_error"} | {
    *("binary_crossentropy", "binary_focal_crossentropy", "hinge", "squared_hinge", "dice", "tversky")
}


def check(loss, task, n_units):
    experiment = make_experiment(space={"training": {"loss": loss}})
    check_losses(experiment, make_heads(experiment, task)[""], n_units)


def is_accepted(loss, task, n_units):
    try:
        check(loss, task, n_units)
    except TrialError:
        return False
    return True


@pytest.mark.parametrize(
    ("task", "n_units", "accepted"),
    [
        ("regression", 1, REGRESSIONS),
        ("binary", 1, TWO_CLASSES),
        ("binary", 2, set(get_args(Loss)) - {"mean_absolute_percentage_error"}),
        ("multiclass", 3, set(get_args(Loss)) - {"mean_absolute_percentage_error"}),
    ],
)
def test_only_losses_that_do_not_fit_the_target_are_refused(task, n_units, accepted):
    assert {loss for loss in get_args(Loss) if is_accepted(loss, task, n_units)} == accepted
    check("auto", task, n_units)


@pytest.mark.parametrize(
    ("loss", "task", "message"),
    [
        (
            "categorical_crossentropy",
            "binary",
            'space.training.loss = "categorical_crossentropy" compares several units of an output, but the model\'s has one, for a binary target; '
            'use "binary_crossentropy", or "auto"',
        ),
        (
            "hinge",
            "regression",
            'space.training.loss = "hinge" is for classes, but the target is a regression\'s; use "mean_squared_error", or "auto"',
        ),
    ],
)
def test_the_usual_loss_is_named(loss, task, message):
    with pytest.raises(TrialError) as caught:
        check(loss, task, 1)
    assert str(caught.value) == message


def test_every_choice_of_a_searched_loss_is_checked():
    with pytest.raises(TrialError, match=r'space\.training\.loss = "hinge"'):
        check({"type": "categorical", "choices": ["huber", "hinge"]}, "regression", 1)


def test_a_loss_of_an_output_takes_precedence():
    experiment = make_experiment(outputs={"main": {"loss": "huber"}, "aux": {"loss": "poisson"}}, space={"training": {"loss": "hinge"}})
    heads = make_heads(experiment, {"main": "regression", "aux": "regression"})
    check_losses(experiment, heads["main"], 1, "main")
    only = make_experiment(outputs={"main": {"loss": "dice"}})
    with pytest.raises(TrialError, match=r'outputs\.main\.loss = "dice" is for classes'):
        check_losses(only, make_heads(only, "regression")[""], 1)


@pytest.mark.parametrize(
    ("shape", "task", "n_outputs"), [((4, 1), "regression", 1), ((4, 1), "binary", 1), ((4, 2), "binary", 1), ((4, 3), "multiclass", 3)]
)
def test_the_shapes_that_targets_need_are_accepted(shape, task, n_outputs):
    check_shape(shape, task, (n_outputs,))
    with pytest.raises(TrialError, match=rf'the model\'s output "main" has the shape \(n_rows, 7\), but the {task} target needs'):
        check_shape((4, 7), task, (n_outputs,), "main")
