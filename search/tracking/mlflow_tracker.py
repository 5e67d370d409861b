"""Writes studies to MLflow: a run per study, a child run per trial, few and large requests.

It goes through `MlflowClient` with explicit run ids only, so that neither an active run nor ``MLFLOW_RUN_ID`` in the
environment can lead it astray. It is to be called from one thread at a time. A call about a trial, or `finish_study`, that
raised StoreUnavailableError may be repeated: what the store has taken already is looked for before it is written again.

MLflow's status of a run: FINISHED for COMPLETE and for PRUNED (a pruned trial did all that was asked of it, and is told
apart by the tag ``perceptune.state``), FAILED for FAILED, KILLED for what was interrupted.
"""

import itertools
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, final

from ..errors import StoreUnavailableError, StudyNotFoundError
from ..redaction import redact
from ..trial import Assignment, EpochReport, TrialResult
from . import descriptions
from .base import StudyOutcome, StudyRecord
from .mlflow_batches import Batch, milliseconds, write
from .mlflow_connection import mlflow_session
from .mlflow_lookup import existing_run, find_child, find_children, has_child, last_epoch
from .mlflow_runs import OpenRun, status_of
from .mlflow_store import LazyStore
from .mlflow_study_run import attach_sources, create_study_run, resume_study_run
from .provenance import collect
from .sqlite_store import is_local

if TYPE_CHECKING:
    from mlflow import MlflowClient

WRITE_INTERVAL_SECONDS = 5.0
_INTERRUPTED = {"perceptune.state": descriptions.INTERRUPTED, "perceptune.reason": "interrupted"}


