"""Trains one model again by the schedule that a population has found; each interval is a trial that continues the one before."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from optuna.trial import TrialState

from ..experiment.lineage import Lineage
from ..experiment.parameters import Searched, Value
from .interval_sampler import IntervalSampler, Part
from .schedule_file import read_schedule

if TYPE_CHECKING:
    from optuna.study import Study


class ReplaySampler(IntervalSampler):
    """Proposes the intervals of a schedule, one after the other.

    Args:
        parameters: The searched training settings, of which the schedule has all.
        seed: The study's seed; the training has the schedule's.
        n_epochs: Epochs of the whole training.
        schedule: Path of the schedule, a CSV file as a study of sampler "pbt" leaves.

    Raises:
        ExperimentError: If the schedule cannot be used.
    """

    def __init__(self, parameters: Mapping[str, Searched], seed: int, n_epochs: int, *, schedule: str) -> None:
        super().__init__(parameters, seed)
        self._schedule = read_schedule(Path(schedule), self._space, n_epochs)

    @property
    def epochs(self) -> list[int]:
        """Epochs of each interval."""
        return [row.last_epoch - row.first_epoch + 1 for row in self._schedule]

    def propose(self, study: "Study", parts: list[Part], number: int) -> tuple[Lineage, dict[str, Value]] | None:
        """Return the next interval; None if all are trained, or the one before is not."""
        index, last = len(parts), parts[-1].trial if parts else None
        if index == len(self._schedule) or (last and last.state is not TrialState.COMPLETE):
            return None
        row = self._schedule[index]
        epochs = {"first_epoch": row.first_epoch, "last_epoch": row.last_epoch}
        return Lineage(generation=index, member=0, parent=last.number if last else None, seed=row.seed, **epochs), dict(row.params)
