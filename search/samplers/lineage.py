"""What a trial of a population continues: the trial before, from its checkpoint."""

from dataclasses import asdict, dataclass
from typing import Any

from optuna.trial import FrozenTrial

_ATTRIBUTE = "lineage"
"""Optuna's attribute of a trial with its lineage."""


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """The place of a trial in a population: it trains some epochs of a training, the earlier ones of which other trials have trained.

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


def lineage_of(trial: FrozenTrial) -> Lineage | None:
    """Read the lineage of a trial; None if it is of no population."""
    written = trial.system_attrs.get(_ATTRIBUTE)
    return None if written is None else Lineage(**written)


def n_inherited_epochs(trial: FrozenTrial) -> int:
    """Return the number of epochs of a trial's curve that other trials have trained."""
    lineage = lineage_of(trial)
    return lineage.first_epoch - 1 if lineage else 0


def to_attributes(lineage: Lineage) -> dict[str, Any]:
    """Return Optuna's attributes of a trial that has a lineage."""
    return {_ATTRIBUTE: asdict(lineage)}