@final
class MlflowTracker:
    """Tracks one study in MLflow.

    Args:
        tracking_uri: Where MLflow keeps runs, such as ``sqlite:///mlruns/mlflow.db``.
        artifacts: Where artifacts go if that is a local SQLite file; a server decides itself.
    """

    def __init__(self, tracking_uri: str, artifacts: Path) -> None:
        self._tracking_uri = tracking_uri
        self._artifacts = artifacts
        self._store = LazyStore(tracking_uri)
        self._record: StudyRecord | None = None
        self._experiment_id = self._parent_run_id = ""
        self._open_runs: dict[int, OpenRun] = {}
        self._unconfirmed: set[int] = set()  # trials whose runs the store was asked to create, and did not say whether it has

    def open(self) -> None:
        """Import MLflow and connect; a local store that is not there is prepared, and put in its place by `start_study`.

        Raises:
            InputError: If the store does not answer.
        """
        self._store.prepare()

    def start_study(self, record: StudyRecord) -> str:
        """Begin the study's run, or go on with it: write what is missing of ended trials, close the runs left over.

        A run that is not there any more, because the store was deleted, is begun anew.

        Args:
            record: The study.

        Returns:
            The id of the study's run.

        Raises:
            InputError: If the store does not answer.
            PerceptuneError: If MLflow fails later on.
        """
        provenance = collect()
        self._record, self._open_runs = record, {}
        client = self._client
        with mlflow_session():
            known = existing_run(client, record.parent_run_id)
            location = (self._artifacts / record.experiment.name).resolve().as_uri() if is_local(self._tracking_uri) else None
            run = resume_study_run(client, known, record, provenance) if known else create_study_run(client, record, provenance, location)
            self._experiment_id, self._parent_run_id = run.info.experiment_id, run.info.run_id
            if known and not record.is_shared:
                self._close_running_children()
                self._write_missing_children()
            attach_sources(client, self._parent_run_id, record, provenance)
        return self._parent_run_id

    def start_trial(self, assignment: Assignment) -> None:
        """Begin a trial's run with its hyperparameters, so that they are there even if this process is killed.

        Args:
            assignment: The trial; the run of one that is given out again goes on.
        """
        self.write_due()
        number = assignment.number
        if number in self._open_runs:
            self._open_runs[number].pending.tags |= descriptions.attempt_tags(assignment)
            return
        with mlflow_session():
            reopened = self._reopen(assignment) if assignment.attempt > 1 or number in self._unconfirmed else None
            self._unconfirmed.add(number)
            run = reopened or self._create_run(assignment)
            if assignment.attempt == 1 or not reopened:  # those of a run that goes on stand as they were
                write(self._client, run.run_id, Batch(params=descriptions.trial_params(self._current, assignment)))
        self._unconfirmed.discard(number)
        self._open_runs[number] = run

    def _create_run(self, assignment: Assignment) -> OpenRun:
        tags = {"mlflow.parentRunId": self._parent_run_id} | descriptions.user_tags() | descriptions.trial_tags(self._current, assignment)
        run = self._client.create_run(self._experiment_id, milliseconds(assignment.started), tags, f"trial {assignment.number}")
        return OpenRun(run.info.run_id)

    def _reopen(self, assignment: Assignment) -> OpenRun | None:
        """Go on with the run of an earlier attempt, of the trial or at its creation; None if there is none."""
        run = find_child(self._client, self._experiment_id, self._parent_run_id, assignment.number)
        if run is None:
            return None
        self._client.update_run(run.info.run_id, status="RUNNING")
        if "perceptune.reason" in run.data.tags:
            self._client.delete_tag(run.info.run_id, "perceptune.reason")
        write(self._client, run.info.run_id, Batch(tags=descriptions.attempt_tags(assignment)))
        return OpenRun(run.info.run_id, last_epoch=last_epoch(self._client, run.info.run_id))

    def log_epoch(self, report: EpochReport) -> None:
        """Note one epoch's metrics; they are written within 5 seconds, as long as this or `write_due` is called.

        Args:
            report: The metrics. An epoch that is already known is not written again, and one after a gap with the trial's result.
        """
        run = self._open_runs[report.number]
        if report.epoch == run.last_epoch + 1:
            run.pending.add_metrics(report.metrics, milliseconds(report.finished), report.epoch)
            run.last_epoch = report.epoch
        self.write_due()

    def write_due(self) -> None:
        """Write what has waited for 5 seconds; for whoever is called while nothing else happens."""
        now = time.monotonic()
        for run in self._open_runs.values():
            if run.pending and now - run.written_at >= WRITE_INTERVAL_SECONDS:
                with mlflow_session():
                    run.write(self._client)

    def finish_trial(self, result: TrialResult) -> None:
        """Write what is not yet written of a trial, and end its run.

        Args:
            result: How it ended; epochs of its history that were never reported are written too.
        """
        self.write_due()
        run = self._open_runs.pop(result.number)
        run.add_result(result)
        try:
            self._end(run, status_of(result), milliseconds(result.finished))
        except StoreUnavailableError:
            self._open_runs[result.number] = run  # this call may be repeated
            raise

    def restore_trial(self, assignment: Assignment, result: TrialResult) -> None:
        """Write whatever the store lacks of a trial that has ended, and nothing twice.

        Args:
            assignment: The trial.
            result: How it ended.
        """
        with mlflow_session():
            run = find_child(self._client, self._experiment_id, self._parent_run_id, assignment.number)
        if run is None:
            self.start_trial(replace(assignment, started=result.finished - result.seconds))
        else:
            self._open_runs[assignment.number] = OpenRun(run.info.run_id, may_be_written=True)  # all epochs are compared
        self.finish_trial(result)

    def pause_trial(self, number: int) -> None:
        """Write what is not yet written of a trial, and leave its run to whoever begins it again.

        Args:
            number: The trial; it may have no open run.
        """
        run = self._open_runs.get(number)
        if run is not None:
            with mlflow_session():
                run.write(self._client)
            del self._open_runs[number]

    def drop_trial(self, number: int) -> None:
        """Forget a trial, and what is not yet written of it: another process writes its run now."""
        self._open_runs.pop(number, None)

    def pause_all(self) -> None:
        """Pause all trials."""
        for number in list(self._open_runs):
            self.pause_trial(number)

    def finish_study(self, outcome: StudyOutcome) -> None:
        """Write the study's results and end its run; trials that still run are marked as killed.

        Args:
            outcome: How the study stands. Its run becomes FINISHED, KILLED if the study was interrupted, or FAILED if no
                trial has a value.
        """
        for number, run in list(self._open_runs.items()):
            result = self._current.result_of(number)
            if result is not None:
                self.finish_trial(result)
                continue
            run.pending.tags |= _INTERRUPTED
            self._end(run, "KILLED")
        self._open_runs = {}
        self._close_running_children()  # one whose creation was interrupted is known to the store only
        if self._current.is_shared:
            self._write_children_of_all_processes()
        batch = Batch(tags=descriptions.outcome_tags(self._current, outcome))
        # The step grows with the study, so that MLflow shows the newest numbers of one that went on.
        batch.add_metrics(descriptions.outcome_metrics(outcome), milliseconds(time.time()), sum(outcome.n_by_state.values()))
        with mlflow_session():
            if outcome.artifacts is not None:
                self._client.log_artifacts(self._parent_run_id, str(outcome.artifacts))
        status = "KILLED" if not outcome.is_complete else "FAILED" if outcome.best_trial is None else "FINISHED"
        self._end(OpenRun(self._parent_run_id, batch), status)

    def find_run_id(self, parent_run_id: str, number: int) -> str:
        """Find the run of a trial.

        Args:
            parent_run_id: The study's run.
            number: The trial's number.

        Returns:
            The id of the trial's run.

        Raises:
            StudyNotFoundError: If the store has no such run.
        """
        client = self._client
        with mlflow_session():
            parent = existing_run(client, parent_run_id)
            run = find_child(client, parent.info.experiment_id, parent_run_id, number) if parent else None
        if run is None:
            raise StudyNotFoundError(f"MLflow at {redact(self._tracking_uri)} has no run of trial {number} under run {parent_run_id}")
        return str(run.info.run_id)

    @property
    def _client(self) -> "MlflowClient":
        return self._store.client

    @property
    def _current(self) -> StudyRecord:
        if self._record is None:
            raise RuntimeError("No study was started; call start_study() first.")
        return self._record

    def _close_running_children(self) -> None:
        with mlflow_session():
            running = find_children(self._client, self._experiment_id, self._parent_run_id, "attributes.status = 'RUNNING'")
        for child in running:
            result = self._current.result_of(int(child.data.tags["perceptune.trial"]))
            if result is None:
                self._end(OpenRun(child.info.run_id, Batch(tags=dict(_INTERRUPTED))), "KILLED")
            else:
                self._open_runs[result.number] = OpenRun(child.info.run_id, Batch(), last_epoch(self._client, child.info.run_id))
                self.finish_trial(result)

    def _write_missing_children(self) -> None:
        """Write the trials that a kill has kept from MLflow: the last ones, as runs begin in the order of trials."""
        where = self._client, self._experiment_id, self._parent_run_id
        with mlflow_session():
            missing = list(itertools.takewhile(lambda trial: not has_child(*where, trial[0].number), self._current.finished()))
        self._write_children(missing)

    def _write_children_of_all_processes(self) -> None:
        """Write the trials that the kill of any process has kept from MLflow."""
        with mlflow_session():
            children = find_children(self._client, self._experiment_id, self._parent_run_id, "attributes.status != 'RUNNING'")
        written = {int(child.data.tags["perceptune.trial"]) for child in children}
        self._write_children(trial for trial in self._current.finished() if trial[0].number not in written)

    def _write_children(self, missing: Iterable[tuple[Assignment, TrialResult]]) -> None:
        for assignment, result in reversed(list(missing)):
            self.restore_trial(assignment, result)

    def _end(self, run: OpenRun, status: str, finished: int | None = None) -> None:
        with mlflow_session():
            run.write(self._client)
            self._client.set_terminated(run.run_id, status, finished)
