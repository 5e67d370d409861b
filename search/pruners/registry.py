"""The pruners by name, and their construction from an experiment's ``[search]``."""

from collections.abc import Callable, Mapping
from typing import Any

from optuna.pruners import BasePruner

from ..errors import ExperimentError, nearest
from ..experiment.construction import construct, construct_reference
from ..experiment.file import SearchSection
from . import optuna_pruners

_BUILDERS: dict[str, Callable[..., BasePruner]] = {
    "none": optuna_pruners.none,
    "median": optuna_pruners.median,
    "percentile": optuna_pruners.percentile,
    "halving": optuna_pruners.halving,
    "asha": optuna_pruners.asha,
    "hyperband": optuna_pruners.hyperband,
    "patient": optuna_pruners.patient,
}
NAMES = tuple(_BUILDERS)
_WHERE = "[search.pruner_options]"


def make_pruner(name: str, options: Mapping[str, Any], n_epochs: int) -> BasePruner:
    """Make a pruner.

    Args:
        name: Its name or reference, as `Experiment.pruner` has it.
        options: Its further arguments, ``[search.pruner_options]``.
        n_epochs: The largest number of epochs of a trial; 0 if nobody knows it.

    Returns:
        The pruner, for values reported at epochs from 1. A pruner by reference gets ``n_epochs`` if its signature has it.

    Raises:
        ExperimentError: If the pruner or an option is unknown, or an option is invalid.
        UnknownReferenceError: If the reference does not import.
    """
    provided = {"n_epochs": n_epochs}
    if ":" in name:
        made: BasePruner = construct_reference(name, BasePruner, options, provided, _WHERE)
        return made
    if name not in _BUILDERS:
        raise ExperimentError(f'There is no pruner "{name}"; {nearest(name, ["auto", *NAMES])}, or a "module:Class"')
    return construct(_BUILDERS[name], options, provided, _WHERE)


def pruner_notes(search: SearchSection, n_epochs: int) -> list[str]:
    """Return the options by which nothing is ever pruned, one sentence each.

    Args:
        search: The experiment's ``[search]``.
        n_epochs: The largest number of epochs of the space.
    """
    if search.pruner == "asha" and n_epochs == 1:
        return ['pruner "asha" pauses no trial: each has a single epoch']
    last_rung = n_epochs - 1 if search.pruner == "asha" else n_epochs  # nothing is paused at its end
    first = {"min_epochs": last_rung, "n_warmup_epochs": n_epochs - 1}  # the largest value that leaves an epoch at which to prune
    late = [name for name in first if name in search.pruner_options and search.pruner_options[name] > first[name]]
    return [
        f"search.pruner_options.{name} = {search.pruner_options[name]}: trials have at most {n_epochs} epochs, so that nothing is pruned; "
        f"write at most {first[name]}"
        for name in late
    ]
