"""The socket of shelves: where the ledgers of a store are kept."""

import shutil
from dataclasses import dataclass
from typing import Protocol

import optuna
from optuna.storages import BaseStorage

from ..errors import InputError
from ..experiment.sections import Direction
from ..store import Store
from .leases import Leases


@dataclass(frozen=True)
class OpenedStudy:
    """A study that this process runs.

    Attributes:
        study: Optuna's study.
        storage: Where Optuna keeps it.
        leases: Who does what of it.
        archived_as: The name that the earlier study of this name has now; None if there was none, or it goes on.
    """

    study: optuna.Study
    storage: BaseStorage
    leases: Leases
    archived_as: str | None = None

    @property
    def study_id(self) -> int:
        """Optuna's number of the study."""
        return self.storage.get_study_id_from_name(self.study.study_name)


class LedgerStore(Protocol):
    """Keeps the ledgers of a store."""

    def study_names(self) -> list[str]:
        """Return the names of all studies."""
        ...

    def create_or_load(self, name: str, direction: Direction, *, fresh: bool) -> OpenedStudy:
        """Open a study for running it, and begin it where there is none.

        Args:
            name: The study.
            direction: "minimize" or "maximize".
            fresh: Whether to set aside an earlier one as ``<name>.1``, ``<name>.2`` ...

        Raises:
            StudyBusyError: If another process runs it and this one may not join.
        """
        ...

    def discard(self, opened: OpenedStudy, name: str) -> None:
        """Remove a study that was begun for nothing, and bring back the one that it set aside."""
        ...

    def load(self, name: str, *, is_exclusive: bool) -> OpenedStudy | None:
        """Open a study that is there for reading; None if nothing is written yet.

        Args:
            name: The study.
            is_exclusive: Whether it is to be mended too, which keeps others away.

        Raises:
            StudyBusyError: If others run it and this process is to be alone.
        """
        ...


def check_unclaimed(store: Store, name: str) -> None:
    """Refuse to begin a study in a folder that holds the files of one whose ledger is elsewhere.

    Args:
        store: The local store.
        name: The study, which this ledger does not know.

    Raises:
        InputError: If there is something in its folder.
    """
    folder = store.study(name).root
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(
            f'{folder} holds the files of a study "{name}" that {store.ledger_location} does not know: its ledger is elsewhere. Name that ledger '
            "with --ledger or PERCEPTUNE_LEDGER, or choose another name with --study; if that ledger is gone, remove the folder"
        )


def archive_folder(store: Store, name: str, taken: set[str]) -> str:
    """Give a study's folder the next free name, ``<name>.1``, ``<name>.2`` ...

    Args:
        store: The local store.
        name: The study; its folder may be missing.
        taken: Names that are not free although no folder has them.

    Returns:
        The new name.
    """
    store.studies.mkdir(parents=True, exist_ok=True)
    taken = taken | {path.name for path in store.studies.iterdir()}
    free = next(f"{name}.{number}" for number in range(1, len(taken) + 2) if f"{name}.{number}" not in taken)
    if store.study(name).root.exists():
        store.study(name).root.rename(store.study(free).root)
    return free


def restore_folder(store: Store, name: str, archived_as: str | None) -> None:
    """Remove a study's folder and give the name back to the one that was set aside."""
    shutil.rmtree(store.study(name).root, ignore_errors=True)
    if archived_as is not None and store.study(archived_as).root.exists():
        store.study(archived_as).root.rename(store.study(name).root)
