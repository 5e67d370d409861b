"""Checks MLflow against the ledger: one run per finished trial, with the trial's status and every epoch once."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..data.dataset import load_dataset
from ..data.targets import positive_classes, read_targets
from ..study.assignments import build_assignment
from ..study.summary import outcome_of
from ..tracking.base import StudyRecord
from ..tracking.mlflow_connection import mlflow_session
from ..tracking.mlflow_runs import status_of
from ..tracking.mlflow_tracker import MlflowTracker
from ..trial import Assignment, TrialResult
from .finding import Case, Finding, lost_trial

if TYPE_CHECKING:
    from mlflow.entities import Run

_TRIAL, _ORPHAN = "perceptune.trial", "perceptune.orphan"
_REWRITTEN = "written from the ledger"
_MARKED = f"marked by the tag {_ORPHAN} and, if it was RUNNING, KILLED; none of its data is removed"


def examine(case: Case) -> list[Finding]:
    """Compare the study's run and the trials' runs with the ledger."""
    if not case.results and case.ledger.attribute("parent_run_id") is None:
        return []
    if case.parent is None:
        return [Finding("missing parent", "the study's run", "MLflow has no run of the study", f"{_REWRITTEN}, with all its trials")]
    found = [_orphan(run, "no trial of the ledger has this run") for run in case.runs if _is_orphan(case, run)]
    if case.parent.info.status == "RUNNING":
        found.insert(0, Finding("study's run without an end", f"run {case.parent.info.run_id}", "RUNNING, but no process runs the study", "ended"))
    by_trial: dict[str, list[Run]] = {}
    for run in case.runs:
        by_trial.setdefault(run.data.tags.get(_TRIAL, ""), []).append(run)
    for number in case.records:
        found += _examine_trial(case, number, by_trial.get(str(number), []))
    return found


def repair(case: Case, findings: list[Finding]) -> None:
    """Mark the runs without a trial, write what is missing from the ledger, and end the study's run with the study's outcome."""
    ledger, experiment = case.ledger, case.ledger.experiment
    _mark_orphans(case, findings)
    finished = [(_assignment(case, number), result) for number, result in sorted(case.results.items(), reverse=True)]
    tracker = MlflowTracker(case.store.tracking_uri, case.store.artifacts)
    n_workers = case.parent.data.tags.get("perceptune.n_workers", "1") if case.parent else "1"
    n_trials = ledger.attribute("n_trials") or experiment.search.n_trials
    run_id = tracker.start_study(
        StudyRecord(
            study=ledger.name,
            experiment=experiment.without_secrets(),
            dataset=None if experiment.function else load_dataset(experiment.data, experiment.executor.load_timeout_seconds),
            n_trials=n_trials,
            n_workers=int(n_workers),
            parent_run_id=ledger.attribute("parent_run_id"),
            result_of=case.results.get,
            positive=positive_classes(read_targets(ledger.folder.preprocessor)),
        )
    )
    ledger.set_attribute("parent_run_id", run_id)
    faulty = {finding.subject for finding in findings}
    for assignment, result in reversed(finished):
        if case.parent is None or f"trial {assignment.number}" in faulty:
            tracker.restore_trial(assignment, result)
    tracker.finish_study(outcome_of(ledger, is_complete=ledger.n_finished >= n_trials))
    ledger.set_attribute("tracked", ledger.n_finished)


def _assignment(case: Case, number: int) -> Assignment:
    return build_assignment(case.ledger.experiment, case.ledger, number, case.records[number].params)


def _mark_orphans(case: Case, findings: list[Finding]) -> None:
    if case.client is None:
        return
    marked = {finding.subject for finding in findings if finding.remedy == _MARKED}
    for run in case.runs:
        if f"run {run.info.run_id}" in marked:
            with mlflow_session():
                case.client.set_tag(run.info.run_id, _ORPHAN, run.data.tags.get(_TRIAL, "unknown"))
                if _TRIAL in run.data.tags:
                    case.client.delete_tag(run.info.run_id, _TRIAL)
                if run.info.status == "RUNNING":
                    case.client.set_terminated(run.info.run_id, "KILLED")


def _is_orphan(case: Case, run: "Run") -> bool:
    number = run.data.tags.get(_TRIAL, "")
    is_of_trial = number.isdigit() and int(number) in case.records
    return not is_of_trial and _ORPHAN not in run.data.tags and run.info.lifecycle_stage == "active" and lost_trial(case, run) is None


def _orphan(run: "Run", text: str) -> Finding:
    return Finding("run without a trial", f"run {run.info.run_id}", text, _MARKED)


def _examine_trial(case: Case, number: int, runs: "list[Run]") -> Iterator[Finding]:
    active = [run for run in runs if run.info.lifecycle_stage == "active"]
    result, subject = case.results.get(number), f"trial {number}"
    if result is None:
        running = [run for run in active if run.info.status == "RUNNING"]
        yield from (Finding("abandoned run", subject, f"its run {run.info.run_id} is RUNNING, but no process runs it", "KILLED") for run in running)
        return
    if not runs:
        yield Finding("trial without a run", subject, f"{result.state}, but MLflow has no run of it", _REWRITTEN)
    if not active:  # the user has deleted the run
        return
    kept = next((run for run in active if run.info.status == status_of(result)), active[0])
    yield from (_orphan(run, f"{subject} has another run, {kept.info.run_id}") for run in active if run is not kept)
    yield from _examine_status(kept, result, subject)
    yield from _examine_epochs(case, kept, result, subject)


def _examine_status(run: "Run", result: TrialResult, subject: str) -> Iterator[Finding]:
    status = status_of(result)
    if run.info.status == "RUNNING":
        yield Finding("run without an end", subject, f"{result.state}, but its run {run.info.run_id} is RUNNING", status)
    elif run.info.status != status:
        yield Finding("wrong status", subject, f"{result.state}, but its run {run.info.run_id} is {run.info.status}, not {status}", status)


def _examine_epochs(case: Case, run: "Run", result: TrialResult, subject: str) -> Iterator[Finding]:
    if not result.history or case.client is None:
        return
    steps = case.steps(run, next(iter(result.history[0])))
    missing = sorted(set(range(1, len(result.history) + 1)) - set(steps))
    if missing:
        yield Finding("missing epochs", subject, f"its run {run.info.run_id} lacks {len(missing)} epochs, the first is {missing[0]}", _REWRITTEN)
    if len(steps) != len(set(steps)):
        yield Finding("doubled epochs", subject, f"its run {run.info.run_id} has {len(steps) - len(set(steps))} epochs twice; MLflow removes none")
