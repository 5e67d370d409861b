"""The interface of ledger stores, which keep the ledgers of a local store, and the folders of archived studies."""

import shutil
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import optuna
from optuna.storages import BaseStorage

from ..errors import InputError
from ..experiment.directions import Direction
from ..store import Store
from .leases import Leases

Purpose = Literal["read", "examine", "repair"]
"""Why a study is opened. Nobody runs it while it is examined or repaired."""


@dataclass(frozen=True)
class OpenedStudy:
    """A study that this process has opened.

    Attributes:
        study: Optuna's study.
        storage: Optuna's storage of the study.
        leases: The leases of the study's trials.
        archived_as: The new name of an earlier study that was archived; None if none was. Defaults to None.
    """

    study: optuna.Study
    storage: BaseStorage
    leases: Leases
    archived_as: str | None = None

    @property
    def study_id(self) -> int:
        """Optuna's id of the study."""
        return self.storage.get_study_id_from_name(self.study.study_name)


@dataclass(frozen=True, eq=False)
class ReadableStudy:
    """A study that is read while other processes may write it; one that is archived or created anew is another object.

    Attributes:
        storage: Optuna's storage of the study.
        study_id: Optuna's id of the study in this storage.
    """

    storage: BaseStorage
    study_id: int


class StudyReader(Protocol):
    """Reads the studies of a store again and again."""

    def names(self) -> list[str]:
        """Return the names of all studies."""
        ...

    def open(self, name: str) -> ReadableStudy | None:
        """Open a study.

        Args:
            name: One of `names`.

        Returns:
            The study, the same object as long as it is the same study; None if its ledger is still empty.

        Raises:
            InputError: If its ledger cannot be read.
        """
        ...

    def close(self) -> None:
        """Close all files and connections."""
        ...


class LedgerStore(Protocol):
    """Creates, loads and deletes the ledgers of a store."""

    def study_names(self) -> list[str]:
        """Return the names of all studies."""
        ...

    def create_or_load(self, name: str, directions: Sequence[Direction], *, fresh: bool) -> OpenedStudy:
        """Open a study for running it, and create it if it does not exist.

        Args:
            name: The study's name.
            directions: "minimize" or "maximize", of each objective.
            fresh: Whether to archive an existing study as ``<name>.1``, ``<name>.2`` ... and create another.

        Raises:
            StudyBusyError: If another process runs the study and this one cannot join.
        """
        ...

    def discard(self, opened: OpenedStudy, name: str, *, keep_logs: bool) -> None:
        """Delete a study that has no trials, and restore the study that was archived for it."""
        ...

    def delete(self, opened: OpenedStudy, name: str) -> None:
        """Delete a study that is opened for repair, with its folder."""
        ...

    def rename(self, opened: OpenedStudy, name: str, new: str) -> None:
        """Rename a study that is opened for repair, with its folder.

        Raises:
            InputError: If there is a study or a folder of the new name.
        """
        ...

    def is_running(self, name: str) -> bool:
        """Return whether a process runs a study."""
        ...

    def load(self, name: str, purpose: Purpose) -> OpenedStudy | None:
        """Open an existing study.

        Args:
            name: The study's name.
            purpose: "read"; or "examine" or "repair", which keep other processes from running it.

        Returns:
            The study; None if its ledger is still empty.

        Raises:
            StudyBusyError: If it is opened for more than reading, and another process runs it.
            ReadOnlyStoreError: If it is opened for repair, and the store cannot be written.
        """
        ...


def check_unclaimed(store: Store, name: str) -> None:
    """Check that a new study's folder does not hold the files of a study in another ledger.

    Args:
        store: The local store.
        name: The study's name, which is not in this ledger.

    Raises:
        InputError: If the folder is not empty.
    """
    folder = store.study(name)
    files = set(folder.root.iterdir()) if folder.root.is_dir() else set()
    # The logs of workers that never started are kept, and a killed process may have left an empty journal.
    unclaimed = files - {folder.logs} - {path for path in files if path == folder.journal and not path.stat().st_size}
    if unclaimed:
        raise InputError(
            f'{folder.root} holds the files of a study "{name}" that {store.ledger_location} does not know: its ledger is elsewhere. Name that '
            "ledger with --ledger or PERCEPTUNE_LEDGER, or choose another name with --study; if that ledger is gone, remove the folder"
        )


def check_free(store: Store, new: str, names: Container[str]) -> None:
    """Check that no study and no folder has the new name of a study.

    Args:
        store: The local store.
        new: The new name.
        names: The names of all studies.

    Raises:
        InputError: If one has it.
    """
    if new in names or store.study(new).root.exists():
        raise InputError(f'There is a study "{new}" already, or a folder {store.study(new).root}; choose another name')


def archive_folder(store: Store, name: str, taken: set[str]) -> str:
    """Rename a study's folder to the next free name, ``<name>.1``, ``<name>.2`` ...

    Args:
        store: The local store.
        name: The study's name; its folder may be missing.
        taken: Names in use besides those of existing folders.

    Returns:
        The new name.
    """
    store.studies.mkdir(parents=True, exist_ok=True)
    taken = taken | {path.name for path in store.studies.iterdir()}
    free = next(f"{name}.{number}" for number in range(1, len(taken) + 2) if f"{name}.{number}" not in taken)
    if store.study(name).root.exists():
        store.study(name).root.rename(store.study(free).root)
    return free


def restore_folder(store: Store, name: str, archived_as: str | None, *, keep_logs: bool) -> None:
    """Remove a study's folder and rename the archived folder back; the logs stay where they are, if they are needed."""
    folder = store.study(name)
    logs = {path.name: path.read_bytes() for path in folder.logs.glob("*.log")} if keep_logs else {}
    shutil.rmtree(folder.root, ignore_errors=True)
    if archived_as is not None and store.study(archived_as).root.exists():
        store.study(archived_as).root.rename(folder.root)
    for log, content in logs.items():
        folder.logs.mkdir(parents=True, exist_ok=True)
        with (folder.logs / log).open("ab") as file:  # after what the archived study's workers have printed
            file.write(content)
