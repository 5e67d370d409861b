"""Runs all checks on a study, and repairs what they find."""

import contextlib
import gc
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .. import ledger as ledgers
from ..errors import InputError, ReadOnlyStoreError, StudyBusyError, StudyNotFoundError
from ..store import Store
from ..tracking.sqlite_store import check_writable
from . import champions, files, ledger_files, runs, trials
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
        repair: Whether to repair the findings that can be repaired. Defaults to False, which changes nothing and works in a store that
            cannot be written.

    Returns:
        The findings.

    Raises:
        StudyNotFoundError: If the study does not exist.
        ReadOnlyStoreError: If it is to be repaired, and the store cannot be written.
        InputError: If MLflow is unavailable.
    """
    with _without_collections():
        return _checkup(store, name, repair=repair)


@contextlib.contextmanager
def _without_collections() -> Iterator[None]:
    """Search for no reference cycles meanwhile: with the runs of thousands of trials in memory, that takes two thirds of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _checkup(store: Store, name: str, *, repair: bool) -> Checkup:
    if repair:
        check_writable(store.tracking_uri)  # it would be read from a copy
    with contextlib.ExitStack() as resources:
        try:
            case, restored, damage = _open(store, name, resources, repair=repair)
        except StudyBusyError:
            return Checkup(study=name, is_busy=True)
        if case is None:
            return Checkup(study=name, left=tuple(damage))
        with contextlib.closing(case.ledger):
            checkup = _check(case, repair=repair)
    return replace(checkup, repaired=(*restored, *checkup.repaired), left=(*damage, *checkup.left))


def _open(store: Store, name: str, resources: contextlib.ExitStack, *, repair: bool) -> tuple[Case | None, list[Finding], list[Finding]]:
    """Open a ledger, after its file was repaired; return it with what was found in the file.

    Returns:
        The study, None if it cannot be opened; the findings that are repaired; and those that are left.
    """
    try:
        ledger = ledgers.open_for_repair(store, name) if repair else ledgers.open_to_examine(store, name)
    except (StudyBusyError, ReadOnlyStoreError):
        raise
    except InputError as error:
        if isinstance(error, StudyNotFoundError) and not ledger_files.is_in_mlflow(store, name):
            raise
        damage = [ledger_files.finding_of(store, name, error)]
        if not repair or not damage[0].remedy:
            return None, [], damage
    else:
        case, damage = _with_lost_trials(Case(store, ledger, resources))
        if not repair or not damage:
            return case, [], damage
        ledger.close()
    ledger_files.repair(store, name)
    case, lost = _with_lost_trials(Case(store, ledgers.open_for_repair(store, name), resources))
    left = [replace(finding, remedy="") for finding in lost]  # of which MLflow does not know enough
    return case, [finding for finding in damage if finding.kind not in {other.kind for other in left}], left


def _with_lost_trials(case: Case) -> tuple[Case, list[Finding]]:
    """Return a case and its lost trials; close the ledger if they cannot be found out."""
    try:
        return case, ledger_files.find_lost_trials(case)
    except BaseException:
        case.ledger.close()
        raise


def _check(opened: Case, *, repair: bool) -> Checkup:
    name = opened.ledger.name
    found = _examine(opened)
    if not repair or not found:
        return Checkup(study=name, left=tuple(found))
    for check in _CHECKS:
        case = replace(opened)  # reads again what the check before has repaired
        if findings := check.examine(case):
            check.repair(case, findings)
    left = _examine(replace(opened))
    repaired = [finding for finding in found if (finding.kind, finding.subject) not in {(other.kind, other.subject) for other in left}]
    return Checkup(study=name, repaired=tuple(repaired), left=tuple(left))


def _examine(case: Case) -> list[Finding]:
    return [finding for check in _CHECKS for finding in check.examine(case)]
