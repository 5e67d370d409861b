"""The interface of trainers: one built model in, trained in place."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from ..data.arrays import Array
from ..trial import Assignment
from .context import TrainingContext
from .costs import measure_costs
from .loop.checkpoints import Checkpointable
from .loop.progress import Progress
from .model.compiled_settings import settings_of
from .model.preparation import call_once, make_ready
from .model.rates import scheduled_rate
from .model.state import ModelState
from .optimizer_state import start_optimizer


@dataclass
class TrialRun:
    """One trial while it is trained; what its result needs is recorded here as soon as it is known.

    Attributes:
        context: The experiment and its arrays.
        assignment: The trial.
        progress: Records the trial's epochs.
        callbacks: The user's callbacks. Defaults to none.
        device: Name of the device. Defaults to empty.
        trainer: Name of the trainer. Defaults to empty.
        n_parameters: Number of the model's parameters; 0 until it is known.
        costs: What the trained model costs, as far as it is asked for. Defaults to nothing.
        model_path: Path of the saved model; None if it is not saved.
        is_beyond_limits: Whether it is not trained because its model costs too much. Defaults to False.
        state: The state after the last epoch of a model that was not trained itself; None unless it is to be saved. Defaults to None.
    """

    context: TrainingContext
    assignment: Assignment
    progress: Progress
    callbacks: Sequence[Any] = ()
    device: str = ""
    trainer: str = ""
    n_parameters: int = 0
    costs: Mapping[str, float] = field(default_factory=dict)
    model_path: str | None = None
    is_beyond_limits: bool = False
    state: list[Array] | None = None

    def use_settings_of(self, model: Any) -> None:
        """Train with the settings that count for a model that was built, which may be those of its own ``compile()``."""
        settings = settings_of(model, self.context, self.assignment.training)
        self.assignment = replace(self.assignment, training=settings)
        self.progress.use(settings, scheduled_rate(settings, self.context.n_steps(settings)))

    def begin(self, trainer: Checkpointable) -> None:
        """Start a trainer's optimizer from the state that is given, if one is, or continue from the checkpoint of a killed attempt."""
        start_optimizer(trainer, self.context, self.assignment.training)
        self.progress.resume(trainer)

    def measure(self, model: Any) -> None:
        """Measure what a model costs that has all its variables, in the first execution of a trial, whose network the others have too.

        A trial that was within the limits before it was killed is trained on, however long its predictions take now.
        """
        experiment, checkpoint = self.context.experiment, self.assignment.checkpoint_path
        if self.assignment.execution == 0 and experiment.costs:
            self.costs = measure_costs(model, self.context.arrays.x_validation, experiment.costs)
            known = {**self.costs, "n_parameters": self.n_parameters}
            is_begun = bool(checkpoint) and Path(checkpoint).exists()
            self.is_beyond_limits = self.assignment.obeys_limits and not is_begun and bool(experiment.beyond_limits(known))


class Trainer(Protocol):
    """Trains built models in one way."""

    def train(self, model: Any, run: TrialRun) -> None:
        """Train a model in place until ``run.progress`` or a callback ends the trial.

        Args:
            model: A model as it was built.
            run: The trial; ``trainer`` and ``n_parameters`` are set here. If a killed attempt left a checkpoint, training
                continues from there.

        Raises:
            Exception: What a layer or the device raises.
        """
        ...

    def prepare_to_save(self, model: Any, run: TrialRun) -> None:
        """Restore the weights of the trial's value, with the optimizer's state if it is kept, and compile a model that was not trained itself."""
        ...


class KerasModelTrainer(ABC):
    """Shared by the trainers of Keras models."""

    def train(self, model: Any, run: TrialRun) -> None:
        """Train a Keras model; see `Trainer.train`."""
        if not model.built:
            call_once(model, run.context, run.assignment.training)
        run.n_parameters = model.count_params()
        run.measure(model)
        if not run.is_beyond_limits:
            self._fit(model, run)

    @abstractmethod
    def _fit(self, model: Any, run: TrialRun) -> None:
        """Train a model that has all its variables."""

    def prepare_to_save(self, model: Any, run: TrialRun) -> None:
        """Restore and compile; see `Trainer.prepare_to_save`."""
        if run.progress.weights_to_restore is not None:
            model.set_weights(run.progress.weights_to_restore)
        if not model.compiled:
            make_ready(model, run.context, run.assignment.training)
        if (state := run.progress.state_to_restore or run.state) is not None:
            ModelState(model).set_state(state)
