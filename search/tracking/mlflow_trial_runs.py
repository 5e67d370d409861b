"""Writes the runs of a study's trials to MLflow, children of the study's run."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, final

from ..errors import StoreUnavailableError
from ..trial import Assignment, EpochReport, TrialResult, TrialState
from . import descriptions
from .base import StudyRecord
from .mlflow_batches import Batch, milliseconds, write
from .mlflow_best_run import trial_name
from .mlflow_connection import mlflow_session
from .mlflow_dataset import dataset_inputs
from .mlflow_lookup import find_child, last_epoch
from .mlflow_runs import OpenRun, status_of

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

WRITE_INTERVAL_SECONDS = 5.0
INTERRUPTED = {"perceptune.state": descriptions.INTERRUPTED, "perceptune.reason": "interrupted"}


@final
class TrialRuns:
    """The runs of a study's trials, with what is pending for the open ones.

    Args:
        client: MLflow's client.
        record: The study.
        experiment_id: MLflow's experiment.
        parent_run_id: The study's run.
    """

    def __init__(self, client: "MlflowClient", record: StudyRecord, experiment_id: str, parent_run_id: str) -> None:
        self.client = client
        self.record = record
        self.experiment_id = experiment_id
        self.parent_run_id = parent_run_id
        self._open: dict[int, OpenRun] = {}
        self._study = OpenRun(parent_run_id)
        self._inputs = dataset_inputs(record)
        self._unconfirmed: set[int] = set()  # trials whose runs MLflow was asked to create without a response

    def start(self, assignment: Assignment) -> None:
        """Create a trial's run with its hyperparameters, or reopen the run of an earlier attempt."""
        self.write_due()
        number = assignment.number
        if number in self._open:
            self._open[number].pending.tags |= descriptions.attempt_tags(assignment)
            return
        with mlflow_session():
            reopened = self._reopen(assignment) if assignment.attempt > 1 or number in self._unconfirmed else None
            self._unconfirmed.add(number)
            run = reopened or self._create(assignment)
            if assignment.attempt == 1 or not reopened:  # MLflow refuses to change the params of an earlier attempt
                write(self.client, run.run_id, Batch(params=descriptions.trial_params(assignment)))
        self._unconfirmed.discard(number)
        self._open[number] = run

    def log_facts(self, number: int, params: Mapping[str, str], tags: Mapping[str, str]) -> None:
        """Add hyperparameters and tags to a trial's open run; those of an earlier attempt are the same, and those of a lost one come again."""
        if number in self._open:
            pending = self._open[number].pending
            pending.params |= params
            pending.tags |= tags
        self.write_due()

    def log_epoch(self, report: EpochReport) -> None:
        """Add the metrics of one epoch; a known epoch adds nothing, and one after a gap is written with the trial's result."""
        run = self._open[report.number]
        if report.epoch == run.last_epoch + 1:
            run.pending.add_metrics(report.metrics, milliseconds(report.finished), report.epoch)
            run.last_epoch = report.epoch
        self.write_due()

    def log_best(self, n_finished: int, value: float, metrics: Mapping[str, float]) -> None:
        """Add the best value after a number of finished trials to the study's run, with the metrics of a new best trial."""
        if n_finished > self._study.last_epoch:  # not again after an outage
            best = {"best_value": value} | descriptions.best_metrics(metrics)
            self._study.pending.add_metrics(best, milliseconds(time.time()), n_finished)
            self._study.last_epoch = n_finished
        self.write_due()

    def write_due(self) -> None:
        """Write what has been pending for 5 seconds."""
        now = time.monotonic()
        for run in (self._study, *self._open.values()):
            if run.pending and now - run.written_at >= WRITE_INTERVAL_SECONDS:
                with mlflow_session():
                    run.write(self.client)

    def finish(self, result: TrialResult) -> None:
        """Write the result of a trial and end its run; this may be repeated after a StoreUnavailableError."""
        self.write_due()
        run = self._open.pop(result.number)
        experiment = self.record.experiment
        run.add_result(result, experiment.costs, experiment.beyond_limits(result.measures))
        try:
            self.end(run, status_of(result), milliseconds(result.finished))
        except StoreUnavailableError:
            self._open[result.number] = run
            raise

    def finish_left_running(self, run: "Run", result: TrialResult) -> None:
        """Write the result of a trial into a run that a killed process left running."""
        self._open[result.number] = OpenRun(run.info.run_id, Batch(), last_epoch(self.client, run.info.run_id, self.record.metric_of_epochs))
        self.finish(result)

    def restore(self, assignment: Assignment, result: TrialResult) -> None:
        """Write what the store lacks of a finished trial, and nothing twice."""
        with mlflow_session():
            run = find_child(self.client, self.experiment_id, self.parent_run_id, assignment.number)
        if run is None:
            self.start(replace(assignment, started=result.finished - result.seconds))
        else:
            self._open[assignment.number] = OpenRun(run.info.run_id, may_be_written=True)  # compares all epochs
        self.finish(result)

    def pause(self, number: int, so_far: TrialResult | None = None) -> None:
        """Write what is pending for a trial and leave its run open, SCHEDULED with a PAUSED one's result; the trial may have no open run."""
        run = self._open.get(number)
        if run is not None:
            if so_far is not None:
                run.pending.tags["perceptune.state"] = TrialState.PAUSED.value
                run.pending.add_metrics(self._metrics_of(so_far), milliseconds(so_far.finished), self._step_of(so_far))
            with mlflow_session():
                run.write(self.client)
                if so_far is not None:
                    self.client.update_run(run.run_id, status="SCHEDULED")
            del self._open[number]

    def _metrics_of(self, result: TrialResult) -> dict[str, float]:
        experiment = self.record.experiment
        return descriptions.result_metrics(result, experiment.costs, is_within_limits=not experiment.beyond_limits(result.measures))

    def _step_of(self, so_far: TrialResult) -> int:
        """Return the step of a paused trial's result, before that of the final one, 0: MLflow shows the value of the greatest step."""
        return min(-1, len(so_far.history) - self.record.experiment.max_epochs)

    def drop(self, number: int) -> None:
        """Discard a trial's run and what is pending for it."""
        self._open.pop(number, None)

    def pause_all(self) -> None:
        """Pause all trials, and write what is pending for the study."""
        for number in list(self._open):
            self.pause(number)
        self._write_study()

    def end_all(self) -> None:
        """End the trials' open runs: with the trial's result if the ledger has one, else as KILLED."""
        for number, run in list(self._open.items()):
            result = self.record.result_of(number)
            if result is not None:
                self.finish(result)
                continue
            run.pending.tags |= INTERRUPTED
            self.end(run, "KILLED")
        self._open = {}
        self._write_study()

    def end(self, run: OpenRun, status: str, finished: int | None = None) -> None:
        """Write what is pending for a run and end it with an MLflow status, at a time in milliseconds or now."""
        with mlflow_session():
            run.write(self.client)
            self.client.set_terminated(run.run_id, status, finished)

    def _write_study(self) -> None:
        with mlflow_session():
            self._study.write(self.client)

    def _create(self, assignment: Assignment) -> OpenRun:
        tags = {"mlflow.parentRunId": self.parent_run_id} | descriptions.user_tags() | descriptions.trial_tags(self.record, assignment)
        run = self.client.create_run(self.experiment_id, milliseconds(assignment.started), tags, trial_name(assignment.number))
        if self._inputs:
            self.client.log_inputs(run.info.run_id, self._inputs)
        return OpenRun(run.info.run_id)

    def _reopen(self, assignment: Assignment) -> OpenRun | None:
        """Reopen the run of an earlier attempt, of the trial or of its creation; return None if there is none."""
        run = find_child(self.client, self.experiment_id, self.parent_run_id, assignment.number)
        if run is None:
            return None
        self.client.update_run(run.info.run_id, status="RUNNING")
        if "perceptune.reason" in run.data.tags:
            self.client.delete_tag(run.info.run_id, "perceptune.reason")
        write(self.client, run.info.run_id, Batch(tags=descriptions.attempt_tags(assignment)))
        return OpenRun(run.info.run_id, last_epoch=last_epoch(self.client, run.info.run_id, self.record.metric_of_epochs))
