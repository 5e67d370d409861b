"""Proposes the next search space from what a study has found: coarse to fine.

A range whose best trials are at its edge is widened there, another is narrowed around them. Choices that were tried and are none of the
best are left out. What is not among the reasons why a trial is one of the best is fixed to the best trial's value.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from .. import ledger as ledgers
from ..errors import InputError
from ..experiment.file import Experiment, parse_experiment, to_toml_file
from ..experiment.parameters import CategoricalParameter, FloatParameter, IntParameter, Searched, Value
from ..formats import format_value
from ..ledger import StudyView
from ..reports import of_first_objective
from ..reports.search_plots import importance_shares
from ..store import Store

MIN_TRIALS = 15
"""Complete trials from which a space can be refined."""
_BEST_PART, _MIN_BEST = 0.2, 4
_EDGE, _MARGIN, _MIN_WIDTH = 0.1, 0.15, 0.25
"""As parts of a range: how near to its end the median of the best is for its edge, what is left on both sides of the best, and the least width."""
_WIDENED, _MIDDLE = 0.5, 0.5
_MIN_TRIED = 3


@dataclass(frozen=True)
class Change:
    """What is proposed for one hyperparameter.

    Attributes:
        section: "model" or "training".
        name: The hyperparameter.
        entry: What it is now.
        proposed: What it would be, as an experiment file has it.
        reason: Why.
    """

    section: str
    name: str
    entry: Searched
    proposed: Any
    reason: str


@dataclass(frozen=True)
class Refinement:
    """A proposed search.

    Attributes:
        study: The study that it follows from.
        next_study: The name of the next one.
        n_trials: Its complete trials.
        n_best: Those of them that are compared with the others.
        changes: What is proposed for each hyperparameter, also where it stays as it is.
        text: The experiment file.
    """

    study: str
    next_study: str
    n_trials: int
    n_best: int
    changes: list[Change]
    text: str = field(repr=False)


def refine(store: Store, name: str) -> Refinement:
    """Propose the search that follows a study.

    Args:
        store: The local store.
        name: The study's name.

    Raises:
        StudyNotFoundError: If the study does not exist.
        InputError: If it has fewer than 15 complete trials, or searches nothing.
    """
    view = ledgers.read(store, name)
    try:
        return _refine(view)
    finally:
        view.close()


def _refine(view: StudyView) -> Refinement:
    experiment = view.experiment
    ranking = view.search_ranking(len(view.records()) + 1)
    if experiment.function is not None:
        raise InputError(f'Study "{view.name}" is of a function, whose ranges are in its code; make them narrower there')
    if len(ranking) < MIN_TRIALS or not experiment.space.searched:
        found = f"has {len(ranking)} complete trials" if experiment.space.searched else "searches no hyperparameter"
        raise InputError(f'Study "{view.name}" {found}; a refinement needs {MIN_TRIALS} complete trials and a hyperparameter')
    trials = [view.record(number).params for number, _ in ranking]
    n_best = max(_MIN_BEST, math.ceil(_BEST_PART * len(trials)))
    has_differences = ranking[0][1] != ranking[-1][1]
    proposer = _Proposer(experiment, trials, n_best, _unimportant(view) if has_differences else set())
    sections = {"model": experiment.space.searched_model, "training": experiment.space.searched_training}
    changes = [proposer.propose(section, name, entry) for section, entries in sections.items() for name, entry in entries.items()]
    next_study = next_name(view.name)
    return Refinement(view.name, next_study, len(trials), n_best, changes, _text(experiment, changes, view.name, next_study))


def next_name(study: str) -> str:
    """Return the name of the study that follows one, which may be archived."""
    return f"{study.replace('.', '-')}-next"


def _unimportant(view: StudyView) -> set[str]:
    """Return those whose share in reaching the best tenth is small beyond doubt: with two standard errors less than half of the average."""
    shares, errors = importance_shares(of_first_objective(view.visible_study) if len(view.directions) > 1 else view.visible_study)
    return {name for name, share in shares.items() if share + 2 * errors[name] < 0.5 / len(shares)}


@dataclass(frozen=True)
class _Proposer:
    """Proposes for one hyperparameter after the other."""

    experiment: Experiment
    trials: Sequence[Any]
    n_best: int
    unimportant: set[str]

    def propose(self, section: str, name: str, entry: Searched) -> Change:
        names = self.experiment.space.searched.lists.get(name, (name,))
        best = [params[of] for params in self.trials[: self.n_best] for of in names if of in params]
        every = [params[of] for params in self.trials for of in names if of in params]
        written = _written(entry)
        if len(best) < _MIN_BEST:
            return Change(section, name, entry, written, f"in {len(best)} of the best trials only: as it is")
        if names == (name,) and name in self.unimportant and entry.when is None and not self._is_parent(name):
            return Change(section, name, entry, best[0], "its share in being one of the best is small beyond doubt: fixed to the best trial's value")
        if isinstance(entry, CategoricalParameter):
            return self._choices(section, name, entry, best, every)
        return self._range(section, name, entry, best)

    def _is_parent(self, name: str) -> bool:
        space = self.experiment.space
        entries = [*space.searched_model.values(), *space.searched_training.values()]
        return any(name in entry.needed or name == entry.repeat for entry in entries)

    def _choices(self, section: str, name: str, entry: CategoricalParameter, best: list[Value], every: list[Value]) -> Change:
        counts = {choice: (best.count(choice), every.count(choice)) for choice in entry.choices}
        left = [choice for choice, (n_best, n_tried) in counts.items() if n_best or n_tried < _MIN_TRIED]
        shown = ", ".join(f"{format_value(choice)} {n_best}/{n_tried}" for choice, (n_best, n_tried) in counts.items())
        written = _written(entry)
        if len(left) == len(entry.choices) or self._is_parent(name):
            kept = "; others depend on it: as it is" if self._is_parent(name) else ""
            return Change(section, name, entry, written, f"of its trials are among the best: {shown}{kept}")
        proposed = left[0] if len(left) == 1 else written | {"choices": left}
        return Change(section, name, entry, proposed, f"of its trials are among the best: {shown}; those of none are left out")

    def _range(self, section: str, name: str, entry: IntParameter | FloatParameter, best: list[Any]) -> Change:
        written = _written(entry)
        scale = _Scale(entry)
        places = sorted(map(scale.place, best))
        median, first, last = places[len(places) // 2], places[0], places[-1]
        ends = dict.fromkeys((format_value(min(best)), format_value(max(best))))
        shown = f"the best {len(best)} are {' to '.join(ends)}"
        if entry.low == entry.high:
            return Change(section, name, entry, written, "one value")
        if self._is_parent(name):
            return Change(section, name, entry, written, f"{shown}; others depend on it: as it is")
        for is_high in (False, True):
            if (median > 1 - _EDGE and first > _MIDDLE) if is_high else (median < _EDGE and last < _MIDDLE):
                wider: dict[str, Any] = {"low": max(scale.value(first - _MARGIN), entry.low), "high": scale.value(1 + _WIDENED)}
                if not is_high:
                    wider = {"low": scale.value(-_WIDENED), "high": min(scale.value(last + _MARGIN), entry.largest)}
                if self._is_valid(section, name, written | wider) and (wider["low"] < entry.low or wider["high"] > entry.high):
                    return Change(section, name, entry, written | wider, f"{shown}, at the {'upper' if is_high else 'lower'} edge: widened there")
                return Change(section, name, entry, written, f"{shown}, at the edge of what is possible: as it is")
        width = max(last - first + 2 * _MARGIN, _MIN_WIDTH)
        low, high = (first + last - width) / 2, (first + last + width) / 2
        proposed = written | {"low": max(scale.value(low), entry.low), "high": min(scale.value(high), entry.largest)}
        if (proposed["low"], proposed["high"]) == (entry.low, entry.high) or not self._is_valid(section, name, proposed):
            return Change(section, name, entry, written, f"{shown}: as it is")
        return Change(section, name, entry, proposed, f"{shown}: narrowed")

    def _is_valid(self, section: str, name: str, proposed: Any) -> bool:
        content = self.experiment.model_dump(mode="json", exclude_none=True)
        content["space"][section][name] = proposed
        try:
            Experiment.model_validate(content)
        except ValidationError:
            return False
        return True


def _written(entry: Searched) -> dict[str, Any]:
    """Return a hyperparameter as an experiment file has it, without its prior: what was found takes the place of what was thought."""
    return entry.model_dump(mode="json", exclude_none=True, exclude={"prior"})


class _Scale:
    """The places of a range's values, 0 to 1, and what is beyond: no number on the other side of 0, and no part beyond 1."""

    def __init__(self, entry: IntParameter | FloatParameter) -> None:
        self._entry = entry
        self._to: Callable[[float], float] = math.log if entry.log else float
        self._low, self._high = self._to(entry.low), self._to(entry.largest)

    def place(self, value: float) -> float:
        return (self._to(value) - self._low) / ((self._high - self._low) or 1.0)

    def value(self, place: float) -> Any:
        entry, at = self._entry, self._low + place * (self._high - self._low)
        value = math.exp(at) if entry.log else at
        if entry.low >= 0:
            value = max(value, 0 if not isinstance(entry, IntParameter) or entry.low == 0 else 1)
        if isinstance(entry, FloatParameter) and entry.low >= 0 and entry.high <= 1 and not entry.log:
            value = min(value, 1.0)
        if entry.step is not None and not entry.log:
            value = entry.low + round((value - entry.low) / entry.step) * entry.step
        return round(value) if isinstance(entry, IntParameter) else float(f"{value:.3g}")


def _text(experiment: Experiment, changes: list[Change], study: str, next_study: str) -> str:
    content = experiment.model_dump(mode="json", exclude_none=True)
    for change in changes:
        content["space"][change.section][change.name] = change.proposed
    content["search"] |= {"learn_from": [] if experiment.search.reproducible else [study], "first": []}
    proposed = parse_experiment(content, f"the refinement of {study}")
    evidence = "".join(f"# {change.name}: {change.reason}\n" for change in changes)
    return evidence + to_toml_file(proposed, next_study, "FILE.toml")
