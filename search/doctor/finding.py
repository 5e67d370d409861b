"""A finding, and the study that is checked."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ..ledger import Ledger, TrialRecord
from ..store import Store
from ..tracking.mlflow_connection import mlflow_session, reading
from ..tracking.mlflow_lookup import existing_run, find_children, steps_by_run
from ..tracking.mlflow_results import is_finished_trial
from ..tracking.sqlite_store import exists
from ..trial import TrialResult

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run


@dataclass(frozen=True)
class Finding:
    """One inconsistency.

    Attributes:
        kind: Kind of inconsistency, such as ``missing epochs``.
        subject: Where it was found, such as ``trial 3`` or a file.
        text: Description for the user.
        remedy: What ``--repair`` does about it; empty if it cannot be repaired. Defaults to empty.
    """

    kind: str
    subject: str
    text: str
    remedy: str = ""


@dataclass(frozen=True)
class Case:
    """A study that is checked, which no process runs. Each property is read at its first access and then cached.

    Attributes:
        store: The local store.
        ledger: The study, opened for repair, or to examine it.
        resources: Closes what is opened for this.
    """

    store: Store
    ledger: Ledger
    resources: ExitStack

    @cached_property
    def records(self) -> Mapping[int, TrialRecord]:
        """The ledger's trials by number."""
        return {record.number: record for record in self.ledger.records()}

    @cached_property
    def results(self) -> Mapping[int, TrialResult]:
        """Results of finished trials by number."""
        return {number: record.result for number, record in self.records.items() if record.result is not None}

    @cached_property
    def client(self) -> "MlflowClient | None":
        """MLflow's client, which cannot write if the store cannot be written; None if there is no tracking store yet."""
        return self.resources.enter_context(reading(self.store.tracking_uri)) if exists(self.store.tracking_uri) else None

    @cached_property
    def parent(self) -> "Run | None":
        """The study's run; None if MLflow has none."""
        with mlflow_session():
            return existing_run(self.client, self.ledger.attribute("parent_run_id")) if self.client else None

    @cached_property
    def runs(self) -> "list[Run]":
        """The trials' runs, also deleted ones, the earliest first."""
        if self.client is None or self.parent is None:
            return []
        with mlflow_session():
            found = find_children(self.client, self.parent.info.experiment_id, self.parent.info.run_id, deleted=True)
        return sorted(found, key=lambda run: run.info.start_time)

    def steps(self, run: "Run", metric: str) -> list[int]:
        """Return the steps at which a metric was logged to a trial's run; those of all runs are read at once."""
        if metric not in self._steps and self.client is not None:
            with mlflow_session():
                self._steps[metric] = steps_by_run(self.client, [run.info.run_id for run in self.runs], metric)
        return self._steps[metric][run.info.run_id]

    @cached_property
    def _steps(self) -> dict[str, dict[str, list[int]]]:
        return {}


def lost_trial(case: Case, run: "Run") -> int | None:
    """Return the number of the finished trial that a run has and the study's journal has lost; None if it has lost none."""
    if case.store.ledger or run.info.lifecycle_stage != "active" or not is_finished_trial(run):
        return None
    number = int(run.data.tags["perceptune.trial"])
    return None if number in case.records else number
