"""Lets a study learn from trials of other tools: samplers know them, and the best ones are tried first."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .. import ledger as ledgers
from ..errors import InputError, nearest
from ..experiment.file import Experiment, ObjectiveSection
from ..experiment.first_trials import N_BEST, to_params
from ..experiment.parameters import CategoricalParameter, Value
from ..experiment.search_space import SearchSpace
from ..experiment.toml import parse_value
from ..redaction import redact
from ..store import Store
from .first_trials import enqueue_params
from .foreign import ForeignStudy, ForeignTrial, read_foreign

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
    if len(experiment.objectives) > 1:
        raise InputError(f"{source}: its trials have one value, but this experiment has {len(experiment.objectives)} objectives; import into one")
    found, space = read_foreign(source, name=name, value=value, tracking_uri=store.tracking_uri), experiment.space.searched
    _check_comparable(found, experiment.objective, source)
    _check_renamed(found, space, renamed)
    known, left_out = list[tuple[ForeignTrial, dict[str, Value]]](), Counter[str]()
    for trial in found.trials:
        try:
            known.append((trial, _params(trial, space, renamed)))
        except ValueError as error:
            left_out[_VALUE.sub(r"\1 is not", str(error)).partition(";")[0]] += 1
    if not known:
        raise InputError(f"{source}: none of its {len(found.trials)} trials is in the space: {_reasons(found, left_out)}")
    origin = {"import": redact(source)} | ({"name": name} if name else {})
    sign = -1 if experiment.objective.direction == "maximize" else 1
    best = sorted(known, key=lambda pair: sign * pair[0].value)[:N_BEST]
    ledger = ledgers.create_or_continue(store, study or experiment.name, experiment, fresh=False)
    try:
        n_new = ledger.add_known([(params, trial.value, origin | {"trial": trial.name}) for trial, params in known])
        first = [enqueue_params(ledger, params, origin | {"trial": trial.name}) for trial, params in best]
    finally:
        ledger.close()
    return Import(len(known), len(known) - n_new, left_out, tuple(number for number in first if number is not None))


def _check_comparable(found: ForeignStudy, objective: ObjectiveSection, source: str) -> None:
    if found.direction and found.direction != objective.direction:
        raise InputError(
            f"{source}: its values are to {found.direction}, but {objective.metric} is to {objective.direction}; they cannot be compared"
        )


def _check_renamed(found: ForeignStudy, space: SearchSpace, renamed: Mapping[str, str]) -> None:
    for there, here in renamed.items():
        if there not in found.names:
            raise InputError(f"--rename {there}={here}: the source has no {there}; {nearest(there, found.names)}")
        if here not in space:
            raise InputError(f"--rename {there}={here}: the space has no {here}; {nearest(here, space)}")


def _reasons(found: ForeignStudy, left_out: Counter[str]) -> str:
    if not found.trials:
        return "it has no complete trial"
    shown = "; ".join(f"{reason} ({count})" for reason, count in left_out.most_common(3))
    return f"{shown}; its names are {', '.join(sorted(found.names))}: --rename lr=learning_rate"


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
