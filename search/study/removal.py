"""Deletes a study: its ledger and files, its runs and artifacts in MLflow, and its versions in the model registry."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .. import ledger as ledgers
from ..errors import StudyBusyError
from ..ledger import Ledger
from ..store import Store
from ..tracking.study_runs import StudyRuns, delete_runs, find_study_runs, uri_of

if TYPE_CHECKING:
    from mlflow import MlflowClient


@dataclass(frozen=True)
class Removal:
    """A study that no other process runs, and what MLflow has of it.

    Attributes:
        store: The local store.
        ledger: The study.
        tracked: MLflow's client and what it has of the study; None if it has nothing.
    """

    store: Store
    ledger: Ledger
    tracked: "tuple[MlflowClient, StudyRuns] | None"

    @property
    def folder(self) -> Path:
        """The folder of the study's files."""
        return self.ledger.folder.root

    @property
    def size_bytes(self) -> int:
        """Size of the files in the study's folder."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())

    @property
    def n_trials(self) -> int:
        """Number of trials in the ledger."""
        return len(self.ledger.records())

    @property
    def n_runs(self) -> int:
        """Number of runs in MLflow."""
        return 0 if self.tracked is None else 1 + len(self.tracked[1].children)

    @property
    def models(self) -> dict[str, bool]:
        """URI of each version in the model registry, and whether it is the champion of its registered model."""
        if self.tracked is None:
            return {}
        _, found = self.tracked
        uris = [uri_of(version.name, version.version) for version in found.versions]
        return {uri: uri in found.champions for uri in uris}

    def execute(self) -> None:
        """Delete it all, the ledger last: a deletion that was interrupted can be repeated."""
        if self.tracked is not None:
            delete_runs(*self.tracked)
        ledgers.delete(self.ledger, self.store)


@contextlib.contextmanager
def removal_of(store: Store, name: str) -> Iterator[Removal]:
    """Open a study so that it can be deleted; no other process can run it meanwhile.

    Args:
        store: The local store.
        name: The study's name.

    Raises:
        StudyNotFoundError: If the study does not exist.
        StudyBusyError: If another process runs it.
        InputError: If MLflow does not respond.
    """
    with open_alone(store, name) as ledger:
        yield Removal(store, ledger, find_study_runs(store.tracking_uri, ledger.attribute("parent_run_id")))


@contextlib.contextmanager
def open_alone(store: Store, name: str) -> Iterator[Ledger]:
    """Open a study that no other process runs, and keep others from running it.

    Raises:
        StudyNotFoundError: If the study does not exist.
        StudyBusyError: If another process runs it.
    """
    try:
        ledger = ledgers.open_for_repair(store, name)
    except StudyBusyError:
        raise StudyBusyError(f'Study "{name}" is being run by another process; wait for its end, or stop it by Ctrl-C') from None
    with contextlib.closing(ledger):
        yield ledger
