"""Decides whether a search has found enough and ends before all its trials, by ``[search.stop]``."""

from ..experiment.stopping import StopSection
from ..formats import format_duration, format_value
from ..ledger import StudyView, run_seconds

_N_SMALL = 5
"""Proposals in a row of which little is expected: one may be small by chance."""


def stop_of(ledger: StudyView) -> StopSection:
    """Return the ``[search.stop]`` of a study's last run, which need not be that of its first."""
    written = ledger.attribute("stop")
    return ledger.experiment.search.stop if written is None else StopSection.model_validate(written)


def found_enough(stop: StopSection, ledger: StudyView) -> str:
    """Return why no more trials start; empty if more may.

    Args:
        stop: ``[search.stop]`` of the run.
        ledger: The study.
    """
    objective = ledger.experiment.objective
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
    if stop.price is not None and (spent := spent_on(stop, ledger)) >= stop.price:
        return f"its runs have cost {spent:.2f} (search.stop.price = {format_value(stop.price)})"
    return ""


def spent_on(stop: StopSection, ledger: StudyView) -> float:
    """Return what the runs of a study have cost so far; 0 without a price for an hour.

    Args:
        stop: ``[search.stop]`` of the last run.
        ledger: The study.
    """
    return run_seconds(ledger.study.user_attrs) / 3600 * (stop.price_per_hour or 0.0)
