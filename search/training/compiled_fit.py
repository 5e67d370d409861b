"""Trains any Keras model on TensorFlow or JAX, whole epochs per call: data stay on the device, steps are compiled.

On small data nearly all of `fit`'s time is Python between the steps. This trainer computes what `keras_fit` computes, and
calls callbacks as `fit` does, except at batches. Several epochs are one call if neither early stopping nor the schedule nor a
pruner can change anything between them.
"""

from typing import Any

import keras

from ..errors import TrialError
from .base import TrialRun
from .compiled.program import Epoch, EpochRunner
from .loop.epoch_callbacks import progress_callbacks
from .model_trainer import KerasModelTrainer
from .program_cache import programs_of


class CompiledTrainer(KerasModelTrainer):
    """Trains by a compiled program that trials share, or in a slot of a population.

    The trainer's name in the result is that of the program: ``compiled``, ``elastic``, ``population`` or ``streamed``.
    """

    def _fit(self, model: Any, run: TrialRun) -> None:
        runner = _acquire(model, run)
        try:
            if run.callbacks:
                _run_with_callbacks(runner, run)
            else:
                _run(runner, run)
            if runner.model is not model:
                model.set_weights(runner.get_weights())
                run.state = runner.get_state() if run.progress.keeps_state else None
        except TrialError:
            raise
        except Exception:  # out of memory, or a layer that cannot be compiled: the next trial gets another program
            runner.discard()
            raise
        finally:
            runner.release()
        run.trainer = runner.name


def _acquire(model: Any, run: TrialRun) -> EpochRunner:
    programs = programs_of(run.context)
    is_exact = bool(run.callbacks) or run.context.experiment.executor.trainer == "compiled"  # callbacks read the trained model's layers
    return programs.acquire_exact(model, run.assignment) if is_exact else programs.acquire(model, run.assignment)


def _run(runner: EpochRunner, run: TrialRun) -> None:
    if not run.begin(runner):
        return None
    progress = run.progress
    while True:
        rates = progress.learning_rates(min(progress.n_certain, runner.n_at_once))
        for epoch in runner.run_epochs(run.assignment, progress.epoch, rates):
            if not progress.end_epoch(_logs(epoch), runner.get_state if progress.keeps_state else epoch.copy_weights):
                return progress.end(runner)
        progress.between_epochs(runner)


def _run_with_callbacks(runner: EpochRunner, run: TrialRun) -> None:
    run.begin(runner)
    model, assignment, epochs = runner.model, run.assignment, run.assignment.training.epochs
    n_steps = run.context.n_steps(assignment.training)
    called = progress_callbacks(run.progress, run.callbacks, runner)
    callbacks = keras.callbacks.CallbackList(called, model=model, verbose=0, epochs=epochs, steps=n_steps)
    model.stop_training = False
    callbacks.on_train_begin()
    logs: dict[str, float] = {}
    for number in range(len(run.progress.history), epochs):
        callbacks.on_epoch_begin(number)
        rate = float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))  # a callback may have changed it
        (epoch,) = runner.run_epochs(assignment, number + 1, [rate])
        callbacks.on_test_begin()  # for TensorBoard, which writes the results of validation here
        callbacks.on_test_end(epoch.validation)
        logs = _logs(epoch)
        callbacks.on_epoch_end(number, logs)
        if model.stop_training:
            break
        run.progress.between_epochs(runner)
    callbacks.on_train_end(logs)


def _logs(epoch: Epoch) -> dict[str, float]:
    return epoch.training | {f"val_{name}": value for name, value in epoch.validation.items()}
