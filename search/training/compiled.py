"""Trains any Keras model on the TensorFlow backend, a whole epoch per call: data stay on the device, steps are compiled.

On small data nearly all of `fit`'s time is Python between the steps. It computes what `keras_fit` computes.
"""

from typing import Any

import tensorflow as tf

from ..arrays import Tree
from ..trial import Assignment
from .epoch_program import build_epoch_program
from .order import epoch_order
from .progress import Progress
from .sizes import evaluation_batch_size, n_rows


def train(model: Any, data: tuple[Tree, Tree, Tree, Tree], assignment: Assignment, progress: Progress) -> None:
    """Train a compiled model in place until ``progress`` says that it is enough.

    Args:
        model: A compiled Keras model, with all variables of its metrics and optimizer built.
        data: x_train, y_train, x_validation and y_validation, as in `TrainingArrays`.
        assignment: The trial, for its seed and settings.
        progress: Told after each epoch.
    """
    x_train, y_train, x_validation, y_validation = tf.nest.map_structure(tf.convert_to_tensor, data)
    program = build_epoch_program(model, assignment.training.batch_size, evaluation_batch_size(data[2]))
    names = list(model.get_metrics_result())
    names += [f"val_{name}" for name in names]
    goes_on = True
    while goes_on:
        model.optimizer.learning_rate = progress.learning_rate
        order = tf.constant(epoch_order(assignment.seed, progress.epoch, n_rows(data[0])))
        numbers = program((x_train, y_train), (x_validation, y_validation), order).numpy()
        goes_on = progress.end_epoch(dict(zip(names, numbers.tolist(), strict=True)), model.get_weights)
