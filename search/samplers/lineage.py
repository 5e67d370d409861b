"""Writes the lineage of a trial into Optuna's trial, and reads it."""

from dataclasses import asdict
from typing import Any

from optuna.trial import FrozenTrial

from ..experiment.lineage import Lineage

_ATTRIBUTE = "lineage"
"""Optuna's attribute of a trial with its lineage."""


def lineage_of(trial: FrozenTrial) -> Lineage | None:
    """Read the lineage of a trial; None if it is a whole training."""
    written = trial.system_attrs.get(_ATTRIBUTE)
    return None if written is None else Lineage(**written)


def n_inherited_epochs(trial: FrozenTrial) -> int:
    """Return the number of epochs of a trial's curve that other trials have trained."""
    lineage = lineage_of(trial)
    return lineage.first_epoch - 1 if lineage else 0


def to_attributes(lineage: Lineage) -> dict[str, Any]:
    """Return Optuna's attributes of a trial that has a lineage."""
    return {_ATTRIBUTE: asdict(lineage)}
