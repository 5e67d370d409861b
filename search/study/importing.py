"""Lets a study learn from trials of other tools: samplers know them, and the best ones are tried first."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import ledger as ledgers
from ..errors import InputError
from ..experiment.file import Experiment
from ..experiment.first_trials import to_params
from ..experiment.parameters import CategoricalParameter, Value
from ..experiment.search_space import SearchSpace
from ..experiment.toml import parse_value
from ..store import Store
from .first_trials import N_BEST, enqueue_params
from .foreign import ForeignTrial, read_foreign

_VALUE = re.compile(r"^(\w+) = \S+ is not")
"""The start of a message about a value, so that equal reasons are counted together."""


@dataclass(frozen=True)
class Import:
    """What was imported.

    Attributes:
        n_known: Trials that samplers know now.
        n_repeated: Those of them that they knew before.
        left_out: Number of trials that are not in the space, by the reason.
        first: Numbers of the trials that try the best ones again here.
    """

    n_known: int
    n_repeated: int
    left_out: Mapping[str, int]
    first: tuple[int, ...]


def import_trials(
    experiment: Experiment, source: str, *, study: str | None, store: Store, name: str | None, value: str, renamed: Mapping[str, str]
) -> Import:
    """Import the complete trials of another tool into a study, which is created if it does not exist.

    Args:
        experiment: The study's experiment.
        source: As for `search.study.foreign.read_foreign`, like ``name`` and ``value``.
        study: The study's name. Defaults to the experiment's.
        store: The local store.
        name: Name of an Optuna study.
        value: Column or metric of the value.
        renamed: Names of hyperparameters in this space, by those that they have in the source.

    Raises:
        InputError: If the source cannot be read, its values are of the other direction, or none of its trials is in the space.
    """
    found = read_foreign(source, name=name, value=value, tracking_uri=store.tracking_uri)
    objective, space = experiment.objective, experiment.space.searched
    if found.direction and found.direction != objective.direction:
        raise InputError(
            f"{source}: its values are to {found.direction}, but {objective.metric} is to {objective.direction}; they cannot be compared"
        )
    known, left_out = list[tuple[ForeignTrial, dict[str, Value]]](), Counter[str]()
    for trial in found.trials:
        try:
            known.append((trial, _params(trial, space, renamed)))
        except ValueError as error:
            left_out[_VALUE.sub(r"\1 is not", str(error)).partition(";")[0]] += 1
    names = {name for trial in found.trials for name in trial.params}
    for there, here in renamed.items():
        if there not in names or here not in {*space, *space.lists}:
            raise InputError(f"--rename {there}={here}: {f'the source has no {there}' if there not in names else f'the space has no {here}'}")
    if not known:
        reasons = "; ".join(f"{reason} ({count})" for reason, count in left_out.most_common(3)) or "it has no complete trial"
        reasons += f"; its names are {', '.join(sorted(names))}: --rename lr=learning_rate" if names else ""
        raise InputError(f"{source}: none of its {len(found.trials)} trials is in the space: {reasons}")
    sign = -1 if objective.direction == "maximize" else 1
    ledger = ledgers.create_or_continue(store, study or experiment.name, experiment, fresh=False)
    try:
        origin = {"import": source} | ({"name": name} if name else {})
        is_new = [ledger.add_known(params, trial.value, origin | {"trial": trial.name}) for trial, params in known]
        best = sorted(known, key=lambda pair: sign * pair[0].value)[:N_BEST]
        first = [enqueue_params(ledger, params, origin | {"trial": trial.name}) for trial, params in best]
    finally:
        ledger.close()
    return Import(len(known), len(known) - sum(is_new), left_out, tuple(number for number in first if number is not None))


def _params(trial: ForeignTrial, space: SearchSpace, renamed: Mapping[str, str]) -> dict[str, Value]:
    """Return all hyperparameters of a trial that exist in the space.

    Raises:
        ValueError: If one is missing or not in its range, or the value is not finite.
    """
    if not math.isfinite(trial.value):
        raise ValueError("their value is not finite")
    given = {renamed.get(name, name): value for name, value in trial.params.items()}
    own = space.existing({name: _typed(given[name], space, name) for name in space if name in given})
    params = to_params(space, own)
    missing = [name for name in space if space.exists(name, params) and name not in params]
    if missing:
        raise ValueError(f"without {', '.join(missing)}")
    return params


def _typed(value: Any, space: SearchSpace, name: str) -> Any:
    """Return the value that a text means."""
    if not isinstance(value, str):
        return value
    parameter = space[name]
    if isinstance(parameter, CategoricalParameter):
        return next((choice for choice in parameter.choices if str(choice) == value), value)
    return parse_value(value)
