"""Examines a study part by part, and has the parts repair what they found."""

from dataclasses import dataclass

from .. import ledger as ledgers
from ..errors import StudyBusyError
from ..store import Store
from . import champions, files, runs, trials
from .finding import Case, Finding

_PARTS = (trials, runs, champions, files)
"""In the order of mending: MLflow and the disk follow the ledger."""


@dataclass(frozen=True, kw_only=True)
class Checkup:
    """What was found in a study.

    Attributes:
        study: The study's name.
        is_busy: Whether a process runs it; it is left alone then.
        repaired: What was found and is repaired.
        left: What was found and is not.
    """

    study: str
    is_busy: bool = False
    repaired: tuple[Finding, ...] = ()
    left: tuple[Finding, ...] = ()


def check_study(store: Store, name: str, *, repair: bool = False) -> Checkup:
    """Compare a study's ledger, its runs in MLflow and its files.

    Args:
        store: The local store.
        name: The study.
        repair: Whether to repair what can be. Defaults to False, which changes nothing.

    Returns:
        What was found.

    Raises:
        StudyNotFoundError: If there is no such study.
        InputError: If MLflow does not answer, or the data set, which a new run describes, cannot be loaded.
    """
    try:
        ledger = ledgers.open_for_repair(store, name)
    except StudyBusyError:
        return Checkup(study=name, is_busy=True)
    try:
        found = _examine(Case(store, ledger))
        if not repair or not found:
            return Checkup(study=name, left=tuple(found))
        for part in _PARTS:
            case = Case(store, ledger)  # as the part before has left it
            if findings := part.examine(case):
                part.repair(case, findings)
        left = _examine(Case(store, ledger))
        repaired = [finding for finding in found if (finding.kind, finding.subject) not in {(other.kind, other.subject) for other in left}]
        return Checkup(study=name, repaired=tuple(repaired), left=tuple(left))
    finally:
        ledger.close()


def _examine(case: Case) -> list[Finding]:
    return [finding for part in _PARTS for finding in part.examine(case)]
