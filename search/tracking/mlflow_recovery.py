"""Completes the MLflow runs of trials whose process was killed."""

import itertools
from collections.abc import Iterable

from ..trial import Assignment, TrialResult
from .mlflow_batches import Batch
from .mlflow_connection import mlflow_session
from .mlflow_lookup import find_children, has_child
from .mlflow_runs import OpenRun
from .mlflow_trial_runs import INTERRUPTED, TrialRuns


def end_left_running(runs: TrialRuns) -> None:
    """End the runs that MLflow shows as running: with the trial's result if the ledger has one, else as KILLED; paused ones with a result too."""
    where = runs.client, runs.experiment_id, runs.parent_run_id
    with mlflow_session():
        running, paused = (find_children(*where, f"attributes.status = '{status}'") for status in ("RUNNING", "SCHEDULED"))
    for child in [*running, *paused]:
        result = runs.record.result_of(int(child.data.tags["perceptune.trial"]))
        if result is not None:
            runs.finish_left_running(child, result)
        elif child in running:
            runs.end(OpenRun(child.info.run_id, Batch(tags=dict(INTERRUPTED))), "KILLED")


def log_last_missing(runs: TrialRuns) -> None:
    """Log the finished trials without a run, if one process runs the study: the last ones, since runs are created in order."""
    where = runs.client, runs.experiment_id, runs.parent_run_id
    with mlflow_session():
        missing = list(itertools.takewhile(lambda trial: not has_child(*where, trial[0].number), runs.record.finished()))
    _log(runs, missing)


def log_all_missing(runs: TrialRuns) -> None:
    """Log the finished trials without an ended run, if several processes run the study."""
    with mlflow_session():
        children = find_children(runs.client, runs.experiment_id, runs.parent_run_id, "attributes.status != 'RUNNING'")
    written = {int(child.data.tags["perceptune.trial"]) for child in children}
    _log(runs, (trial for trial in runs.record.finished() if trial[0].number not in written))


def _log(runs: TrialRuns, missing: Iterable[tuple[Assignment, TrialResult]]) -> None:
    for assignment, result in reversed(list(missing)):
        runs.restore(assignment, result)
