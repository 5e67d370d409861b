"""Opens ledgers, for running, reading or repairing a study."""

import contextlib
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import ExperimentError, InputError, StudyBusyError, StudyChangedError, StudyNotFoundError, WorkerError, nearest
from ..experiment.file import Experiment
from ..store import Store
from .base import LedgerStore, OpenedStudy, Purpose, check_free
from .changes import can_be_extended, changes_between, named_changes
from .extending import EXTENDS, check_extensible, extension_of, newest_archived, take_over
from .ledger import Ledger
from .requests import RequestAttributes, RequestFiles, Requests
from .view import StudyView

if TYPE_CHECKING:
    from .read_only_storage import ReadOnlyStorage

_MAX_NAME = 200
"""Characters of a study's name, of which folders are named."""


def create_or_continue(store: Store, name: str, experiment: Experiment, *, fresh: bool, extend: bool = False) -> Ledger:
    """Open a study for running it.

    Args:
        store: The local store.
        name: The study's name.
        experiment: The experiment.
        fresh: Whether to archive an existing study as ``<name>.1``, ``<name>.2`` ... and create another.
        extend: Whether to do so, and take its trials over, if what differs is its search space or what trials are compared by. Defaults to False.

    Returns:
        The ledger, to be closed by the caller. A journal file is locked until then; a study in a database can be joined.

    Raises:
        StudyBusyError: If another process runs the study, and this one cannot join.
        StudyChangedError: If the study was created with another experiment.
        InputError: If the store's database is unavailable.
    """
    opened = _open(store, name, experiment, fresh=fresh, extend=extend)
    try:
        with opened.leases.lock():
            if "experiment" not in opened.study.user_attrs:
                _fill(store, name, opened, experiment, extend=extend)
                opened.study.set_user_attr("experiment", experiment.without_secrets().model_dump(mode="json", exclude_none=True))
        ledger = Ledger(name, store.study(name), opened)
        _check_unchanged(ledger, experiment)
    except BaseException:
        opened.leases.close()
        raise
    return ledger


def _open(store: Store, name: str, experiment: Experiment, *, fresh: bool, extend: bool) -> OpenedStudy:
    """Open a study, or create an empty one, as `create_or_continue` says."""
    if fresh and extend:
        raise InputError("--fresh and --extend exclude each other: a new study, or the earlier one after an edit")
    _check_name(name)
    ledger_store = _ledger_store(store)
    names = ledger_store.study_names()
    try:
        experiment.refuse_searched_secrets()
    except ExperimentError:
        if fresh or name not in names:  # a study of an earlier version continues
            raise
    is_edited = extend and _is_edited(store, name, names, experiment)
    directions = [objective.direction for objective in experiment.objectives]
    try:
        return ledger_store.create_or_load(name, directions, fresh=fresh or is_edited)
    except StudyBusyError:
        if not is_edited:
            raise
        return ledger_store.create_or_load(name, directions, fresh=False)  # another process extends it


def _is_edited(store: Store, name: str, names: list[str], experiment: Experiment) -> bool:
    """Return whether a study exists, and it can be extended; see `check_extensible`."""
    if name not in names:
        return False
    try:
        view = read(store, name)
    except StudyNotFoundError:  # it is being created, or its process was killed then
        return False
    try:
        return check_extensible(view, experiment)
    finally:
        view.close()


def _fill(store: Store, name: str, opened: OpenedStudy, experiment: Experiment, *, extend: bool) -> None:
    """Take over the trials of the study that a new one extends, also if a killed process has begun that; nothing if it extends none."""
    begun = opened.study.user_attrs.get(EXTENDS)
    source = begun["study"] if begun else (opened.archived_as or newest_archived(study_names(store), name)) if extend else None
    if source is None:
        return
    if begun and begun.get("fingerprint", "") not in ("", experiment.without_secrets().fingerprint):
        raise StudyChangedError(
            f'Study "{name}" is being made from "{source}" with another experiment, by a process that was killed; run that experiment with --extend '
            f'again, or start another study with --fresh; "{source}" has all trials'
        )
    with contextlib.closing(read(store, source)) as view:
        if begun or check_extensible(view, experiment):
            take_over(view, opened, store.study(name), experiment, lambda earlier: read(store, earlier))


@contextlib.contextmanager
def opened_for_run(store: Store, name: str, experiment: Experiment, *, fresh: bool, extend: bool = False) -> Iterator[Ledger]:
    """Open a study for running it during a block, as `create_or_continue` does, and discard it if the block fails before a trial of its own."""
    ledger = create_or_continue(store, name, experiment, fresh=fresh, extend=extend)
    try:
        yield ledger
    except BaseException as error:  # Ctrl-C too
        if _is_untouched(ledger):
            discard(ledger, store, keep_logs=isinstance(error, WorkerError))
        raise
    finally:
        ledger.close()


def _is_untouched(ledger: Ledger) -> bool:
    """Return whether a study has no trial, or only those that this process has just taken over."""
    extension = extension_of(ledger)
    if extension is None or ledger.opened.archived_as is None:
        return not ledger.records()
    return len(ledger.study.get_trials(deepcopy=False)) == extension.n_trials and ledger.attribute("parent_run_id") is None


