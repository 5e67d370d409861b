"""Trains any Keras model on the TensorFlow backend, a whole epoch per call: data stay on the device, steps are compiled.

On small data nearly all of `fit`'s time is Python between the steps. It computes what `keras_fit` computes, and calls
callbacks as `fit` does but for batches, of which it knows nothing.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from ..arrays import Tree
from ..trial import Assignment
from .epoch_program import build_epoch_program
from .order import epoch_order
from .progress import Progress
from .sizes import evaluation_batch_size, n_rows
from .steering import steered


def train(model: Any, data: tuple[Tree, Tree, Tree, Tree], assignment: Assignment, progress: Progress, callbacks: Sequence[Any] = ()) -> None:
    """Train a compiled model in place until ``progress`` or a callback says that it is enough.

    Args:
        model: A compiled Keras model, with all variables of its metrics and optimizer built.
        data: x_train, y_train, x_validation and y_validation, as in `TrainingArrays`.
        assignment: The trial, for its seed and settings.
        progress: Told after each epoch.
        callbacks: The user's; none of them needs batches. Defaults to none.
    """
    x_train, y_train, x_validation, y_validation = tf.nest.map_structure(tf.convert_to_tensor, data)
    batch_size, epochs = assignment.training.batch_size, assignment.training.epochs
    program = build_epoch_program(model, batch_size, evaluation_batch_size(data[2]))
    names = list(model.get_metrics_result())
    n_train = n_rows(data[0])
    calls = keras.callbacks.CallbackList(steered(progress, callbacks), model=model, verbose=0, epochs=epochs, steps=-(-n_train // batch_size))
    model.stop_training = False
    calls.on_train_begin()
    logs: dict[str, float] = {}
    for epoch in range(epochs):
        calls.on_epoch_begin(epoch)
        order = tf.constant(epoch_order(assignment.seed, epoch + 1, n_train))
        numbers = program((x_train, y_train), (x_validation, y_validation), order).numpy().tolist()
        validation = dict(zip(names, numbers[len(names) :], strict=True))
        calls.on_test_begin()  # TensorBoard's, which only writes here what validation has given
        calls.on_test_end(validation)
        logs = dict(zip(names, numbers[: len(names)], strict=True)) | {f"val_{name}": value for name, value in validation.items()}
        calls.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    calls.on_train_end(logs)
