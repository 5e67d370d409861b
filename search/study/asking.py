"""Replies to functions that ask for hyperparameters in the course of their trials."""

from typing import Any

from ..errors import TrialError
from ..ledger import Ledger
from ..tracking.base import Tracker
from ..trial import Attribute, Suggestion, TrialResult, TrialState

_TAKEN_OVER = "another process continues this trial"


def reply_to(request: Suggestion | Attribute, ledger: Ledger, tracker: Tracker) -> Any:
    """Let the sampler choose a hyperparameter, or write an attribute down; both are in the ledger before the function goes on.

    Args:
        request: What a function asks for, or notes.
        ledger: The study.
        tracker: Records it too.

    Returns:
        The value; a `TrialError` where the trial cannot go on; None for an attribute.
    """
    if not ledger.still_holds(request.number):
        return TrialError(_TAKEN_OVER)
    if isinstance(request, Attribute):
        ledger.note(request)
        tracker.log_facts(request.number, {}, {f"user.{request.name}": str(request.value)})
        return None
    try:
        value = ledger.suggest(request)
    except ValueError as error:  # of Optuna: another trial has a hyperparameter of this name that is another kind
        return TrialError(f'trial asks for "{request.name}": {error}')
    tracker.log_facts(request.number, {request.name: str(value)}, {})
    return value


def unasked_note(ledger: Ledger, result: TrialResult) -> str:
    """Return that a function has not asked for hyperparameters that it was given for a trial; empty if it has, or has not ended by itself."""
    given = ledger.enqueued_params(result.number) if result.state is TrialState.COMPLETE else {}
    unasked = sorted(given.keys() - ledger.record(result.number).params.keys())
    return f"trial {result.number} was given {', '.join(unasked)}, which the function did not ask for" if unasked else ""
