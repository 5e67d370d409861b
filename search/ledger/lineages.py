"""Reads which trials a trial of a population continued."""

from ..experiment.lineage import Lineage
from ..samplers.lineage import lineage_of
from .record import TrialRecord
from .view import StudyView


def lineage(view: StudyView, number: int) -> list[tuple[TrialRecord, Lineage]]:
    """Read a trial of a population and all that it continued, the first one first; empty of a trial that is a whole training."""
    found = list[tuple[TrialRecord, Lineage]]()
    next_number: int | None = number
    while next_number is not None and (place := (record := view.record(next_number)).lineage) is not None:
        found.append((record, place))
        next_number = place.parent
    return found[::-1]


def places_of(view: StudyView) -> dict[int, Lineage]:
    """Read which part of which training each trial of a population is, by its number."""
    trials = view.study.get_trials(deepcopy=False)
    return {trial.number: place for trial in trials if (place := lineage_of(trial)) is not None}


def continued(view: StudyView) -> set[int]:
    """Return the trials of the last two generations of a population, which others continue or may continue."""
    places = places_of(view)
    newest = max((place.generation for place in places.values()), default=0)
    return {number for number, place in places.items() if place.generation >= newest - 1}
