"""Finds what differs between the experiment that a study was created with and the one that it is to continue with."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import listed
from ..experiment.file import Experiment
from ..formats import format_value
from ..redaction import shorten
from ..secret_values import MASK

_N_NAMED, _LENGTH = 4, 40


@dataclass(frozen=True)
class Change:
    """A value that may not change when a study simply continues.

    Attributes:
        key: Its key in the experiment file, such as ``space.model.n_hidden.high``.
        before: The study's value; None if it has none.
        after: The experiment's value; None if it has none.
    """

    key: str
    before: Any
    after: Any

    @property
    def is_of_space(self) -> bool:
        """Whether the search space differs: trials that are in both spaces are the same trials."""
        return self.key.startswith("space.")

    @property
    def is_of_comparison(self) -> bool:
        """Whether it changes what trials are compared by, and not how they are trained (but for when one that no longer improves ends)."""
        return self.key.partition(".")[0] in ("objective", "limits") or self.key in ("champion.by", "champion.tolerance")


def can_be_extended(changes: Sequence[Change]) -> bool:
    """Return whether a study with these changes can keep trials: none is of the data, the model or the evaluation."""
    return all(change.is_of_space or change.is_of_comparison for change in changes)


def changes_between(before: Experiment, after: Experiment) -> list[Change]:
    """Return what differs, in the order of the keys; sampler, pruner, executor and numbers of trials may differ."""
    several = len(before.objectives) != 1 or len(after.objectives) != 1
    opened, given = _compared(before, several=several), _compared(after, several=several)
    keys = sorted(key for key in opened.keys() | given.keys() if not _is_equal(opened.get(key), given.get(key)))
    if {"objective.metric", "objective"}.intersection(keys) and "champion.by" in keys and before.champion.by == after.champion.by:
        keys.remove("champion.by")  # it follows from the metric unless it is given
    if "champion.ensemble" in keys and any(Change(key, None, None).is_of_comparison for key in keys):
        keys.remove("champion.ensemble")  # it follows from costs among objectives and limits unless it is given
    return [Change(key, opened.get(key), given.get(key)) for key in keys]


def _compared(experiment: Experiment, *, several: bool) -> dict[str, Any]:
    """Return what may not change when a study continues, by key, with the defaults of what earlier versions did not store.

    Args:
        experiment: The experiment.
        several: Whether the objectives are one value, a list, as they are where one of two experiments has several.
    """
    sections: dict[str, Any] = {
        "evaluation": experiment.evaluation.model_dump(mode="json"),
        "champion": experiment.champion.model_dump(mode="json") | {"by": experiment.ranked_by.metric},
        "search": {"reproducible": experiment.search.reproducible},
    }
    if several:
        sections["objective"] = [objective.model_dump(mode="json") for objective in experiment.objectives]
    return _flatten(experiment.identity | sections)


def _is_equal(stored: object, given: object) -> bool:
    """Return whether a stored value is the given one, whatever secrets were removed from it when it was stored."""
    if isinstance(stored, list) and isinstance(given, list):
        return len(stored) == len(given) and all(map(_is_equal, stored, given))
    if isinstance(stored, Mapping) and isinstance(given, Mapping):
        return stored.keys() == given.keys() and all(_is_equal(value, given[key]) for key, value in stored.items())
    if isinstance(stored, str) and isinstance(given, str) and MASK in stored:
        return re.fullmatch(".*".join(map(re.escape, stored.split(MASK))), given, re.DOTALL) is not None
    return stored == given


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        path = f"{prefix}{key}"
        flat |= _flatten(value, f"{path}.") if isinstance(value, dict) else {path: value}
    return flat


def named_changes(changes: Sequence[Change]) -> str:
    """Return the first changes as words, such as ``model.n_hidden.high 3 → 5``."""
    shown = [f"{change.key.removeprefix('space.')} {_value(change.before)} → {_value(change.after)}" for change in changes[:_N_NAMED]]
    return ", ".join(shown) + (f" and {len(changes) - len(shown)} more" if len(changes) > len(shown) else "")


def _value(value: object) -> str:
    if isinstance(value, list) and value and all(isinstance(of, Mapping) and "metric" in of for of in value):
        return listed([f"{of['direction']} {of['metric']}" for of in value])  # objectives
    return "none" if value is None else shorten(format_value(value), _LENGTH)
