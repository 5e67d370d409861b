"""The interface of trainers: one built model in, trained in place."""

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
from .model.probabilities import with_probabilities
from .model.rates import scheduled_rate
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
        stage: The stage of fine-tuning that is trained; see `search.training.model_trainer`. Defaults to 0.
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
    stage: int = 0
    state: list[Array] | None = None

    def use_settings_of(self, model: Any) -> None:
        """Train with the settings that count for a model that was built, which may be those of its own ``compile()``."""
        settings = settings_of(model, self.context, self.assignment.training)
        self.assignment = replace(self.assignment, training=settings)
        self.progress.use(settings, scheduled_rate(settings, self.context.n_steps(settings)))

    def begin(self, trainer: Checkpointable) -> bool:
        """Start a trainer's optimizer from the state that is given, if one is, or continue from the checkpoint of a killed attempt.

        A later stage of fine-tuning begins with a new optimizer, and with the epochs so far.

        Returns:
            Whether the stage has epochs left: the trial may have been paused after its last one.
        """
        if not self.progress.history:
            if self.stage == 0:
                start_optimizer(trainer, self.context, self.assignment.training)
            self.progress.resume(trainer)
        return self.progress.stage == self.stage

    def measure(self, model: Any) -> None:
        """Measure what a model costs that has all its variables, in the first execution of a trial, whose network the others have too.

        A trial that was within the limits before it was killed is trained on, however long its predictions take now.
        """
        experiment, checkpoint = self.context.experiment, self.assignment.checkpoint_path
        if self.assignment.execution == 0 and experiment.costs:
            self.costs = measure_costs(
                with_probabilities(model, self.context, self.assignment.training), self.context.arrays.x_validation, experiment.costs
            )
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
        """Restore the weights of the trial's value, and the optimizer's state if it is kept; what else a model was compiled with is not saved."""
        ...
