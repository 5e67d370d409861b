"""Logs studies to MLflow: a run per study, a child run per trial, few and large requests.

It uses `MlflowClient` with explicit run ids only, so that neither an active run nor ``MLFLOW_RUN_ID`` in the environment
changes where it writes. It must be called from one thread at a time. A call about a trial, or `finish_study`, may be
repeated after a StoreUnavailableError: what the store has already is not written again.

MLflow's status of a run: FINISHED for COMPLETE and PRUNED trials (the tag ``perceptune.state`` distinguishes them), FAILED
for FAILED ones, KILLED for interrupted ones.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, final

from ..errors import StudyNotFoundError
from ..redaction import redact
from ..trial import Assignment, EpochReport, TrialResult
from . import descriptions
from .base import StudyOutcome, StudyRecord
from .mlflow_batches import Batch, milliseconds
from .mlflow_best_run import EXCLUDED, FRONT, mark_best, mark_trials
from .mlflow_connection import mlflow_session
from .mlflow_lookup import existing_run, find_child
from .mlflow_recovery import end_left_running, log_all_missing, log_last_missing
from .mlflow_runs import OpenRun
from .mlflow_store import LazyStore
from .mlflow_study_run import attach_sources, create_study_run, resume_study_run
from .mlflow_trial_runs import TrialRuns
from .mlflow_view import describe_experiment
from .notes import study_note
from .provenance import collect
from .sqlite_store import is_local

if TYPE_CHECKING:
    from mlflow import MlflowClient


@final
class MlflowTracker:
    """Logs one study to MLflow.

    Args:
        tracking_uri: MLflow's tracking store, such as ``sqlite:///mlruns/mlflow.db``.
        artifacts: Folder of the artifacts if the store is a local SQLite file; a server chooses its own.
    """

    def __init__(self, tracking_uri: str, artifacts: Path) -> None:
        self._tracking_uri = tracking_uri
        self._artifacts = artifacts
        self._store = LazyStore(tracking_uri)
        self._started: TrialRuns | None = None

    def open(self) -> None:
        """Import MLflow and connect; a missing local store is prepared, and created by `start_study`.

        Raises:
            InputError: If the store does not respond.
        """
        self._store.prepare()

    def start_study(self, record: StudyRecord) -> str:
        """Create the study's run, or reopen it: log finished trials that are missing, close runs left running.

        A run that does not exist any more, because the store was deleted, is created again.

        Args:
            record: The study.

        Returns:
            The id of the study's run.

        Raises:
            InputError: If the store does not respond.
            PerceptuneError: If MLflow fails later.
        """
        provenance = collect()
        client = self._client
        with mlflow_session():
            known = existing_run(client, record.parent_run_id)
            location = (self._artifacts / record.experiment.name).resolve().as_uri() if is_local(self._tracking_uri) else None
            run = resume_study_run(client, known, record, provenance) if known else create_study_run(client, record, provenance, location)
            runs = self._started = TrialRuns(client, record, run.info.experiment_id, run.info.run_id)
            if not record.is_shared:
                end_left_running(runs)
            if not (record.is_shared and known):
                log_last_missing(runs)  # all of them, if the study's run is new: it was lost with its store, or the trials are another study's
            attach_sources(client, runs.parent_run_id, record, provenance)
            describe_experiment(client, runs.experiment_id, record, runs.parent_run_id)
        return runs.parent_run_id

    def start_trial(self, assignment: Assignment) -> None:
        """Create a trial's run with its hyperparameters at once, so that they survive a kill of this process.

        Args:
            assignment: The trial; a retried one continues its run.
        """
        self._runs.start(assignment)

    def log_facts(self, number: int, params: Mapping[str, str], tags: Mapping[str, str]) -> None:
        """Log hyperparameters and tags that a running trial has got; they are written within 5 seconds."""
        self._runs.log_facts(number, params, tags)

    def log_epoch(self, report: EpochReport) -> None:
        """Log one epoch's metrics; they are written within 5 seconds, as long as this or `write_due` is called.

        Args:
            report: The metrics. A known epoch is not written again, and one after a gap is written with the trial's result.
        """
        self._runs.log_epoch(report)

    def write_due(self) -> None:
        """Write what has been pending for 5 seconds, while nothing else is called."""
        self._runs.write_due()

    def finish_trial(self, result: TrialResult) -> None:
        """Log the result of a trial and end its run.

        Args:
            result: The result; epochs of its history that were never reported are logged too.
        """
        self._runs.finish(result)

    def log_best(self, n_finished: int, value: float, metrics: Mapping[str, float]) -> None:
        """Log the best value of a study once another trial has finished; it is written within 5 seconds.

        Args:
            n_finished: The number of finished trials, which is the step: MLflow shows the value of the greatest one.
            value: The value of the best of them.
            metrics: The metrics of the best trial at its best epoch, if it has just become the best one; empty otherwise.
        """
        self._runs.log_best(n_finished, value, metrics)

    def restore_trial(self, assignment: Assignment, result: TrialResult) -> None:
        """Write what the store lacks of a finished trial, and nothing twice.

        Args:
            assignment: The trial.
            result: Its result.
        """
        self._runs.restore(assignment, result)

    def pause_trial(self, number: int, so_far: TrialResult | None = None) -> None:
        """Write what is pending for a trial and leave its run open for the process that continues the trial.

        Args:
            number: The trial; it may have no open run.
            so_far: The result so far of a trial that is PAUSED, in MLflow SCHEDULED; None if the trial runs again at once. Defaults to None.
        """
        self._runs.pause(number, so_far)

    def drop_trial(self, number: int) -> None:
        """Discard what is pending for a trial whose run another process writes now."""
        self._runs.drop(number)

    def pause_all(self) -> None:
        """Pause all trials."""
        self._runs.pause_all()

    def finish_study(self, outcome: StudyOutcome) -> None:
        """Log the study's results and end its run; runs of unfinished trials become KILLED.

        Args:
            outcome: The state of the study. Its run becomes FINISHED, KILLED if the study was interrupted, or FAILED if no
                trial has a value.
        """
        runs = self._runs
        runs.end_all()
        end_left_running(runs)  # one whose creation was interrupted is known to the store only
        if runs.record.is_shared:
            log_all_missing(runs)
        best_page = ""
        if outcome.best_trial is not None:
            with mlflow_session():
                best_page = mark_best(runs.client, runs.experiment_id, runs.parent_run_id, outcome.best_trial)
        marks: dict[str, Mapping[int, str]] = {FRONT: {trial.number: "true" for trial in outcome.front}} if outcome.front else {}
        marks |= {} if outcome.excluded is None else {EXCLUDED: outcome.excluded}
        with mlflow_session():
            for tag, texts in marks.items():
                mark_trials(runs.client, runs.experiment_id, runs.parent_run_id, tag, texts)
        batch = Batch(tags=descriptions.outcome_tags(outcome) | study_note(runs.record, outcome, best_page))
        # The step grows with the study, so that MLflow shows the newest metrics of a continued one.
        batch.add_metrics(descriptions.outcome_metrics(outcome), milliseconds(time.time()), sum(outcome.n_by_state.values()))
        with mlflow_session():
            if outcome.artifacts is not None:
                runs.client.log_artifacts(runs.parent_run_id, str(outcome.artifacts))
            if set(outcome.asked) - set(runs.record.searched):  # columns for what a function has asked for
                record = replace(runs.record, asked=outcome.asked)
                describe_experiment(runs.client, runs.experiment_id, record, runs.parent_run_id)
        status = "KILLED" if not outcome.is_complete else "FAILED" if outcome.best_trial is None else "FINISHED"
        runs.end(OpenRun(runs.parent_run_id, batch), status)

    def end_abandoned(self, record: StudyRecord, outcome: StudyOutcome) -> None:
        """End the run of a study that a killed process left running, with those of its trials, and do nothing if it has ended.

        Args:
            record: The study, which nobody runs any more.
            outcome: Its state.
        """
        with mlflow_session():
            run = existing_run(self._client, record.parent_run_id)
        if run is not None and run.info.status == "RUNNING":
            self._started = TrialRuns(self._client, record, run.info.experiment_id, run.info.run_id)
            self.finish_study(outcome)

    def find_run_id(self, parent_run_id: str, number: int) -> str:
        """Return the id of a trial's run.

        Args:
            parent_run_id: The study's run.
            number: The trial's number.

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
    def _runs(self) -> TrialRuns:
        if self._started is None:
            raise RuntimeError("No study was started; call start_study() first.")
        return self._started
