"""Trains any Keras model on TensorFlow or JAX, whole epochs per call: data stay on the device, steps are compiled.

On small data nearly all of `fit`'s time is Python between the steps. It computes what `keras_fit` computes, and calls
callbacks as `fit` does but for batches, of which it knows nothing. Where nobody needs to look between them, several
epochs are one call: as many as early stopping and the schedule cannot change any more.
"""

from collections.abc import Sequence
from typing import Any

import keras

from ..errors import TrialError
from ..trial import Assignment
from .compiled.program import Epoch, Program
from .loop.epoch_callbacks import progress_callbacks
from .loop.progress import Progress
from .program_cache import Programs
from .vectorized.slots import Slot


def train(
    model: Any, programs: Programs, assignment: Assignment, progress: Progress, callbacks: Sequence[Any] = (), *, is_exact: bool = False
) -> str:
    """Train a model in place until ``progress`` or a callback says that it is enough.

    Args:
        model: A Keras model as it was built.
        programs: The programs of the experiment.
        assignment: The trial, for its seed and settings.
        progress: Told after each epoch. Where a killed attempt has left a checkpoint, training goes on from there.
        callbacks: The user's; none of them needs batches. Defaults to none.
        is_exact: Whether the model that is trained must have the layers of the trial's. Defaults to False.

    Returns:
        The name of the program: ``compiled``, ``elastic``, ``population`` or ``streamed``.
    """
    program = programs.begin(model, assignment, is_exact=is_exact)
    try:
        if callbacks and isinstance(program, Program):  # they see the model, so it has one
            _run_with(callbacks, program, assignment, progress)
        else:
            _run(program, assignment, progress)
        if program.model is not model:
            model.set_weights(program.get_weights())
    except TrialError:
        raise
    except Exception:  # out of memory, or a layer that cannot be compiled: the next trial begins without it
        programs.give_up(program)
        raise
    finally:
        programs.end(program)
    return program.name


def _run(program: Program | Slot, assignment: Assignment, progress: Progress) -> None:
    progress.resume(program)
    while True:
        rates = progress.learning_rates(min(progress.n_certain, program.n_at_once))
        for epoch in program.run_epochs(assignment, progress.epoch, rates):
            if not progress.end_epoch(_logs(epoch), epoch.copy_weights):
                return
        progress.between_epochs(program)


def _run_with(callbacks: Sequence[Any], program: Program, assignment: Assignment, progress: Progress) -> None:
    model, epochs = program.model, assignment.training.epochs
    calls = keras.callbacks.CallbackList(
        progress_callbacks(progress, callbacks), model=model, verbose=0, epochs=epochs, steps=program.n_steps(assignment)
    )
    model.stop_training = False
    calls.on_train_begin()
    logs: dict[str, float] = {}
    for number in range(epochs):
        calls.on_epoch_begin(number)
        rate = float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))  # a callback may have changed it
        (epoch,) = program.run_epochs(assignment, number + 1, [rate])
        calls.on_test_begin()  # TensorBoard's, which only writes here what validation has given
        calls.on_test_end(epoch.validation)
        logs = _logs(epoch)
        calls.on_epoch_end(number, logs)
        if model.stop_training:
            break
        progress.between_epochs(program)
    calls.on_train_end(logs)


def _logs(epoch: Epoch) -> dict[str, float]:
    return epoch.training | {f"val_{name}": value for name, value in epoch.validation.items()}
