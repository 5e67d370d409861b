"""Shared by the trainers of Keras models: costs, the stages of fine-tuning, and what is saved."""

from abc import ABC, abstractmethod
from typing import Any

from ..seeds import execution_seed
from .base import TrialRun
from .model.building import build_model
from .model.initial import unfreeze
from .model.preparation import call_once, make_ready
from .model.state import ModelState


class KerasModelTrainer(ABC):
    """Shared by the trainers of Keras models."""

    def train(self, model: Any, run: TrialRun) -> None:
        """Train a Keras model; see `Trainer.train`."""
        if not model.built:
            call_once(model, run.context, run.assignment.training)
        run.n_parameters = model.count_params()
        run.measure(model)
        if run.is_beyond_limits:
            return
        if run.progress.is_staged:
            self._fit_in_stages(model, run)
        else:
            self._fit(model, run)

    def _fit_in_stages(self, model: Any, run: TrialRun) -> None:
        """Train a model that has frozen layers, some of which are unfrozen later.

        Compiled programs belong to models, and what a compiled model trains cannot change. So each stage has a model of its own, which starts
        from the weights of the one before; the trial's model gets the last weights.
        """
        progress, previous, run.stage = run.progress, model, run.progress.first_stage
        while True:
            staged = _build(run)
            staged.set_weights(previous.get_weights())
            run.state = None
            self._fit(staged, run)
            if progress.keeps_state and run.state is None:
                run.state = ModelState(staged).get_state()
            previous = staged
            if not progress.goes_on or progress.stage == run.stage:  # a callback has ended the stage, and with it the trial
                break
            run.stage = progress.stage
        unfreeze(model, run.context, progress.stage_of(progress.value_epoch))  # that of the weights which are saved
        model.set_weights(previous.get_weights())

    @abstractmethod
    def _fit(self, model: Any, run: TrialRun) -> None:
        """Train a model that has all its variables until its stage or the trial ends."""

    def prepare_to_save(self, model: Any, run: TrialRun) -> None:
        """Restore; see `Trainer.prepare_to_save`."""
        if run.progress.weights_to_restore is not None:
            model.set_weights(run.progress.weights_to_restore)
        if run.progress.keeps_state and not (model.compiled and model.optimizer.built):  # a builder's own compile() builds none
            make_ready(model, run.context, run.assignment.training)
        if (state := run.progress.state_to_restore or run.state) is not None:
            ModelState(model).set_state(state)


def _build(run: TrialRun) -> Any:
    """Build the trial's model with what is trained in a stage; dropout draws other numbers in each."""
    assignment = run.assignment
    model = build_model(run.context, assignment.model_arguments, execution_seed(assignment.seed, run.stage), assignment.training.precision)
    unfreeze(model, run.context, run.stage)
    return model
