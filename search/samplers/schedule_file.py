"""Writes and reads a schedule, the settings of each interval of epochs of one training, as a CSV file."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..csv_cells import neutral_cell
from ..errors import ExperimentError, listed
from ..experiment.first_trials import to_params
from ..experiment.parameters import CategoricalParameter, Searched, Value
from ..experiment.search_space import SearchSpace
from ..output_files import writing

_FIRST, _LAST, _SEED = "epoch_from", "epoch_to", "seed"
_FACTS = ("trial", "value")
"""Columns that say where an interval is from; they are not read."""


@dataclass(frozen=True, kw_only=True)
class ScheduledInterval:
    """A row of a schedule.

    Attributes:
        first_epoch: The first epoch, from 1.
        last_epoch: The last one.
        seed: Seed of the whole training.
        params: The settings that the schedule changes.
        trial: Number of the trial that trained it. Defaults to None.
        value: Its value. Defaults to None.
    """

    first_epoch: int
    last_epoch: int
    seed: int
    params: Mapping[str, Value]
    trial: int | None = None
    value: float | None = None


def write_schedule(path: Path, schedule: Sequence[ScheduledInterval]) -> None:
    """Write a schedule, a row for each interval.

    Args:
        path: The file; one that is there is replaced.
        schedule: At least one interval.
    """
    names = list(schedule[0].params)
    with writing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([_FIRST, _LAST, *map(neutral_cell, names), _SEED, *_FACTS])
        for row in schedule:
            params = [repr(value) if isinstance(value := row.params[name], float) else value for name in names]
            facts = ["" if fact is None else repr(fact) for fact in (row.trial, row.value)]
            writer.writerow([row.first_epoch, row.last_epoch, *map(neutral_cell, params), row.seed, *facts])


def read_schedule(path: Path, space: SearchSpace, n_epochs: int) -> list[ScheduledInterval]:
    """Read a schedule, and check it.

    Args:
        path: The file.
        space: The searched settings, of which it has all.
        n_epochs: Epochs of the whole training.

    Raises:
        ExperimentError: If the file cannot be read, lacks a column, or an interval does not follow the one before or has a value outside of the
            space.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ExperimentError(f"{path} cannot be read as a schedule: {error}") from error
    needed = [_FIRST, _LAST, _SEED, *space]
    if missing := [name for name in needed if not rows or name not in rows[0]]:
        raise ExperimentError(f"{path} is no schedule of this experiment: it has no {listed(missing)}; expected the columns {', '.join(needed)}")
    schedule: list[ScheduledInterval] = []
    for line, row in enumerate(rows, start=2):
        try:
            schedule.append(_interval(row, space, schedule[-1] if schedule else None, n_epochs))
        except (ValueError, TypeError) as error:
            raise ExperimentError(f"{path}, line {line}: {error}") from None
    return schedule


def _interval(row: Mapping[str, str], space: SearchSpace, before: ScheduledInterval | None, n_epochs: int) -> ScheduledInterval:
    first, last, seed = int(row[_FIRST]), int(row[_LAST]), int(row[_SEED])
    expected = before.last_epoch + 1 if before else 1
    if first != expected or not first <= last <= n_epochs:
        raise ValueError(f"epochs {first} to {last}; expected {expected} to {n_epochs} at most (space.training.epochs)")
    if not 0 <= seed < 2**32 or (before and seed != before.seed):
        raise ValueError(f"seed = {seed}; expected {before.seed if before else '0 to 4294967295'}, the same in all lines")
    params = to_params(space, {name: _to_value(row[name], parameter) for name, parameter in space.items()})
    return ScheduledInterval(first_epoch=first, last_epoch=last, seed=seed, params=params)


def _to_value(text: str, parameter: Searched) -> Value:
    if isinstance(parameter, CategoricalParameter):
        return next((choice for choice in parameter.choices if str(choice) == text), text)
    value: Value = json.loads(text)
    return value
