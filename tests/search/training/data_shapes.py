"""Data with several inputs or outputs, images and sequences, for the tests that compare trainers."""

import math
from dataclasses import replace

import numpy as np

from search.data.arrays import TrainingArrays
from search.data.scaling import Scaling
from tests.search.training.conftest import make_arrays

IMAGES = make_arrays("multiclass", 40, (8, 8, 1))
SEQUENCES = make_arrays("binary", 40, (6, 3))
WORDS = replace(
    SEQUENCES,
    x_train=np.random.default_rng(1).integers(1, 30, (40, 6)).astype("float32") * (np.arange(6) < 4),
    x_validation=np.random.default_rng(2).integers(1, 30, (32, 6)).astype("float32") * (np.arange(6) < 5),
    vocabulary_size=30,
)
"""Numbers of words; those of a row are followed by zeros."""
_UNEQUAL = make_arrays("multiclass", 70)
UNEQUAL = replace(
    _UNEQUAL,
    y_train=np.digitize(_UNEQUAL.x_train[:, :1], [0.5, 1.5]).astype("int32"),
    y_validation=np.digitize(_UNEQUAL.x_validation[:, :1], [0.5, 1.5]).astype("int32"),
)
"""Classes of which one has most rows, and one few."""
TWO_OUTPUTS = {"metric": "val_left_mean_absolute_error", "outputs": {"left": {"weight": 0.75, "metrics": ["r2"]}, "right": {"loss": "hinge"}}}
"""Sections of an experiment for `with_two_outputs`."""


def with_scaled_target(arrays: TrainingArrays, *, log: bool = False) -> TrainingArrays:
    """Scale the target of a regression, as if it were around 50 with a deviation of 10."""
    scaling = Scaling(mean=math.log(50), deviation=0.2, log=True) if log else Scaling(mean=50.0, deviation=10.0)
    return replace(arrays, scalings={"": scaling})


def with_weights(arrays: TrainingArrays) -> TrainingArrays:
    """Give the training rows weights from 0 to 3."""
    return replace(arrays, sample_weight=np.random.default_rng(3).integers(0, 7, len(arrays.x_train)).astype("float32") / 2)


def with_two_inputs(arrays: TrainingArrays) -> TrainingArrays:
    """Split the features into two inputs, left and right."""

    def split(x):
        return {"left": x[:, :2], "right": x[:, 2:]}

    return replace(arrays, x_train=split(arrays.x_train), x_validation=split(arrays.x_validation))


def with_two_outputs(arrays: TrainingArrays) -> TrainingArrays:
    """Add a classification to a regression: whether its target is above 0."""

    def both(y):
        return {"left": y, "right": (y > 0).astype("float32")}

    tasks, n_outputs = {"left": "regression", "right": "binary"}, {"left": 1, "right": 1}
    return replace(arrays, y_train=both(arrays.y_train), y_validation=both(arrays.y_validation), task=tasks, n_outputs=n_outputs)
