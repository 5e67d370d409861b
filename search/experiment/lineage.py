"""The place of a trial in a training of which other trials train other epochs, with other settings."""

from dataclasses import dataclass
from typing import NamedTuple

from .settings import TrainingSettings


class Interval(NamedTuple):
    """Some epochs of a training with settings of their own, from the end of the interval before.

    Attributes:
        training: All training settings.
        last_epoch: The last epoch, from 1.
    """

    training: TrainingSettings
    last_epoch: int


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """The place of a trial of a population: it trains some epochs of a training, the earlier ones of which other trials have trained.

    Attributes:
        generation: Number of the interval of epochs, from 0.
        member: Number of the member of the population, from 0.
        parent: Number of the trial that it continues; None in the first generation.
        seed: Seed of the whole training, that of the first trial.
        first_epoch: The first epoch that it trains, from 1.
        last_epoch: The last one.
    """

    generation: int
    member: int
    parent: int | None
    seed: int
    first_epoch: int
    last_epoch: int
