"""The socket of training: one trial in, its result out."""

from typing import Protocol

from ..data.arrays import TrainingArrays
from ..experiment.file import Experiment
from ..trial import Assignment, Report, TrialResult


class TrainTrial(Protocol):
    """Trains one trial. `search.training.run.train_trial` is the one that executors call."""

    def __call__(self, experiment: Experiment, assignment: Assignment, arrays: TrainingArrays, report: Report) -> TrialResult:
        """Build, train, measure, and keep the model if it is good enough.

        Args:
            experiment: The experiment, for the builder's reference, the objective and the trainer.
            assignment: The trial.
            arrays: The data.
            report: Called after each epoch in order; where it answers False training ends as PRUNED.

        Returns:
            The result. A trial that cannot be built or trained is FAILED with its reason; nothing is raised for it.
        """
        ...
