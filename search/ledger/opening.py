"""Opens ledgers: for running a study, or for reading it."""

import re
from collections.abc import Mapping
from typing import Any

from ..errors import InputError, StudyChangedError, StudyNotFoundError, nearest
from ..experiment.file import Experiment
from ..store import Store
from .base import Begun, Shelf
from .ledger import Ledger
from .view import StudyView


def begin_or_continue(store: Store, name: str, experiment: Experiment, *, fresh: bool) -> Ledger:
    """Open a study for running it.

    Args:
        store: The local store.
        name: The study's name.
        experiment: What is to be searched.
        fresh: Whether to begin another study; the earlier one stays as ``<name>.1``, ``<name>.2`` ...

    Returns:
        The ledger, to be closed. In a journal file it is locked until then, in a database others may join.

    Raises:
        StudyBusyError: If another process runs the study, and this one cannot join.
        StudyChangedError: If the study was begun with another experiment.
        InputError: If the store's database does not answer.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name):
        raise InputError(f'"{name}" cannot be the name of a study to run; use letters, digits, "-" and "_"')
    begun = _shelf(store).begin(name, experiment.objective.direction, fresh=fresh)
    try:
        with begun.leases.turn():
            if "experiment" not in begun.study.user_attrs:
                begun.study.set_user_attr("experiment", experiment.model_dump(mode="json", exclude_none=True))
        ledger = Ledger(name, store.study(name), begun)
        _check_unchanged(ledger, experiment)
    except BaseException:
        begun.leases.close()
        raise
    return ledger


def abandon(ledger: Ledger, store: Store) -> None:
    """Remove a study that has no trial and that nobody else runs, and bring back the one that it set aside.

    Args:
        ledger: The study, opened for running it.
        store: The local store.
    """
    _shelf(store).abandon(ledger.begun, ledger.name)


def read(store: Store, name: str) -> StudyView:
    """Open a study for reading.

    Raises:
        StudyNotFoundError: If there is no such study.
        InputError: If the store's database does not answer.
    """
    return StudyView(name, store.study(name), _load(store, name, is_alone=False))


def attend(store: Store, name: str) -> Ledger:
    """Open a study that is there for looking after it, as the only one who may write.

    Returns:
        The ledger, kept from others until it is closed.

    Raises:
        StudyNotFoundError: If there is no such study.
        StudyBusyError: If another process runs it.
    """
    return Ledger(name, store.study(name), _load(store, name, is_alone=True))


def _load(store: Store, name: str, *, is_alone: bool) -> Begun:
    shelf = _shelf(store)
    names = shelf.names()
    if name not in names:
        raise StudyNotFoundError(f'There is no study "{name}" in {store.ledger_place}; {nearest(name, names)}')
    begun = shelf.load(name, is_alone=is_alone)
    if begun is None or "experiment" not in begun.study.user_attrs:
        raise StudyNotFoundError(f'Study "{name}" has only just begun; ask again in a moment')
    return begun


def study_names(store: Store) -> list[str]:
    """Return the names of all studies in a store."""
    return _shelf(store).names()


def _shelf(store: Store) -> Shelf:
    if store.ledger:
        from .database_store import DatabaseShelf  # SQLAlchemy and its drivers

        return DatabaseShelf(store)
    from .journal_store import JournalShelf

    return JournalShelf(store)


def _check_unchanged(ledger: Ledger, experiment: Experiment) -> None:
    begun = _flatten(ledger.experiment.identity)
    given = _flatten(experiment.identity)
    changed = sorted(key for key in begun.keys() | given.keys() if begun.get(key) != given.get(key))
    if changed:
        key = changed[0]
        raise StudyChangedError(
            f'Study "{ledger.name}" was begun with {key} = {begun.get(key)!r}, and this experiment has {given.get(key)!r}; '
            "begin another study with --fresh, or give this one its own name with --study"
        )


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        path = f"{prefix}{key}"
        flat |= _flatten(value, f"{path}.") if isinstance(value, dict) else {path: value}
    return flat
