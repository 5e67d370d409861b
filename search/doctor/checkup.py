"""Runs all checks on a study, and repairs what they find."""

from dataclasses import dataclass

from .. import ledger as ledgers
from ..errors import StudyBusyError
from ..store import Store
from . import champions, files, runs, trials
from .finding import Case, Finding

_CHECKS = (trials, runs, champions, files)
"""In the order of repair: MLflow and the disk follow the ledger."""


@dataclass(frozen=True, kw_only=True)
class Checkup:
    """The findings of one study.

    Attributes:
        study: The study's name.
        is_busy: Whether another process runs the study, which is not checked then. Defaults to False.
        repaired: Findings that were repaired.
        left: Findings that were not repaired.
    """

    study: str
    is_busy: bool = False
    repaired: tuple[Finding, ...] = ()
    left: tuple[Finding, ...] = ()


def check_study(store: Store, name: str, *, repair: bool = False) -> Checkup:
    """Compare a study's ledger with its MLflow runs and its files.

    Args:
        store: The local store.
        name: The study's name.
        repair: Whether to repair the findings that can be repaired. Defaults to False, which changes nothing.

    Returns:
        The findings.

    Raises:
        StudyNotFoundError: If the study does not exist.
        InputError: If MLflow is unavailable, or the data set, which a restored run describes, cannot be loaded.
    """
    try:
        ledger = ledgers.open_for_repair(store, name)
    except StudyBusyError:
        return Checkup(study=name, is_busy=True)
    try:
        found = _examine(Case(store, ledger))
        if not repair or not found:
            return Checkup(study=name, left=tuple(found))
        for check in _CHECKS:
            case = Case(store, ledger)  # reads again what the check before has repaired
            if findings := check.examine(case):
                check.repair(case, findings)
        left = _examine(Case(store, ledger))
        repaired = [finding for finding in found if (finding.kind, finding.subject) not in {(other.kind, other.subject) for other in left}]
        return Checkup(study=name, repaired=tuple(repaired), left=tuple(left))
    finally:
        ledger.close()


def _examine(case: Case) -> list[Finding]:
    return [finding for check in _CHECKS for finding in check.examine(case)]
