"""Builds and trains the models of an experiment; Keras is imported by the first call and not before."""

from contextlib import AbstractContextManager
from typing import final

from ..experiment.file import Experiment
from ..training.context import TrainingContext
from ..trial import Assignment, Report, TrialResult
from .base import Load


@final
class ModelJob:
    """Trains models; see `search.jobs.base.Job`.

    Args:
        experiment: The experiment.
    """

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._contexts: list[TrainingContext] = []

    def prepare(self, memory_fraction: float | None) -> None:
        """Import the backend."""
        from ..training.device import limit_memory

        if memory_fraction is not None:
            limit_memory(memory_fraction)

    def check(self, load: Load) -> tuple[str, ...]:
        """Load the arrays and check the builder against them."""
        from ..training.preflight import check_builder

        self._contexts = [TrainingContext(self._experiment, arrays) for arrays in load()]
        return check_builder(self._contexts[0])

    @property
    def capacity(self) -> int:
        """Number of trials that are trained at once."""
        from ..training.run import choose_capacity

        return choose_capacity(self._contexts[0])

    @property
    def device_bytes(self) -> int:
        """GPU memory that this process may take."""
        from ..training.device import total_bytes

        return total_bytes()

    @property
    def peak_bytes(self) -> int:
        """Largest GPU memory that this process has allocated so far."""
        from ..training.device import peak_bytes

        return peak_bytes()

    def trial(self) -> AbstractContextManager[None]:
        """Let this thread train during a block."""
        from ..training.vectorized.lockstep import LOCKSTEP

        return LOCKSTEP.trial()

    def train(self, assignment: Assignment, report: Report, *, raises: bool = False) -> TrialResult:
        """Train all executions of a trial."""
        from ..training.executions import train_executions
        from ..training.run import train_or_raise, train_trial

        return train_executions(self._contexts, assignment, report, train_or_raise if raises else train_trial)