def discard(ledger: Ledger, store: Store, *, keep_logs: bool = False) -> None:
    """Delete a study that has no trials of its own and that no other process runs, and restore the one archived for it.

    Args:
        ledger: The study, opened for running it.
        store: The local store.
        keep_logs: Whether the workers' logs are kept, because a message names them. Defaults to False.
    """
    _ledger_store(store).discard(ledger.opened, ledger.name, keep_logs=keep_logs)


def delete(ledger: Ledger, store: Store) -> None:
    """Delete a study's ledger and its folder.

    Args:
        ledger: The study, opened for repair; it can only be closed afterwards.
        store: The local store.
    """
    _ledger_store(store).delete(ledger.opened, ledger.name)


def check_new_name(store: Store, name: str) -> None:
    """Check that a study can get this name.

    Raises:
        InputError: If it is not valid, or there is such a study or folder.
    """
    _check_name(name)
    check_free(store, name, study_names(store))


def rename(ledger: Ledger, store: Store, name: str) -> None:
    """Rename a study and its folder.

    Args:
        ledger: The study, opened for repair; it can only be closed afterwards.
        store: The local store.
        name: The new name.

    Raises:
        InputError: As `check_new_name`.
    """
    _check_name(name)
    _ledger_store(store).rename(ledger.opened, ledger.name, name)


def _check_name(name: str) -> None:
    if len(name) > _MAX_NAME:
        raise InputError(f'"{name[:20]}..." has {len(name)} characters; the name of a study has at most {_MAX_NAME}')
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name):
        raise InputError(f'"{name}" cannot be the name of a study to run; use letters, digits, "-" and "_"')


def read(store: Store, name: str) -> StudyView:
    """Open a study for reading.

    Raises:
        StudyNotFoundError: If the study does not exist.
        InputError: If the store's database is unavailable.
    """
    return StudyView(name, store.study(name), _load(store, name, "read"))


@contextlib.contextmanager
def requests_to(store: Store, name: str) -> Iterator[Requests]:
    """Yield the requests of a study that another process may run.

    Raises:
        StudyNotFoundError: If the study does not exist.
    """
    if not store.ledger:
        yield RequestFiles(store.study(name).requests)
        return
    opened = _load(store, name, "read")
    try:
        yield RequestAttributes(opened.study)
    finally:
        opened.leases.close()


def open_all(store: Store) -> "ReadOnlyStorage":
    """Open all studies for reading, those that will be created too, as one storage of Optuna.

    Returns:
        The storage, to be closed by the caller. It reads only what is asked for, and when it is asked.

    Raises:
        InputError: If the URL of the store's database cannot hold ledgers.
    """
    from .read_only_storage import ReadOnlyStorage

    if store.ledger:
        from .database_reader import DatabaseReader  # imports SQLAlchemy

        return ReadOnlyStorage(DatabaseReader(store))
    from .journal_reader import JournalReader

    return ReadOnlyStorage(JournalReader(store))


def open_for_repair(store: Store, name: str) -> Ledger:
    """Open an existing study for repair, and keep other processes from running it.

    Returns:
        The ledger, to be closed by the caller.

    Raises:
        StudyNotFoundError: If the study does not exist.
        StudyBusyError: If another process runs the study.
        ReadOnlyStoreError: If the store cannot be written.
    """
    return Ledger(name, store.study(name), _load(store, name, "repair"))


def open_to_examine(store: Store, name: str) -> Ledger:
    """Open an existing study as `open_for_repair`, also in a store of files that cannot be written; nothing may be changed.

    In a database a lease is written.

    Raises:
        StudyNotFoundError: If the study does not exist.
        StudyBusyError: If another process runs the study.
    """
    return Ledger(name, store.study(name), _load(store, name, "examine"))


def _load(store: Store, name: str, purpose: Purpose) -> OpenedStudy:
    ledger_store = _ledger_store(store)
    names = ledger_store.study_names()
    if name not in names:
        raise StudyNotFoundError(f'There is no study "{name}" in {store.ledger_location}; {nearest(name, names)}')
    opened = ledger_store.load(name, purpose)
    if opened is None or "experiment" not in opened.study.user_attrs:
        raise StudyNotFoundError(f'Study "{name}" is being created; try again in a moment')
    return opened


def study_names(store: Store) -> list[str]:
    """Return the names of all studies in a store."""
    return _ledger_store(store).study_names()


def is_running(store: Store, name: str) -> bool:
    """Return whether a process runs a study."""
    return _ledger_store(store).is_running(name)


def _ledger_store(store: Store) -> LedgerStore:
    if store.ledger:
        from .database_store import DatabaseStore  # imports SQLAlchemy

        return DatabaseStore(store)
    from .journal_store import JournalStore

    return JournalStore(store)


def _check_unchanged(ledger: Ledger, experiment: Experiment) -> None:
    changes = changes_between(ledger.experiment, experiment)
    if changes:
        advice = "keep the trials that are still valid with --extend, " if can_be_extended(changes) and experiment.function is None else ""
        raise StudyChangedError(
            f'Study "{ledger.name}" was started with another experiment (then → now): {named_changes(changes)}; '
            f"{advice}start another study with --fresh, or give this one its own name with --study"
        )
