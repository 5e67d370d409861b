"""What the doctor finds, and what it is found in."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..ledger import Ledger, TrialRecord
from ..ledger.record import to_result
from ..store import Store
from ..tracking.mlflow_connection import connect, mlflow_session
from ..tracking.mlflow_lookup import existing_run, find_children
from ..tracking.sqlite_store import exists
from ..trial import TrialResult

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run


@dataclass(frozen=True)
class Finding:
    """Something that does not fit.

    Attributes:
        kind: Which fault it is, such as ``missing epochs``.
        subject: What it is found in, such as ``trial 3`` or a file.
        text: What is the matter.
        remedy: What ``--repair`` does about it; empty if it can do nothing.
    """

    kind: str
    subject: str
    text: str
    remedy: str = ""


@dataclass(frozen=True)
class Case:
    """A study that nobody runs, as it stands; everything is read when it is first asked for, and once.

    Attributes:
        store: The local store.
        ledger: The study, locked.
    """

    store: Store
    ledger: Ledger

    @cached_property
    def records(self) -> Mapping[int, TrialRecord]:
        """The ledger's trials by number."""
        return {record.number: record for record in self.ledger.records()}

    @cached_property
    def results(self) -> Mapping[int, TrialResult]:
        """How trials ended, by number; those that have not are left out."""
        ended = {number: to_result(record) for number, record in self.records.items()}
        return {number: result for number, result in ended.items() if result is not None}

    @cached_property
    def client(self) -> "MlflowClient | None":
        """MLflow; None if there is no store yet."""
        return connect(self.store.tracking_uri) if exists(self.store.tracking_uri) else None

    @cached_property
    def parent(self) -> "Run | None":
        """The study's run."""
        with mlflow_session():
            return existing_run(self.client, self.ledger.attribute("parent_run_id")) if self.client else None

    @cached_property
    def runs(self) -> "list[Run]":
        """The trials' runs, deleted ones too, the earliest first."""
        if self.client is None or self.parent is None:
            return []
        with mlflow_session():
            found = find_children(self.client, self.parent.info.experiment_id, self.parent.info.run_id, deleted=True)
        return sorted(found, key=lambda run: run.info.start_time)
