"""Trains by the method ``fit`` of a hypermodel of Keras Tuner, which calls the model's `fit` in its own way, or has a loop of its own.

It is called as Keras Tuner calls it. A callback records its epochs, and ends it if the trial is pruned or past its time limit.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import keras

from ..errors import TrialError
from ..experiment.references import resolve
from ..experiment.settings import TrainingSettings
from .base import TrialRun
from .context import TrainingContext
from .fit_arguments import FitArguments, fit_arguments
from .loop.fit_recorder import FitRecorder
from .model.hyperparameters import check_asked, new_hyperparameters, own_fit_of
from .model.preparation import encoded_parts, make_ready
from .model_trainer import KerasModelTrainer


class OwnFitTrainer(KerasModelTrainer):
    """Trains by a hypermodel's ``fit``; a trial that is tried again begins anew."""

    def _fit(self, model: Any, run: TrialRun) -> None:
        experiment, assignment = run.context.experiment, run.assignment
        limit = assignment.training.epochs if assignment.is_limited else None
        recorder = FitRecorder(model, run.progress, assignment.training, limit=limit, compared=experiment.compared_metrics)
        fit, arguments = prepare_fit(model, run.context, assignment.training, [*run.callbacks, recorder])
        hp = new_hyperparameters(assignment.model_arguments)
        with silent(), recorder.recording():
            returned = fit(hp, model, *arguments.positional, **arguments.named)
            check_asked(hp, assignment.model_arguments)
            run.progress.check_time()
            recorder.add(returned)
        if recorder.best_weights is not None:  # later epochs, callbacks and what follows in fit() may have changed them
            model.set_weights(recorder.best_weights)


def prepare_fit(model: Any, context: TrainingContext, settings: TrainingSettings, callbacks: list[Any]) -> tuple[Any, FitArguments]:
    """Return the method ``fit`` and its arguments; a model that its builder has not compiled is compiled by the training settings.

    Args:
        model: A Keras model.
        context: The experiment and its arrays.
        settings: The training settings.
        callbacks: The callbacks.

    Raises:
        TrialError: If there is no such method, or it cannot be called so.
    """
    experiment = context.experiment
    fit = own_fit_of(resolve(experiment.model))
    if fit is None:
        raise TrialError("has no fit() of its own; leave own_fit out of [space]")
    parts = (encoded_parts if model.compiled else make_ready)(model, context, settings)
    return fit, fit_arguments(fit, parts, settings, experiment.space.own_fit or (), callbacks)


@contextlib.contextmanager
def silent() -> Iterator[None]:
    """Show no progress bars of Keras during a block."""
    was_shown = keras.utils.is_interactive_logging_enabled()
    keras.utils.disable_interactive_logging()
    try:
        yield
    finally:
        if was_shown:
            keras.utils.enable_interactive_logging()
