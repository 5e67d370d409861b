"""Opens ledgers: for running a study, which only one process may do at a time, or for reading it."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import optuna
from filelock import FileLock, Timeout
from optuna.storages import JournalStorage

from ..errors import InputError, StudyBusyError, StudyChangedError, StudyNotFoundError, nearest
from ..experiment import Experiment
from ..store import Store, StudyFolder
from .journal import StudyJournal, repair
from .ledger import Ledger


def begin_or_continue(store: Store, name: str, experiment: Experiment, *, fresh: bool) -> Ledger:
    """Open a study for running it.

    Args:
        store: The local store.
        name: The study's name.
        experiment: What is to be searched.
        fresh: Whether to begin another study; the earlier one stays as ``<name>.1``, ``<name>.2`` ...

    Returns:
        The ledger, locked until it is closed.

    Raises:
        StudyBusyError: If another process runs the study.
        StudyChangedError: If the study was begun with another experiment.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name):
        raise InputError(f'"{name}" cannot be the name of a study to run; use letters, digits, "-" and "_"')
    folder = store.study(name)
    lock = _lock(store, name)
    try:
        set_aside = _set_aside(store, name) if fresh and folder.journal.exists() else None
        repair(folder.journal)
        storage = _storage(folder)
        study = optuna.create_study(storage=storage, study_name=name, direction=experiment.objective.direction, load_if_exists=True)
        if "experiment" not in study.user_attrs:
            study.set_user_attr("experiment", experiment.model_dump(mode="json", exclude_none=True))
        ledger = Ledger(name, folder, study, storage, lock, set_aside)
        _check_unchanged(ledger, experiment)
    except BaseException:
        lock.release()
        raise
    return ledger


def abandon(ledger: Ledger, store: Store) -> None:
    """Remove a study that has no trial, and bring back the one that it set aside.

    Args:
        ledger: The study, opened for running it.
        store: The local store.
    """
    shutil.rmtree(ledger.folder.root)
    if ledger.set_aside is not None:
        ledger.set_aside.rename(store.study(ledger.name).root)


def read(store: Store, name: str) -> Ledger:
    """Open a study for reading.

    Raises:
        StudyNotFoundError: If there is no such study.
    """
    return _load(store, name)


def attend(store: Store, name: str) -> Ledger:
    """Open a study that is there for looking after it, as the only one who may write.

    Returns:
        The ledger, locked until it is closed.

    Raises:
        StudyNotFoundError: If there is no such study.
        StudyBusyError: If another process runs it.
    """
    _load(store, name)
    lock = _lock(store, name)
    try:
        return _load(store, name, lock)
    except BaseException:
        lock.release()
        raise


def _load(store: Store, name: str, lock: FileLock | None = None) -> Ledger:
    folder = store.study(name)
    if "/" in name or not folder.journal.exists():
        raise StudyNotFoundError(f'There is no study "{name}" in {store.studies}; {nearest(name, study_names(store))}')
    storage = _storage(folder)
    begun = optuna.get_all_study_names(storage)  # an earlier study, "diabetes.1", has kept the name that it was begun with
    if not begun:
        raise StudyNotFoundError(f'Study "{name}" has only just begun; ask again in a moment')
    return Ledger(name, folder, optuna.load_study(storage=storage, study_name=begun[0], sampler=optuna.samplers.RandomSampler()), storage, lock)


def study_names(store: Store) -> list[str]:
    """Return the names of all studies in a store."""
    return sorted(path.parent.name for path in store.studies.glob("*/journal.log") if path.stat().st_size)


def _storage(folder: StudyFolder) -> JournalStorage:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return JournalStorage(StudyJournal(folder.journal))


def _lock(store: Store, name: str) -> FileLock:
    # Beside the study's folder, so that it stays the same file when the folder is set aside.
    path = store.studies / f".{name}.lock"
    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(blocking=False)
    except Timeout:
        raise StudyBusyError(f'Study "{name}" is being run by another process; wait for it, or choose another name with --study') from None
    except OSError as error:
        raise InputError(f"The store {store.root} cannot be written: {error.strerror}; run in another folder or mend its rights") from None
    return lock


def _set_aside(store: Store, name: str) -> Path:
    taken = {path.name for path in store.studies.iterdir()}
    number = next(n for n in range(1, len(taken) + 2) if f"{name}.{n}" not in taken)
    return store.study(name).root.rename(store.studies / f"{name}.{number}")


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
