"""Trains any Keras model on TensorFlow or JAX, a whole epoch per call: data stay on the device, steps are compiled.

On small data nearly all of `fit`'s time is Python between the steps. It computes what `keras_fit` computes, and calls
callbacks as `fit` does but for batches, of which it knows nothing.
"""

from collections.abc import Sequence
from typing import Any

import keras

from ..errors import TrialError
from ..trial import Assignment
from .program import Program
from .programs import Programs
from .progress import Progress
from .steering import steered


def train(
    model: Any, programs: Programs, assignment: Assignment, progress: Progress, callbacks: Sequence[Any] = (), *, is_exact: bool = False
) -> str:
    """Train a model in place until ``progress`` or a callback says that it is enough.

    Args:
        model: A Keras model as it was built.
        programs: The programs of the experiment.
        assignment: The trial, for its seed and settings.
        progress: Told after each epoch.
        callbacks: The user's; none of them needs batches. Defaults to none.
        is_exact: Whether the model that is trained must have the layers of the trial's. Defaults to False.

    Returns:
        The name of the program: ``compiled`` or ``elastic``.
    """
    program = programs.begin(model, assignment, is_exact=is_exact)
    try:
        _run(program, assignment, progress, callbacks)
    except TrialError:
        raise
    except Exception:  # out of memory, or a layer that cannot be compiled: the next trial begins without it
        programs.give_up(program)
        raise
    if program.model is not model:
        model.set_weights(program.model.get_weights())
    return program.name


def _run(program: Program, assignment: Assignment, progress: Progress, callbacks: Sequence[Any]) -> None:
    model, epochs = program.model, assignment.training.epochs
    calls = keras.callbacks.CallbackList(steered(progress, callbacks), model=model, verbose=0, epochs=epochs, steps=program.n_steps(assignment))
    model.stop_training = False
    calls.on_train_begin()
    logs: dict[str, float] = {}
    for epoch in range(epochs):
        calls.on_epoch_begin(epoch)
        training, validation = program.run_epoch(assignment, epoch + 1)
        calls.on_test_begin()  # TensorBoard's, which only writes here what validation has given
        calls.on_test_end(validation)
        logs = training | {f"val_{name}": value for name, value in validation.items()}
        calls.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    calls.on_train_end(logs)
