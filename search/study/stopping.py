"""Decides whether a search has found enough and ends before all its trials, by ``[search.stop]``."""

from ..experiment.file import Experiment
from ..formats import format_duration, format_value
from ..ledger import StudyView

_N_SMALL = 5
"""Proposals in a row of which little is expected: one may be small by chance."""


def found_enough(experiment: Experiment, ledger: StudyView) -> str:
    """Return why no more trials start; empty if more may.

    Args:
        experiment: The experiment, for its objective and ``[search.stop]``.
        ledger: The study.
    """
    stop, objective = experiment.search.stop, experiment.objective
    if stop.value is not None and (best := ledger.best) and not objective.is_better(stop.value, best[1]):
        return f"{objective.metric} {format_value(best[1])} of trial {best[0]} reaches search.stop.value = {format_value(stop.value)}"
    if stop.patience is not None and (n_trials := ledger.n_since_best) >= stop.patience:
        found = "no better trial among the last" if n_trials < ledger.n_finished else "no complete trial among the first"
        return f"{found} {n_trials} (search.stop.patience = {stop.patience})"
    if stop.gain is not None and len(gains := ledger.expected_gains[-_N_SMALL:]) == _N_SMALL and max(gains) < stop.gain:
        expected = f"each of the last {_N_SMALL} proposals was expected to be better by {format_value(max(gains))} at most"
        return f"{expected} (search.stop.gain = {format_value(stop.gain)})"
    if stop.epochs is not None and ledger.n_epochs >= stop.epochs:
        return f"its trials have taken {ledger.n_epochs} epochs (search.stop.epochs = {stop.epochs})"
    if stop.hours is not None and ledger.seconds >= 3600 * stop.hours:
        return f"its trials have taken {format_duration(ledger.seconds)} of training (search.stop.hours = {format_value(stop.hours)})"
    return ""
