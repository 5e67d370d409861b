"""Optimizers, losses and targets follow from the training settings."""

import inspect
from typing import get_args

import keras
import numpy as np
import pytest

from search.experiment.settings import CONSTANTS, Loss, Optimizer, TrainingSettings
from search.training.metrics import Head
from search.training.model.compiling import build_loss, build_optimizer, encode_targets

MULTICLASS = {"": Head(task="multiclass")}


@pytest.mark.parametrize("name", get_args(Optimizer))
def test_every_optimizer_takes_the_common_settings(name):
    optimizer = build_optimizer(TrainingSettings(optimizer=name, learning_rate=0.25, weight_decay=0.125, clipnorm=2.0))
    assert (type(optimizer).__name__.lower(), optimizer.weight_decay, optimizer.clipnorm) == (name, 0.125, 2.0)
    assert float(optimizer.learning_rate) == 0.25


@pytest.mark.parametrize("name", get_args(Optimizer))
def test_weight_decay_and_clipping_are_off_by_default(name):
    optimizer = build_optimizer(TrainingSettings(optimizer=name))
    assert not optimizer.weight_decay
    assert optimizer.clipnorm is None


def test_sgd_and_rmsprop_get_the_momentum():
    sgd = build_optimizer(TrainingSettings(optimizer="sgd", momentum=0.5, nesterov=True))
    assert (sgd.momentum, sgd.nesterov) == (0.5, True)
    assert build_optimizer(TrainingSettings(optimizer="rmsprop", momentum=0.5)).momentum == 0.5


@pytest.mark.parametrize("name", get_args(Optimizer))
def test_an_optimizer_gets_the_constants_that_it_has(name):
    usual = inspect.signature(type(build_optimizer(TrainingSettings(optimizer=name)))).parameters
    own = {constant: usual[constant].default for constant in CONSTANTS if constant in usual}
    assert own == {constant: defaults[name] for constant, defaults in CONSTANTS.items() if name in defaults}
    given = {"beta_1": 0.5, "beta_2": 0.75, "epsilon": 0.25, "rho": 0.125}
    config = build_optimizer(TrainingSettings(optimizer=name, **given)).get_config()
    assert {constant: config[constant] for constant in own} == {constant: given[constant] for constant in own}


@pytest.mark.parametrize("name", get_args(Loss))
def test_every_loss_is_one_of_keras(name):
    assert callable(keras.losses.get(build_loss(TrainingSettings(loss=name), "binary", 1)))


@pytest.mark.parametrize(
    ("task", "n_units", "expected"),
    [
        ("binary", 1, "binary_crossentropy"),
        ("binary", 2, "sparse_categorical_crossentropy"),
        ("multiclass", 3, "sparse_categorical_crossentropy"),
        ("regression", 1, "mean_squared_error"),
    ],
)
def test_the_loss_follows_from_task_and_output(task, n_units, expected):
    assert build_loss(TrainingSettings(), task, n_units) == expected


def test_the_crossentropy_gets_the_label_smoothing():
    smoothed = TrainingSettings(label_smoothing=0.1)
    assert build_loss(smoothed, "binary", 1).label_smoothing == 0.1
    assert build_loss(smoothed, "multiclass", 3).label_smoothing == 0.1
    np.testing.assert_array_equal(encode_targets(None, np.zeros((1, 3)), smoothed, MULTICLASS, np.array([[1]])), [[0, 1, 0]])


def test_classes_become_columns_for_a_loss_that_is_not_sparse():
    classes, outputs = np.array([[2], [0]], dtype="int32"), np.zeros((2, 3))
    columns = encode_targets(None, outputs, TrainingSettings(loss="categorical_crossentropy"), MULTICLASS, classes)
    np.testing.assert_array_equal(columns, [[0, 0, 1], [1, 0, 0]])
    np.testing.assert_array_equal(encode_targets(None, outputs, TrainingSettings(), MULTICLASS, classes), classes)
